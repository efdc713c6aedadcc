"""Commands around a served model: predict, serve, serving."""

import argparse
from pathlib import Path

from rich.console import Console

from pipeline.commands.parsers import Commands, add_task_command
from pipeline.load import load_task


def add(commands: Commands) -> None:
    """Adds them."""
    predict = add_task_command(
        commands,
        "predict",
        _predict,
        "ask the model in service, or a server, what files show or say",
    )
    predict.add_argument(
        "path", nargs="*", metavar="FILE", help="image, text, table, TFRecords, or a folder of them"
    )
    predict.add_argument("--text", action="append", default=[], help="a text itself")
    predict.add_argument(
        "--server", default="", metavar="URL", help="of REST; without it, the model is loaded here"
    )
    predict.add_argument("--label", default="stable", help="of the version that the server asks")
    predict.add_argument("--json", action="store_true", help="a line of JSON for each example")

    serve = add_task_command(
        commands, "serve", _serve, "serve a task's pushed model on this machine"
    )
    serve.add_argument(
        "--rest-api-port", type=int, default=8501, metavar="PORT", help="of the page and REST"
    )
    serve.add_argument("--port", type=int, default=8500, metavar="PORT", help="of gRPC")

    serving = commands.add_parser("serving", help="what TensorFlow Serving needs of a task")
    inner = serving.add_subparsers(required=True, metavar="COMMAND")
    render = add_task_command(
        inner,
        "render",
        _render,
        "write models.config, compose.yaml, Kubernetes and KServe manifests",
    )
    render.add_argument(
        "--output", type=Path, metavar="FOLDER", help="without it, runs/TASK/serving_config/"
    )


def _predict(arguments: argparse.Namespace) -> int:
    from pipeline.predict import predict

    return predict(
        load_task(arguments.task),
        arguments.path,
        arguments.text,
        arguments.server,
        arguments.label,
        arguments.json,
    )


def _serve(arguments: argparse.Namespace) -> None:
    from pipeline.serve import serve

    serve(load_task(arguments.task), arguments.rest_api_port, arguments.port)


def _render(arguments: argparse.Namespace) -> None:
    from pipeline.serving_config.render import render
    from pipeline.terminal import shown

    task = load_task(arguments.task)
    say = Console(highlight=False, soft_wrap=True).print
    for path in render(task.name, task.serving, task.home, arguments.output):
        say(shown(path))
