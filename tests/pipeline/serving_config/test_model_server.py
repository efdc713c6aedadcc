from pipeline.options.serving import Serving
from pipeline.serving_config.model_server import labelled_models, server_flags
from pipeline.serving_config.yaml_text import Comment

# The names in tensorflow_serving/model_servers/main.cc, 2.16.1, that are used here.
FLAGS = {
    *("port", "rest_api_port", "rest_api_num_threads", "grpc_max_threads"),
    *("model_config_file", "model_config_file_poll_wait_seconds"),
    *("allow_version_labels_for_unavailable_models", "enable_batching", "batching_parameters_file"),
    *("monitoring_config_file", "tensorflow_intra_op_parallelism"),
    *("tensorflow_inter_op_parallelism", "enable_model_warmup", "max_num_load_retries"),
    *("load_retry_interval_micros", "enable_grpc_healthcheck_service", "enable_profiler"),
}


def flags(*lists):
    """Returns flags and values, without comments."""
    plain = (flag for flags in lists for flag in flags if not isinstance(flag, Comment))
    return dict(flag.removeprefix("--").split("=", 1) for flag in plain)


def test_every_flag_is_one_of_the_servers():
    assert flags(labelled_models(5), server_flags(Serving(), 2)).keys() == FLAGS


def test_enough_threads_wait_for_a_batch():
    """As many as fill two batches, in both protocols; otherwise one could never fill up."""
    batched = flags(server_flags(Serving(max_batch_size=100), 2))
    assert (batched["rest_api_num_threads"], batched["grpc_max_threads"]) == ("200", "200")
    assert flags(server_flags(Serving(batching=False), 8))["grpc_max_threads"] == "32"


def test_without_batching_there_is_no_file_of_parameters():
    """The server refuses to start with a file and without the flag that turns batching on."""
    assert (
        not {"enable_batching", "batching_parameters_file"}
        & flags(server_flags(Serving(batching=False), 2)).keys()
    )


def test_threads_are_those_of_the_container():
    made = flags(server_flags(Serving(), 3))
    assert made["tensorflow_intra_op_parallelism"] == "3"
    assert made["tensorflow_inter_op_parallelism"] == "3"


def test_a_file_that_cannot_change_is_read_once():
    assert "model_config_file_poll_wait_seconds" not in flags(labelled_models())
