"""`python -m serving`: TensorFlow Serving's flags, and the limits."""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from components.errors import InputError
from serving import BatchingParameters, Limits, Options, RequestLogging, serve
from serving.options import read_batching_parameters

_SERVED = ("model_config_file", "host", "rest_api_port", "port", "file_system_poll_wait_seconds")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m serving",
        description="A stand-in for TensorFlow Serving, for machines without Docker.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--model_config_file", required=True, type=Path, help="text proto ModelServerConfig")
    add("--host", default=Options.host, help="address to listen at")
    add("--rest_api_port", type=int, default=Options.rest_api_port, help="0: any that is free")
    add("--port", type=int, default=Options.port, help="of gRPC; 0: any that is free")
    seconds = Options.file_system_poll_wait_seconds
    add("--file_system_poll_wait_seconds", type=float, default=seconds, help="between two looks")
    truth = {"nargs": "?", "const": "true", "default": "false", "choices": ("true", "false")}
    add("--enable_batching", **truth, help="run requests together")
    add("--batching_parameters_file", type=Path, help="text proto BatchingParameters")
    logged = parser.add_argument_group("logging of requests, where models.config says so")
    logged.add_argument(
        "--request_log_max_bytes",
        type=int,
        default=RequestLogging.max_bytes,
        help="of the files of one prefix together",
    )
    logged.add_argument(
        "--request_log_redact",
        default=RequestLogging.redact,
        metavar="MODULE:FUNCTION",
        help="each PredictionLog passes through it",
    )
    limits = parser.add_argument_group("limits, beyond TensorFlow Serving's flags")
    for limit in fields(Limits):
        limits.add_argument(f"--{limit.name}", type=limit.type, default=limit.default, help=" ")
    return parser


def main() -> int:
    """Returns 0 when told to stop, 2 when the user can mend it."""
    given = vars(_parser().parse_args())
    file, batching = given["batching_parameters_file"], None
    try:
        if given["enable_batching"] == "true":
            batching = read_batching_parameters(file) if file else BatchingParameters()
        limits = Limits(**{limit.name: given[limit.name] for limit in fields(Limits)})
        logged = RequestLogging(
            max_bytes=given["request_log_max_bytes"], redact=given["request_log_redact"]
        )
        served = {name: given[name] for name in _SERVED}
        serve(Options(**served, batching=batching, limits=limits, request_logging=logged))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
