"""Requests are logged as TensorFlow Serving has it, and none is slower or fails for it."""

import asyncio
import base64
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.apis.regression_pb2 import RegressionRequest
from tensorflow_serving.config.logging_config_pb2 import LoggingConfig

from components.errors import InputError
from serving import request_log
from serving.metrics import Metrics
from serving.options import RequestLogging, Sample
from serving.request_log import RequestLog, redaction
from tests.serving import toy
from tests.serving.conformance.test_grpc import multi_inference, of_examples, predict_request
from tests.serving.in_process import running, until

PREDICT = "/v1/models/toy{}:{}"
FILES = [toy.image(lightness) for lightness in (0, 255)]
LOGGING = """
    logging_config {{
      sampling_config {{ sampling_rate: {rate} }}
      log_collector_config {{ type: "{type}" filename_prefix: "{prefix}" }}
    }}
"""


def configure(toys, folder, rate=1.0, type="tfrecord", prefix="requests/toy"):
    """Writes a models.config whose model is logged."""
    text = toy.config(toys / "toy", stable=1, canary=2)
    end = text.rindex("  }\n}")
    logging = LOGGING.format(rate=rate, type=type, prefix=prefix)
    (folder / "models.config").write_text(text[:end] + logging + text[end:])
    return folder / "models.config"


def logs(folder):
    """Returns all that is logged, and reads every file to its end."""
    paths = sorted(map(str, folder.glob("*.tfrecord")))
    records = [record for path in paths for record in tf.data.TFRecordDataset(path)]
    return [PredictionLog.FromString(record.numpy()) for record in records]


def b64(file):
    return {"b64": base64.b64encode(file).decode()}


def ask(client, files=FILES, name="", method="predict"):
    body = {"signature_name": "predict", "instances": [b64(file) for file in files]}
    answer = client.http.post(PREDICT.format(name, method), json=body)
    assert answer.status_code == 200, answer.text
    return answer


def counts(client):
    page = client.http.get("/monitoring/prometheus/metrics").text
    return [
        line for line in page.splitlines() if line.startswith(":tensorflow:serving:request_log")
    ]


def array(proto):
    return tf.make_ndarray(proto).tolist()


def test_both_protocols_are_logged_alike(toys, tmp_path):
    """Request, answer, and in the metadata the version that gave it, its share and the time."""
    began = int(time.time())
    with running(configure(toys, tmp_path)) as client:
        ask(client, name="/labels/stable")
        request = predict_request({"image_bytes": FILES}, label="stable")
        client.prediction.Predict(request)
    rest, grpc = logs(tmp_path / "requests")
    for log in (rest, grpc):
        metadata = log.log_metadata
        assert metadata.model_spec.name == "toy"
        assert metadata.model_spec.version.value == 1
        assert metadata.model_spec.signature_name == "predict"
        assert metadata.sampling_config.sampling_rate == 1
        assert list(metadata.saved_model_tags) == ["serve"]
        assert began <= metadata.timestamp_secs <= time.time()
        asked, answered = log.predict_log.request, log.predict_log.response
        assert asked.model_spec == request.model_spec
        assert array(asked.inputs["image_bytes"]) == FILES
        assert answered.model_spec == metadata.model_spec
        expected = toy.probabilities(toys / "toy" / "1", FILES)
        found = tf.make_ndarray(answered.outputs["probabilities"])
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_tf_examples_are_logged_by_what_was_asked_of_them(toys, tmp_path):
    """Classify, regress, and several at once, with what was sent and what came of it."""
    with running(configure(toys, tmp_path)) as client:
        for signature, kind, call in (
            ("classify", ClassificationRequest, client.prediction.Classify),
            ("regress", RegressionRequest, client.prediction.Regress),
        ):
            call(of_examples(kind, signature, FILES))
            examples = [{"image": b64(file)} for file in FILES]
            body = {"signature_name": signature, "examples": examples}
            path = PREDICT.format("/versions/2", signature)
            assert client.http.post(path, json=body).status_code == 200
        several = multi_inference(("toy", "classify", "classify"), ("toy", "regress", "regress"))
        client.prediction.MultiInference(several)
    found = logs(tmp_path / "requests")
    kinds = ["classify_log", "classify_log", "regress_log", "regress_log", "multi_inference_log"]
    assert [log.WhichOneof("log_type") for log in found] == kinds
    for log in found[:4]:
        logged = getattr(log, log.WhichOneof("log_type"))
        sent = logged.request.input.example_list.examples
        assert [each.features.feature["image"].bytes_list.value[0] for each in sent] == FILES
        assert logged.response.model_spec.version.value == 2
    assert found[0].classify_log.response == found[1].classify_log.response
    assert found[2].regress_log.response == found[3].regress_log.response
    # As it was sent: the version that both were answered by is in the answer.
    assert found[4].multi_inference_log.request == several
    assert found[4].log_metadata.model_spec.version.value == 2


def test_nothing_is_logged_unless_asked_for(toys, tmp_path, server):
    """Off by default; nor what was refused, or asked of a share of none."""
    ask(server)
    assert counts(server) == []
    with running(configure(toys, tmp_path, rate=0.0)) as client:
        ask(client)
    with running(configure(toys, tmp_path)) as client:
        body = {"signature_name": "predict", "instances": ["no image"]}
        assert client.http.post(PREDICT.format("", "predict"), json=body).status_code == 400
        client.http.get("/v1/models/toy")
    assert not (tmp_path / "requests").exists()


def test_a_share_is_drawn_by_lot(toys, tmp_path):
    """Of 400 requests, a quarter, give or take five standard deviations."""
    with running(configure(toys, tmp_path, rate=0.25)) as client:
        for _ in range(400):
            ask(client, FILES[:1])
    assert 56 <= len(logs(tmp_path / "requests")) <= 144


def test_a_change_of_the_config_takes_effect(toys, tmp_path, monkeypatch):
    """No restart is needed."""
    monkeypatch.setattr(request_log, "_FLUSH_SECONDS", 0.1)
    config = configure(toys, tmp_path, rate=0.0)
    with running(config) as client:
        configure(toys, tmp_path)
        until(lambda: ask(client, FILES[:1]) and logs(tmp_path / "requests"))


def test_options_replace_what_the_file_says(toys, tmp_path):
    """For a file that is meant for another server."""
    config = configure(toys, tmp_path, type="kafka", prefix="topic")
    sample = Sample(1.0, tmp_path / "elsewhere" / "toy")
    with running(config, logging=RequestLogging({"toy": sample})) as client:
        ask(client)
    assert len(logs(tmp_path / "elsewhere")) == 1


def test_a_collector_that_is_not_known_here_is_said(toys, tmp_path, caplog):
    """The model is served nevertheless."""
    with running(configure(toys, tmp_path, type="kafka")) as client:
        ask(client)
    assert 'toy: requests are not logged: collector "kafka" is none of "tfrecord"' in caplog.text
    assert not (tmp_path / "requests").exists()


def test_logging_without_a_prefix_is_refused(toys, tmp_path):
    """There is no place to write to."""
    config = configure(toys, tmp_path, prefix="")
    complaint = "toy: its logging_config has no filename_prefix"
    with pytest.raises(InputError, match=complaint), running(config):
        pass


def redacted(log):
    """Blackens the images of requests with two, drops those with one, fails at others."""
    image = log.predict_log.request.inputs["image_bytes"]
    if len(image.string_val) == 1:
        return None
    if len(image.string_val) == 3:
        raise RuntimeError("three")
    image.string_val[:] = [b"redacted"] * 2
    return log


def test_nothing_is_written_that_the_redaction_has_not_let_pass(
    toys, tmp_path, caplog, monkeypatch
):
    """Changed, dropped, or, where it fails, left out; requests are answered all the same."""
    monkeypatch.setattr(request_log, "_FLUSH_SECONDS", 0.1)
    logging = RequestLogging(redact=f"{__name__}:redacted")
    with running(configure(toys, tmp_path), logging=logging) as client:
        for files in (FILES, FILES[:1], [*FILES, FILES[0]], [*FILES, FILES[0]]):
            ask(client, files)
        until(lambda: len(counts(client)) == 3)
        name = ':tensorflow:serving:request_log_count{model_name="toy",status_code='
        assert set(counts(client)) == {
            f'{name}"OK"}} 1',
            f'{name}"CANCELLED"}} 1',
            f'{name}"UNKNOWN"}} 2',
        }
    (log,) = logs(tmp_path / "requests")
    assert array(log.predict_log.request.inputs["image_bytes"]) == [b"redacted"] * 2
    assert caplog.text.count("a request is not logged: RuntimeError: three") == 1


@pytest.mark.parametrize("name", ["no_such_module:f", "json:no_such_function", "json:__doc__"])
def test_a_redaction_that_is_none_is_refused(name):
    """Before anything is served."""
    with pytest.raises(InputError, match="request_log_redact: "):
        redaction(name)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"redact": "function"}, "request_log_redact: 'function'; valid: MODULE:FUNCTION"),
        ({"max_bytes": 0}, "request_log_max_bytes: 0; it is more than 0"),
        ({"samples": {"toy": Sample(1.5, "x")}}, "model toy: rate 1.5; it is 0 to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(fields, complaint):
    """In the words of the flags."""
    with pytest.raises(InputError) as caught:
        RequestLogging(**fields)
    assert str(caught.value) == complaint


SPEC = ModelSpec(name="toy")


def config(prefix):
    config = LoggingConfig()
    config.sampling_config.sampling_rate = 1
    config.log_collector_config.filename_prefix = str(prefix)
    return config


@contextmanager
def blocked():
    """Returns a function that makes a log, but not before the block has ended."""
    end = threading.Event()

    def make():
        end.wait(60)
        return PredictionLog()

    try:
        yield make
    finally:
        end.set()


def statuses(metrics):
    page = metrics.page().splitlines()
    found = [line for line in page if line.startswith(":tensorflow:serving:request_log_count{")]
    return {line.split('"')[3]: int(line.split()[-1]) for line in found}


def test_a_full_queue_costs_nothing_but_the_log(tmp_path, monkeypatch):
    """However slow the disk: what does not fit is counted, and nobody waits."""
    monkeypatch.setattr(request_log, "_MOST_WAITING", 10)
    metrics = Metrics()

    async def work():
        log = RequestLog(1 << 20, None, metrics)
        with blocked() as make:
            began = time.monotonic()
            for _ in range(25):
                log.add(config(tmp_path / "toy"), SPEC, 100, make)
            assert time.monotonic() - began < 1
            assert statuses(metrics) == {"RESOURCE_EXHAUSTED": 15}
        await log.close(60)
        log.add(config(tmp_path / "toy"), SPEC, 100, PredictionLog)

    asyncio.run(work())
    assert statuses(metrics) == {"RESOURCE_EXHAUSTED": 15, "OK": 10}
    assert len(logs(tmp_path)) == 10


def test_what_waits_is_limited_in_bytes_too(tmp_path):
    """A few large requests are as bad as many small ones."""
    metrics = Metrics()

    async def work():
        log = RequestLog(1 << 20, None, metrics)
        with blocked() as make:
            for _ in range(3):
                log.add(config(tmp_path / "toy"), SPEC, 30 << 20, make)
        await log.close(60)

    asyncio.run(work())
    assert statuses(metrics) == {"RESOURCE_EXHAUSTED": 1, "OK": 2}


def test_a_disk_that_cannot_be_written_is_said_once(tmp_path, caplog):
    """And counted each time."""
    (tmp_path / "logs").write_text("a file, where a folder should be")
    metrics = Metrics()

    async def work():
        log = RequestLog(1 << 20, None, metrics)
        for _ in range(2):
            log.add(config(tmp_path / "logs" / "toy"), SPEC, 1, PredictionLog)
        await log.close(60)

    asyncio.run(work())
    assert statuses(metrics) == {"UNKNOWN": 2}
    assert caplog.text.count("requests cannot be logged to ") == 1


def test_what_takes_too_much_of_the_limit_is_left_out(tmp_path):
    """It would cost all others their place."""
    metrics = Metrics()

    def large():
        log = PredictionLog()
        log.predict_log.request.model_spec.name = "x" * 1_000
        return log

    async def work():
        log = RequestLog(2_000, None, metrics)
        log.add(config(tmp_path / "toy"), SPEC, 1, large)
        await log.close(60)

    asyncio.run(work())
    assert statuses(metrics) == {"RESOURCE_EXHAUSTED": 1}


def test_logs_are_on_the_disk_soon(tmp_path, monkeypatch):
    """Without waiting for the next request, or for the end."""
    monkeypatch.setattr(request_log, "_FLUSH_SECONDS", 0.1)

    async def work():
        log = RequestLog(1 << 20, None, Metrics())
        log.add(config(tmp_path / "toy"), SPEC, 1, PredictionLog)
        deadline = time.monotonic() + 60
        while not logs(tmp_path):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        await log.close(60)

    asyncio.run(work())


def test_the_end_does_not_wait_for_ever(tmp_path):
    """A redaction that hangs is given up."""

    async def work():
        log = RequestLog(1 << 20, None, Metrics())
        with blocked() as make:
            log.add(config(tmp_path / "toy"), SPEC, 1, make)
            began = time.monotonic()
            await log.close(0.2)
            assert time.monotonic() - began < 10

    asyncio.run(work())
