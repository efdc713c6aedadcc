"""TensorFlow Serving's text protos for batching and monitoring.

tensorflow-serving-api has no Python modules for these two messages. They are declared here from
their definitions (`session_bundle_config.proto` and `monitoring_config.proto` of TensorFlow Serving
2.16.1: names, numbers and types), so that what is written is parsed as the server does.
"""

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)
from google.protobuf.message import Message

from pipeline.options.serving import Serving

METRICS_PATH = "/monitoring/prometheus/metrics"
LARGEST_REQUEST_IN_BATCHES = 32

_Field = descriptor_pb2.FieldDescriptorProto
_MESSAGES: dict[str, list[tuple[str, int, str]]] = {
    "BatchingParameters": [
        ("max_batch_size", 1, "google.protobuf.Int64Value"),
        ("batch_timeout_micros", 2, "google.protobuf.Int64Value"),
        ("max_enqueued_batches", 3, "google.protobuf.Int64Value"),
        ("num_batch_threads", 4, "google.protobuf.Int64Value"),
        ("thread_pool_name", 5, "google.protobuf.StringValue"),
        ("allowed_batch_sizes", 6, "repeated int64"),
        ("pad_variable_length_inputs", 7, "bool"),
        ("enable_large_batch_splitting", 8, "google.protobuf.BoolValue"),
        ("max_execution_batch_size", 9, "google.protobuf.Int64Value"),
    ],
    "PrometheusConfig": [("enable", 1, "bool"), ("path", 2, "string")],
    "MonitoringConfig": [("prometheus_config", 1, "tensorflow.serving.PrometheusConfig")],
}
_SCALARS = {"bool": _Field.TYPE_BOOL, "int64": _Field.TYPE_INT64, "string": _Field.TYPE_STRING}


def parse_batching(text: str) -> Message:
    """Returns the BatchingParameters of a text.

    Raises:
      google.protobuf.text_format.ParseError: the server would not read it.
    """
    return text_format.Parse(text, _message("BatchingParameters"))


def parse_monitoring(text: str) -> Message:
    """Returns the MonitoringConfig of a text.

    Raises:
      google.protobuf.text_format.ParseError: the server would not read it.
    """
    return text_format.Parse(text, _message("MonitoringConfig"))


def batching_config(serving: Serving) -> str:
    """Returns the text of a `batching.config`."""
    size = serving.max_batch_size
    text = f"""\
# How requests that arrive together become one batch.

# Examples that are computed at once. More of them is more throughput and more latency.
max_execution_batch_size {{ value: {size} }}

# A request with more examples than that is cut up instead of refused, up to this many.
enable_large_batch_splitting {{ value: true }}
max_batch_size {{ value: {size * LARGEST_REQUEST_IN_BATCHES} }}

# How long the first request of a batch waits for others. 0 takes what is there.
batch_timeout_micros {{ value: {round(serving.batch_timeout_ms * 1000)} }}

# Batches that are computed side by side: one a core.
num_batch_threads {{ value: {serving.cpu} }}

# Batches that may wait: two of the largest requests. Beyond that the server says UNAVAILABLE (503)
# at once, which a client can retry elsewhere, instead of answering too late.
max_enqueued_batches {{ value: {2 * LARGEST_REQUEST_IN_BATCHES} }}
"""
    parse_batching(text)
    return text


def monitoring_config() -> str:
    """Returns the text of a `monitoring.config`."""
    text = f"""\
# Metrics for Prometheus, on the port of REST.
prometheus_config {{
  enable: true
  path: "{METRICS_PATH}"
}}
"""
    parse_monitoring(text)
    return text


def _message(name: str) -> Message:
    pool = descriptor_pool.DescriptorPool()
    wrappers = descriptor_pb2.FileDescriptorProto()
    wrappers_pb2.DESCRIPTOR.CopyToProto(wrappers)
    pool.Add(wrappers)
    file = descriptor_pb2.FileDescriptorProto(
        name="serving_options.proto",
        package="tensorflow.serving",
        syntax="proto3",
        dependency=[wrappers.name],
    )
    for message, fields in _MESSAGES.items():
        declared = file.message_type.add(name=message)
        for field, number, kind in fields:
            label, _, scalar = kind.rpartition(" ")
            declared.field.add(
                name=field,
                number=number,
                label=_Field.LABEL_REPEATED if label else _Field.LABEL_OPTIONAL,
                type=_SCALARS.get(scalar, _Field.TYPE_MESSAGE),
                type_name=None if scalar in _SCALARS else f".{scalar}",
            )
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName(f"tensorflow.serving.{name}")
    return message_factory.GetMessageClass(descriptor)()
