"""The metrics that TensorFlow Serving exports, for dashboards and alerts to be held against.

Read from the sources of TensorFlow Serving 2.16.1 and of the TensorFlow in it, by file:

    tensorflow_serving/servables/tensorflow/util.cc                 requests, examples, latencies
    tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc
    tensorflow_serving/batching/batching_session.cc, batching_util.h
    tensorflow_serving/core/request_logger.cc
    tensorflow/cc/saved_model/loader.cc                             loading

`tensorflow_serving/util/prometheus_exporter.cc` turns each slash of a name into a colon, and a
histogram into `_bucket`, `_sum` and `_count`. Latencies are in microseconds, in buckets of
10 × 1.8ⁿ; those of the queue in buckets of 100 × 1.2ⁿ.

None of them tells versions of a model apart.
"""

import re
from collections.abc import Iterator

COUNTERS: dict[str, set[str]] = {
    ":tensorflow:serving:request_count": {"model_name", "status"},
    ":tensorflow:serving:request_example_count_total": {"model"},
    ":tensorflow:serving:request_log_count": {"model_name", "status_code"},
    ":tensorflow:serving:batching_session:wrapped_run_count": set(),
    ":tensorflow:cc:saved_model:load_attempt_count": {"model_path", "status"},
    ":tensorflow:cc:saved_model:load_latency": {"model_path"},
}
"""Label names by metric."""

HISTOGRAMS: dict[str, set[str]] = {
    ":tensorflow:serving:request_latency": {"model_name", "API", "entrypoint"},
    ":tensorflow:serving:runtime_latency": {"model_name", "API", "runtime"},
    ":tensorflow:serving:request_example_counts": {"model"},
    ":tensorflow:serving:model_warmup_latency": {"model_path", "status"},
    ":tensorflow:serving:batching_session:queuing_latency": {"thread_pool_name"},
    ":tensorflow:serving:batching_session:input_batch_size": set(),
    ":tensorflow:serving:batching_session:processed_batch_size": set(),
    ":tensorflow:serving:batching_session:padding_size": {"execution_batch_size"},
}
"""Label names by metric, without `le`."""

_PROMETHEUS = {"up": set[str](), "ALERTS": {"alertname", "alertstate", "severity"}}
"""What Prometheus itself knows of every job."""
_TARGET = {"job", "instance", "namespace", "pod", "service"}
"""Labels that the scraping adds."""

_SELECTOR = re.compile(r"(?<![\w:])(:?[a-zA-Z_][\w:]*)\s*\{([^}]*)\}")
_NAME = re.compile(r":tensorflow[\w:]*")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


def unknown_to_the_server(query: str) -> Iterator[str]:
    """Yields the metrics of a PromQL query that are not exported, and labels that they lack."""
    known = _series()
    for name in sorted({*_NAME.findall(query)} - known.keys()):
        yield f"no metric is called {name}"
    for name, labels in _SELECTOR.findall(query):
        if name in known:
            for label in sorted({*_LABEL.findall(labels)} - known[name] - _TARGET):
                yield f"{name} has no label {label}"


def _series() -> dict[str, set[str]]:
    series = COUNTERS | _PROMETHEUS
    for name, labels in HISTOGRAMS.items():
        series |= {
            f"{name}_sum": labels,
            f"{name}_count": labels,
            f"{name}_bucket": labels | {"le"},
        }
    return series
