"""The command line of TensorFlow Serving: one place for Compose, Kubernetes and KServe.

The names and meanings of the flags are those of `tensorflow_serving/model_servers/main.cc`, 2.16.1.
"""

from pipeline.options.serving import Serving
from pipeline.serving_config.yaml_text import Comment

BINARY = "/usr/bin/tensorflow_model_server"
"""In the images of tensorflow/serving, whose own entry point is a shell script around it."""
GRPC_PORT = 8500
REST_PORT = 8501
MODELS_CONFIG = "models.config"
BATCHING_CONFIG = "batching.config"
MONITORING_CONFIG = "monitoring.config"
CONFIG_FOLDER = "/config"
"""In a container."""


def labelled_models(poll_seconds: int = 0) -> list[str]:
    """Returns the flags that have the models and their labels read from `models.config`, commented.

    Args:
      poll_seconds: how often the file is read again; 0 reads it at the start alone.
    """
    flags = [
        f"--model_config_file={CONFIG_FOLDER}/{MODELS_CONFIG}",
        Comment("At a start no version is loaded yet, and the labels name some."),
        "--allow_version_labels_for_unavailable_models=true",
    ]
    if poll_seconds:
        flags.insert(1, f"--model_config_file_poll_wait_seconds={poll_seconds}")
    return flags


def server_flags(serving: Serving, cores: int) -> list[str]:
    """Returns the flags that do not depend on which models there are, commented.

    Args:
      serving: the task's options.
      cores: that the container may use.
    """
    # A thread waits for each request while its batch fills up and is computed.
    threads = max(16, 2 * serving.max_batch_size if serving.batching else 4 * cores)
    flags: list[str] = [
        f"--port={GRPC_PORT}",
        f"--rest_api_port={REST_PORT}",
        f"--monitoring_config_file={CONFIG_FOLDER}/{MONITORING_CONFIG}",
    ]
    if serving.batching:
        flags += [
            "--enable_batching=true",
            f"--batching_parameters_file={CONFIG_FOLDER}/{BATCHING_CONFIG}",
        ]
    return [
        *flags,
        Comment(
            "TensorFlow counts the machine's cores, not the container's: unasked it would start a "
            "thread for each of them and be throttled."
        ),
        f"--tensorflow_intra_op_parallelism={cores}",
        f"--tensorflow_inter_op_parallelism={cores}",
        f"--rest_api_num_threads={threads}",
        f"--grpc_max_threads={threads}",
        Comment("Plays assets.extra/tf_serving_warmup_requests before a version answers."),
        "--enable_model_warmup=true",
        Comment("A version that cannot be loaded is reported at once, not after five minutes."),
        "--max_num_load_retries=1",
        "--load_retry_interval_micros=5000000",
        Comment("For balancers that know gRPC's own health check."),
        "--enable_grpc_healthcheck_service=true",
        Comment("On by default; whoever reaches the port of gRPC could trace the server."),
        "--enable_profiler=false",
    ]
