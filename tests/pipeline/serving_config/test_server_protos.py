import pytest
from google.protobuf.text_format import ParseError

from pipeline.options.serving import Serving
from pipeline.serving_config.server_protos import (
    batching_config,
    monitoring_config,
    parse_batching,
    parse_monitoring,
)


def test_batching_says_what_the_task_says():
    parameters = parse_batching(
        batching_config(Serving(cpu=3, max_batch_size=16, batch_timeout_ms=2.5))
    )
    assert parameters.max_execution_batch_size.value == 16
    assert parameters.enable_large_batch_splitting.value is True
    assert parameters.max_batch_size.value == 16 * 32
    assert parameters.batch_timeout_micros.value == 2500
    assert parameters.num_batch_threads.value == 3
    assert parameters.max_enqueued_batches.value * 16 >= parameters.max_batch_size.value


def test_tensorflow_servings_own_examples_are_read():
    """Those of its guides to configuration and batching."""
    parameters = parse_batching(
        "max_batch_size { value: 128 } batch_timeout_micros { value: 0 } "
        "max_enqueued_batches { value: 1000000 } num_batch_threads { value: 8 } "
        "allowed_batch_sizes: 64 allowed_batch_sizes: 128 pad_variable_length_inputs: true"
    )
    assert list(parameters.allowed_batch_sizes) == [64, 128]
    monitoring = parse_monitoring('prometheus_config { enable: true, path: "/metrics" }')
    assert monitoring.prometheus_config.path == "/metrics"


def test_metrics_are_on():
    prometheus = parse_monitoring(monitoring_config()).prometheus_config
    assert prometheus.enable
    assert prometheus.path == "/monitoring/prometheus/metrics"


@pytest.mark.parametrize("text", ["max_batch_sizes { value: 1 }", "max_batch_size: 1", "{"])
def test_what_the_server_would_not_read_is_refused(text):
    with pytest.raises(ParseError):
        parse_batching(text)
