"""Requests that run together get the same answers as alone."""

import asyncio
import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from grpc import StatusCode

from components.errors import InputError
from serving.errors import ServingError, invalid
from serving.metrics import Metrics
from serving.options import BatchingParameters, read_batching_parameters
from serving.running import BatchingRunner
from tests.serving import toy
from tests.serving.conformance.test_grpc import predict_request
from tests.serving.in_process import running

LONG = 10_000_000
"""Microseconds: no test waits for it."""


class Model:
    """Doubles numbers, and remembers how many at once; refuses those below zero."""

    def __init__(self, **shown):
        self.sizes, self.gate = [], threading.Event()
        self.gate.set()
        self.shown = shown

    def run(self, signature, inputs):
        self.gate.wait()
        values = inputs["values"]
        self.sizes.append(len(values))
        if values.size and values.min() < 0:
            raise invalid("below zero")
        return {"doubled": self.shown.get("outputs", 2 * values)}


class Doubling:
    """The signature of the model."""

    name, can_batch = "double", True
    inputs = {"values": None}


def batching(requests, model=None, signature=Doubling, **parameters):
    """Runs requests, begun all at once; returns their outputs or errors, and the batches' sizes."""
    model = model or Model()

    async def run():
        runner = BatchingRunner(BatchingParameters(**parameters), Metrics())
        inputs = [{"values": np.array(request, np.float32)} for request in requests]
        tasks = [asyncio.create_task(runner.run(model, signature, each)) for each in inputs]
        if not model.gate.is_set():
            await asyncio.sleep(0.1)
            model.gate.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        runner.stop()
        return answers

    answers = asyncio.run(run())
    return [
        each if isinstance(each, Exception) else each["doubled"].tolist() for each in answers
    ], model.sizes


def test_requests_are_run_together_and_taken_apart():
    """Each gets the outputs of its own examples."""
    answers, sizes = batching(
        [[1], [2, 3], [4]], max_batch_size=4, batch_timeout_micros=LONG, num_batch_threads=1
    )
    assert answers == [[2], [4, 6], [8]]
    assert sizes == [4]


def test_a_batch_that_is_full_is_followed_by_another():
    """A request is never divided; the rest waits no longer than it may."""
    answers, sizes = batching(
        [[1, 2], [3, 4], [5, 6]], max_batch_size=4, batch_timeout_micros=1000, num_batch_threads=1
    )
    assert answers == [[2, 4], [6, 8], [10, 12]]
    assert sizes == [4, 2]


def test_a_batch_fills_while_it_waits_for_a_thread():
    """So batches form under load, without any timeout."""
    model = Model()
    model.gate.clear()
    answers, sizes = batching([[n] for n in range(9)], model, num_batch_threads=1)
    assert answers == [[2 * n] for n in range(9)]
    assert len(sizes) <= 2 and sum(sizes) == 9


def test_only_the_request_at_fault_fails():
    """The others of its batch get their answers."""
    requests = [[1], [2, 3], [-1], [4], [5]]
    answers, sizes = batching(requests, max_batch_size=6, batch_timeout_micros=LONG)
    assert isinstance(answers[2], ServingError) and answers[2].message == "below zero"
    assert [answers[n] for n in (0, 1, 3, 4)] == [[2], [4, 6], [8], [10]]
    assert sizes[0] == 6


def test_whatever_a_model_raises_reaches_the_client():
    """And the thread goes on to the next batch."""
    model = Model()
    model.run = lambda *_: 1 / 0
    answers, _ = batching([[1], [2]], model, num_batch_threads=1)
    assert all(isinstance(answer, ZeroDivisionError) for answer in answers)


def test_a_request_that_is_too_large_is_refused():
    """It would fit into no batch."""
    answers, sizes = batching([[1, 2, 3]], max_batch_size=2)
    assert answers[0].code is StatusCode.INVALID_ARGUMENT and not sizes


def test_a_large_request_may_be_cut_up():
    """What is left of it shares a batch with others."""
    answers, sizes = batching(
        [[1, 2, 3, 4, 5], [6]],
        max_batch_size=6,
        enable_large_batch_splitting=True,
        max_execution_batch_size=2,
        batch_timeout_micros=LONG,
        num_batch_threads=1,
    )
    assert answers == [[2, 4, 6, 8, 10], [12]]
    assert sizes == [2, 2, 2]


def test_requests_beyond_the_queue_are_refused():
    """UNAVAILABLE, as in TensorFlow Serving."""
    model = Model()
    model.gate.clear()
    answers, sizes = batching(
        [[n] for n in range(9)], model, max_batch_size=1, max_enqueued_batches=3
    )
    refused = [each for each in answers if isinstance(each, ServingError)]
    assert {each.code for each in refused} == {StatusCode.UNAVAILABLE}
    assert len(sizes) + len(refused) == 9 and len(sizes) >= 3


def test_a_batch_is_filled_up_to_a_size_that_is_allowed():
    """With its first example; nobody gets the answer to that."""
    answers, sizes = batching(
        [[1], [2], [3]],
        max_batch_size=8,
        allowed_batch_sizes=(1, 4, 8),
        batch_timeout_micros=1000,
        num_batch_threads=1,
    )
    assert answers == [[2], [4], [6]]
    assert sizes == [4]


def test_requests_of_other_shapes_are_not_run_together():
    """They would not fit into one array."""
    answers, sizes = batching([[[1, 2]], [[3]], [[4, 5]]], num_batch_threads=1)
    assert answers == [[[2, 4]], [[6]], [[8, 10]]]
    assert sorted(sizes) == [1, 2]


def test_what_has_no_examples_is_run_alone():
    """None at all, or a signature that is not for any number of them."""
    answers, sizes = batching([[], []])
    assert answers == [[], []] and sizes == [0, 0]

    class Alone(Doubling):
        can_batch = False

    answers, sizes = batching([[1], [2]], signature=Alone)
    assert answers == [[2], [4]] and sizes == [1, 1]


def test_outputs_that_are_not_by_example_are_refused():
    """Else a request would get what belongs to another."""
    model = Model(outputs=np.zeros(1, np.float32))
    answers, _ = batching([[1, 2]], model)
    assert answers[0].code is StatusCode.FAILED_PRECONDITION


def test_the_server_batches(toys):
    """Forty clients at once, and one whose image is none; the metrics tell of fewer runs."""
    parameters = BatchingParameters(max_batch_size=16, batch_timeout_micros=20_000)
    files = [toy.image(lightness) for lightness in range(0, 200, 5)]
    expected = toy.probabilities(toys / "toy" / "2", files)

    def ask(file):
        body = {"b64": base64.b64encode(file).decode()}
        body = {"signature_name": "predict", "instances": [body]}
        answer = client.http.post("/v1/models/toy:predict", json=body)
        return answer.json()["predictions"][0]["probabilities"] if answer.is_success else None

    with (
        running(toys / "models.config", batching=parameters) as client,
        ThreadPoolExecutor(41) as pool,
    ):
        *found, nothing = pool.map(ask, [*files, b"no image"])
        response = client.prediction.Predict(predict_request({"values": [[1.0, 2, 3]]}, "alone"))
        metrics = client.http.get("/monitoring/prometheus/metrics").text
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert nothing is None
    assert response.outputs["total"].float_val[:] == [6]
    lines = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line[0] == ":")
    assert 3 <= int(lines[":tensorflow:serving:batching_session:wrapped_run_count{}"]) < 40
    assert ":tensorflow:serving:batching_session:queuing_latency_count" in metrics


def test_parameters_are_read_as_tensorflow_serving_writes_them(tmp_path):
    """A text proto, whose message is in no package."""
    file = tmp_path / "batching.config"
    file.write_text(
        "# as in the guide\nmax_batch_size { value: 8 }\nbatch_timeout_micros {value:500}\n"
        "num_batch_threads: { value: 2 }  max_enqueued_batches { value: 9 }\n"
        "enable_large_batch_splitting { value: true } max_execution_batch_size { value: 4 }\n"
        'allowed_batch_sizes: 2\nallowed_batch_sizes: 4\nthread_pool_name { value: "threads" }\n'
    )
    expected = BatchingParameters(8, 500, 9, 2, "threads", True, 4, (2, 4))
    assert read_batching_parameters(file) == expected


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("max_size { value: 8 }", "max_size"),
        ("max_batch_size { value: 0 }", "max_batch_size"),
        ("max_batch_size { value: many }", "max_batch_size"),
        ('max_batch_size { value: "8" }', "max_batch_size"),
        ("pad_variable_length_inputs: true", "pad_variable_length_inputs"),
        ("max_batch_size { value: 8 } allowed_batch_sizes: 4", "allowed_batch_sizes"),
        ("max_batch_size { value: 8 } allowed_batch_sizes: [8, 4]", "allowed_batch_sizes"),
        (None, "batching.config"),
    ],
)
def test_parameters_that_are_wrong_are_named(tmp_path, content, word):
    """The field, or the file."""
    file = tmp_path / "batching.config"
    if content:
        file.write_text(content)
    with pytest.raises(InputError, match=word):
        read_batching_parameters(file)
