"""A model is loaded by a real server in a process of its own, and what is wrong is said."""

import os
import shutil
import signal

import pytest
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from components.infra_validator.requests import real_requests, warm_up_requests, write_warm_up
from components.infra_validator.server import NotServable, running
from components.infra_validator.validate import Settings, _check, validate

SETTINGS = {"max_load_seconds": 60, "max_answer_seconds": 30, "memory_gib": 4}
BATCHING = "max_batch_size { value: 8 }"


@pytest.fixture(scope="module")
def server(saved_model, tmp_path_factory):
    """A server that has loaded the model."""
    with running("toy", saved_model, "", tmp_path_factory.mktemp("server")) as started:
        started.wait_until_loaded(60)
        yield started


def slow(seconds):
    request = PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = "toy", "slow"
    request.inputs["seconds"].CopyFrom(tf.make_tensor_proto([seconds], tf.float32))
    return request


def test_a_model_with_its_warm_up_is_loaded_and_answers(saved_model, examples, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(saved_model, folder)
    write_warm_up(warm_up_requests("toy", examples, 8), folder)
    served = validate(
        "toy",
        folder,
        real_requests("toy", examples),
        Settings(**SETTINGS, batching=BATCHING),
    )
    assert served.answers == len(examples)
    assert 0 < served.slowest_seconds < 30
    assert 100 * 2**20 < served.peak_memory < 4 * 2**30
    assert "10 answers" in str(served)


def test_a_broken_model_is_refused_by_the_server(saved_model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(saved_model, folder)
    (folder / "variables" / "variables.index").unlink()
    with pytest.raises(NotServable, match=r"the server refuses it: .*variables"):
        validate("toy", folder, [], Settings(**SETTINGS))


def test_a_server_that_is_not_ready_in_time_is_told(saved_model, tmp_path):
    with (
        running("toy", saved_model, "", tmp_path) as server,
        pytest.raises(NotServable, match=r"it was not loaded within 0\.01 s"),
    ):
        server.wait_until_loaded(0.01)


def test_a_server_that_cannot_start_says_why(saved_model, tmp_path):
    with (
        running("toy", saved_model, "no_such_field: 1", tmp_path) as server,
        pytest.raises(NotServable, match=r"the server ended: error: .*no_such_field"),
    ):
        server.wait_until_loaded(60)


def test_a_request_that_takes_too_long_is_told(server):
    with pytest.raises(NotServable, match=r"a request was not answered within 0\.2 s"):
        server.ask(slow(1.0), 0.2)


def test_an_error_is_told_in_one_line(server, saved_model):
    (request,) = real_requests("toy", [tf.train.Example().SerializeToString()])
    with pytest.raises(NotServable, match=r"answered with INVALID_ARGUMENT: [^\n]+$"):
        server.ask(request, 30)


def test_answers_have_to_be_probabilities():
    with pytest.raises(NotServable, match="no numbers"):
        _check(tf.constant([[0.5, float("nan")]]).numpy())
    with pytest.raises(NotServable, match="do not make 1"):
        _check(tf.constant([[0.5, 0.2]]).numpy())


def test_a_server_that_dies_while_it_is_asked_is_told(saved_model, tmp_path):
    with running("toy", saved_model, "", tmp_path) as server:
        server.wait_until_loaded(60)
        os.kill(server._process.pid, signal.SIGKILL)
        server._process.wait()
        with pytest.raises(NotServable, match="the server ended: aborted by SIGKILL"):
            server.ask(slow(0.1), 5)
