"""What a server exports is counted as the alerts count it."""

from pathlib import Path

from pipeline.releases.server_metrics import Loading, Requests, loading_in, requests_in
from pipeline.serving_config.metrics import COUNTERS, HISTOGRAMS

PAGE = r"""
# TYPE :tensorflow:serving:request_latency histogram
:tensorflow:serving:request_latency_bucket{model_name="pets",API="predict",le="10"} 5000
:tensorflow:serving:request_latency_count{model_name="pets",API="predict",entrypoint="REST"} 90
:tensorflow:serving:request_latency_count{model_name="pets",API="Classify",entrypoint="GRPC"} 6
:tensorflow:serving:request_latency_count{model_name="pets",API="",entrypoint="REST"} 700
:tensorflow:serving:request_latency_count{model_name="toys",API="predict",entrypoint="REST"} 70
:tensorflow:serving:request_count{model_name="pets",status="OK"} 796
:tensorflow:serving:request_count{model_name="pets",status="INVALID_ARGUMENT"} 50
:tensorflow:serving:request_count{model_name="pets",status="INTERNAL"} 3
:tensorflow:serving:request_count{model_name="pets",status="UNAVAILABLE"} 1
:tensorflow:serving:request_count{model_name="toys",status="INTERNAL"} 9
:tensorflow:cc:saved_model:load_attempt_count{model_path="/m/pets/7",status="fail"} 1
:tensorflow:cc:saved_model:load_attempt_count{model_path="/m/pets/7",status="success"} 2
:tensorflow:cc:saved_model:load_attempt_count{model_path="/m/pets/17",status="fail"} 5
:tensorflow:serving:model_warmup_latency_sum{model_path="/m/pets/7",status="OK"} 2.5e+06
"""


def test_requests_are_predictions_and_what_the_server_failed():
    """Questions for status, and what clients did wrong, are left out."""
    found = requests_in(PAGE, "pets")
    assert found == Requests(answered=96, failed=4)
    assert found.failed_share == 0.04
    assert requests_in("", "pets").failed_share == 0


def test_loading_is_told_by_the_folder():
    assert loading_in(PAGE, Path("/m/pets/7")) == Loading(3, 1, 2.5)
    assert loading_in(PAGE, Path("/m/pets/8")) == Loading(0, 0, 0)


def test_the_metrics_are_those_that_are_exported():
    known = {*COUNTERS} | {f"{name}_{end}" for name in HISTOGRAMS for end in ("sum", "count")}
    for line in PAGE.splitlines():
        if line.startswith(":") and "_bucket" not in line:
            assert line.split("{")[0] in known
