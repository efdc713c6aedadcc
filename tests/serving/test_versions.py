"""Versions come and go without a request being lost, and a broken one does not come at all."""

import asyncio
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
import tensorflow as tf
from grpc import StatusCode
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from components.errors import InputError
from serving import grpc_server
from serving.model_config import ConfigFile, parse, present_versions, wanted_versions
from serving.options import Options
from serving.server import run
from tests.serving import toy
from tests.serving.conformance.test_grpc import of_examples, predict_request, refused
from tests.serving.in_process import asked, running, until

SPECIFIC = "specific {{ {} }}".format


@pytest.fixture
def folder(tmp_path):
    """Where a test has its models and its models.config."""
    (tmp_path / "toy").mkdir()
    return tmp_path


@pytest.fixture
def push(toys, folder):
    """Returns a function that puts a copy of a version into service, whole at once."""

    def push(version, of=1, change=lambda path: None):
        partial = folder / "toy" / ".incoming"
        shutil.copytree(toys / "toy" / str(of), partial)
        change(partial)
        partial.rename(folder / "toy" / str(version))

    return push


def configure(folder, policy="latest {}", base_path=None, **labels):
    """Writes a models.config as a release does: aside, then renamed."""
    aside = folder / "models.config.new"
    aside.write_text(toy.config(base_path or folder / "toy", policy, **labels))
    os.replace(aside, folder / "models.config")
    return folder / "models.config"


def versions(numbers):
    return SPECIFIC(" ".join(f"versions: {number}" for number in numbers))


def truncate(path):
    file = path / "variables" / "variables.data-00000-of-00001"
    file.write_bytes(file.read_bytes()[:3])


def nonsense(path):
    (path / "saved_model.pb").write_bytes(b"nonsense")


def no_model(path):
    (path / "saved_model.pb").unlink()


def wrong_warm_up(path):
    warm_up_with(path, b"nonsense")


def warm_up_with(path, *records):
    (path / "assets.extra").mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path / "assets.extra/tf_serving_warmup_requests")) as writer:
        for record in records:
            writer.write(record)


def answered_by(client, where=""):
    body = {"signature_name": "alone", "instances": [[1, 2, 3]]}
    answer = client.http.post(f"/v1/models/toy{where}:predict", json=body)
    return int(answer.headers["Model-Version"]) if answer.status_code == 200 else answer.text


def load(client):
    """Asks all the time, by both protocols; nothing may fail."""
    request = predict_request({"values": [[1.0, 2.0, 3.0]]}, "alone")
    return asked(
        lambda: client.prediction.Predict(request).model_spec.version.value,
        *[lambda: answered_by(client)] * 2,
    )


@pytest.mark.e2e
def test_versions_are_swapped_under_load(folder, push):
    """Three times, and once back: every request is answered, by an old version or a new one."""
    push(1)
    with running(configure(folder)) as client, load(client) as answers:
        for version in (2, 3, 4):
            push(version)
            until(lambda version=version: client.states().get(version) == "AVAILABLE")
            until(lambda version=version: client.states()[version - 1] == "END")
        shutil.rmtree(folder / "toy" / "4")
        until(lambda: client.states()[3] == "AVAILABLE" and client.states()[4] == "END")
        count = len(answers)
        until(lambda: len(answers) > count + 20)
    assert set(answers) == {1, 2, 3, 4}
    assert answers[-1] == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(truncate, id="truncated"),
        pytest.param(nonsense, id="nonsense", marks=pytest.mark.e2e),
        pytest.param(no_model, id="missing", marks=pytest.mark.e2e),
        pytest.param(wrong_warm_up, id="warm-up", marks=pytest.mark.e2e),
    ],
)
def test_a_broken_version_is_refused(folder, push, change):
    """It ends with an error in the status, and the old one goes on; mended, it is loaded."""
    push(1)
    with running(configure(folder)) as client, load(client) as answers:
        push(2, change=change)
        until(lambda: client.states().get(2) == "END")
        newest, old = client.http.get("/v1/models/toy").json()["model_version_status"]
        assert newest["status"]["error_code"] != "OK" and newest["status"]["error_message"]
        assert old["state"] == "AVAILABLE"
        assert client.http.get("/readyz").status_code == 200
        assert set(answers) == {1}
        shutil.rmtree(folder / "toy" / "2")
        push(2)
        until(lambda: client.states()[2] == "AVAILABLE")
        until(lambda: client.states()[1] == "END")


def test_a_version_that_is_copied_slowly_is_loaded_in_the_end(folder, push, toys):
    """Somebody copies by hand, file by file: what fails first is tried again."""
    push(1)
    with running(configure(folder)) as client:
        target = folder / "toy" / "2"
        target.mkdir()
        until(lambda: client.states().get(2) == "END")
        shutil.copy(toys / "toy" / "2" / "saved_model.pb", target)
        time.sleep(0.3)
        assert answered_by(client) == 1
        shutil.copytree(toys / "toy" / "2" / "variables", target / "variables")
        assert until(lambda: answered_by(client) == 2)


@pytest.mark.e2e
def test_a_version_is_unloaded_after_its_last_request(folder, push):
    """A request that runs while its version is replaced gets its answer."""
    push(1)
    with running(configure(folder)) as client:
        answers = []
        body = {"signature_name": "slow", "instances": [3.0]}
        path = "/v1/models/toy:predict"
        asking = threading.Thread(target=lambda: answers.append(client.http.post(path, json=body)))
        asking.start()
        time.sleep(0.2)
        push(2)
        until(lambda: client.states().get(2) == "AVAILABLE")
        assert until(lambda: client.states()[1] == "UNLOADING")
        assert answered_by(client) == 2 and not answers
        asking.join()
        assert answers[0].status_code == 200 and answers[0].headers["Model-Version"] == "1"
        until(lambda: client.states()[1] == "END")


def test_a_label_moves_when_its_version_answers(folder, push):
    """Until then it stays where it was, and so does what it pointed to."""
    push(1)
    config = configure(folder, versions([1]), stable=1)
    with running(config) as client:
        push(2, change=truncate)
        configure(folder, versions([2]), stable=2, canary=2)
        until(lambda: client.states().get(2) == "END")
        assert answered_by(client, "/labels/stable") == 1
        assert "Unrecognized" in answered_by(client, "/labels/canary")
        shutil.rmtree(folder / "toy" / "2")
        push(2)
        assert until(lambda: answered_by(client, "/labels/stable") == 2)
        assert answered_by(client, "/labels/canary") == 2
        until(lambda: client.states()[1] == "END")
        configure(folder, versions([1, 2]), stable=1)
        assert until(lambda: answered_by(client, "/labels/stable") == 1)
        assert "Unrecognized" in answered_by(client, "/labels/canary")


def test_a_config_that_is_wrong_changes_nothing(folder, push):
    """Whatever is wrong with it; a right one is taken again."""
    push(1)
    config = configure(folder, stable=1)
    with running(config) as client:
        right = config.read_text()
        nameless, unknown = right.replace("toy", "", 1), right.replace("tensorflow", "x")
        for wrong in ("", "nonsense", nameless, unknown, 2 * right):
            config.write_text(wrong)
            time.sleep(0.15)
            assert answered_by(client, "/labels/stable") == 1
        config.unlink()
        time.sleep(0.15)
        assert answered_by(client, "/labels/stable") == 1
        configure(folder, canary=1)
        assert until(lambda: answered_by(client, "/labels/canary") == 1)


def test_models_come_and_go_with_the_config(folder, push):
    """A model that is no longer named is unloaded."""
    push(1)
    config = configure(folder)
    with running(config) as client:
        config.write_text("model_config_list {}")
        assert until(lambda: "Servable not found" in str(answered_by(client)))
        until(lambda: not client.states())
        configure(folder, stable=1)
        assert until(lambda: answered_by(client, "/labels/stable") == 1)


def test_a_config_is_taken_by_grpc(folder, push):
    """As a whole or not at all; labels must point to what answers."""
    push(1)
    push(2)
    with running(configure(folder, versions([1]), stable=1)) as client:
        request = ReloadConfigRequest()
        model = request.config.model_config_list.config.add(
            name="toy", base_path=str(folder / "toy"), model_platform="tensorflow"
        )
        model.model_version_policy.all.SetInParent()
        model.version_labels["stable"] = 2
        ask = client.model.HandleReloadConfigRequest
        assert refused(StatusCode.FAILED_PRECONDITION, ask, request, "version 2")
        model.version_labels["stable"] = 1
        assert ask(request).status.error_code == 0
        assert until(lambda: client.states().get(2) == "AVAILABLE")
        model.version_labels["stable"] = 2
        ask(request)
        assert answered_by(client, "/labels/stable") == 2


def test_a_folder_that_is_not_there_yet(folder, push):
    """The server waits for it; it is alive, but not ready."""
    with running(configure(folder, base_path=folder / "later"), wait=False) as client:
        assert client.http.get("/healthz").status_code == 200
        assert client.http.get("/readyz").status_code == 503
        push(1)
        (folder / "toy").rename(folder / "later")
        assert until(lambda: client.http.get("/readyz").status_code == 200)


def test_versions_that_vanish_go_on(folder, push):
    """A folder that is empty is one where something is being replaced."""
    push(1)
    with running(configure(folder)) as client:
        shutil.rmtree(folder / "toy")
        time.sleep(0.2)
        assert answered_by(client) == 1


@pytest.fixture
def without_grpc(monkeypatch):
    """A server of gRPC that never starts may block the interpreter's end: none may be made."""
    monkeypatch.setattr(grpc_server, "make", lambda _: pytest.fail("a server of gRPC was made"))


@pytest.mark.parametrize("content", [None, "nonsense", 'custom_model_config { type_url: "a" }'])
def test_a_config_that_cannot_be_served_ends_the_start(tmp_path, without_grpc, content):
    """The message names the file."""
    file = tmp_path / "models.config"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match=str(file)), running(file):
        pass


@pytest.mark.parametrize("protocol", ["REST", "gRPC"])
def test_a_port_that_is_taken_ends_the_start(server, toys, without_grpc, protocol):
    """The message names the port, the protocol, and what is wrong."""
    host, port = server.address
    ports = {"rest_api_port": 0, "port": 0} | {
        {"REST": "rest_api_port", "gRPC": "port"}[protocol]: port
    }
    options = Options(toys / "models.config", host=host, **ports)
    said = f"cannot listen at {host}:{port} for {protocol}: Address already in use"
    with pytest.raises(InputError, match=said):
        asyncio.run(run(options))


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("", {7}),
        ("latest {}", {7}),
        ("latest { num_versions: 2 }", {5, 7}),
        ("latest { num_versions: 9 }", {3, 5, 7}),
        ("all {}", {3, 5, 7}),
        ("specific { versions: 3 versions: 4 }", {3}),
    ],
)
def test_a_policy_chooses_versions(policy, wanted):
    """As TensorFlow Serving's do."""
    models = ConfigFile(Path("/models.config"), {}).models(parse(toy.config("/a", policy)))
    assert wanted_versions(models["toy"], [5, 7, 3]) == wanted


def test_versions_are_folders_whose_names_are_numbers(tmp_path):
    """Hidden folders, files and other names are left alone."""
    for name in ("1", "007", ".incoming-3", "latest", "-4", "99999999999999999999"):
        (tmp_path / name).mkdir()
    (tmp_path / "5").write_text("")
    assert present_versions(str(tmp_path)).keys() == {1, 7}


def test_base_paths(tmp_path):
    """A relative one counts from the config's folder, and one can be given beside the config."""
    config, file = parse(toy.config("here")), tmp_path / "models.config"
    assert ConfigFile(file, {}).models(config)["toy"].base_path == str(tmp_path / "here")
    there = {"toy": tmp_path / "there"}
    assert ConfigFile(file, there).models(config)["toy"].base_path == str(tmp_path / "there")


def logged(kind, request):
    log = PredictionLog()
    getattr(log, kind).request.CopyFrom(request)
    return log.SerializeToString()


def test_a_version_is_warmed_up_before_it_answers(folder, push):
    """Every kind of request is replayed; one that cannot be answered refuses the version."""

    files = [toy.image()]
    good = [
        logged("predict_log", predict_request({"image_bytes": files})),
        logged("classify_log", of_examples(ClassificationRequest, "classify", files)),
        logged("regress_log", of_examples(RegressionRequest, "regress", files)),
    ]
    bad = logged("predict_log", predict_request({"image_bytes": ["no image"]}))
    push(1, change=lambda path: warm_up_with(path, *good))
    with running(configure(folder)) as client:
        path = f'model_path="{folder}/toy/1"'
        metrics = client.http.get("/monitoring/prometheus/metrics").text
        assert f":tensorflow:serving:model_warmup_latency_count{{{path},status=" in metrics
        push(2, change=lambda path: warm_up_with(path, *good, bad))
        until(lambda: client.states().get(2) == "END")
        newest = client.http.get("/v1/models/toy").json()["model_version_status"][0]
        assert "image" in newest["status"]["error_message"]
