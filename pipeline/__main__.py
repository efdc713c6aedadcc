"""`python -m pipeline`: parses, and calls what does the work."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from components.errors import InputError
from pipeline.home import PROJECT
from pipeline.load import load_task, task_names
from pipeline.run_local import guarded


def _run(arguments: argparse.Namespace) -> None:
    from pipeline.run_local import run

    run(load_task(arguments.task))


def _new(arguments: argparse.Namespace) -> None:
    from pipeline.new import new

    new(arguments.name, arguments.data, PROJECT, Console(highlight=False, soft_wrap=True))


def _schema(arguments: argparse.Namespace) -> None:
    from pipeline.schema import update_schema

    update_schema(load_task(arguments.task), arguments.yes)


def _drift(arguments: argparse.Namespace) -> int:
    task = load_task(arguments.task)
    if arguments.current is not None:
        from pipeline.drift import drift

        return drift(task, arguments.current, arguments.reference, arguments.output)
    from pipeline.drift_history import history

    if arguments.reference or arguments.output:
        raise InputError("--history takes neither --reference nor --output; --current does")
    return history(task)


def _kfold(arguments: argparse.Namespace) -> None:
    from pipeline.kfold import kfold

    kfold(load_task(arguments.task), arguments.folds)


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


def _serving_render(arguments: argparse.Namespace) -> None:
    from pipeline.home import Home
    from pipeline.serving_config.render import render
    from pipeline.terminal import shown

    task = load_task(arguments.task)
    say = Console(highlight=False, soft_wrap=True).print
    for path in render(task.name, task.serving, Home.of(task.name), arguments.output):
        say(shown(path))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline", description="A TFX pipeline for image and text classifiers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    known = f"name of a task ({', '.join(task_names())}), or the path of its file"

    run = commands.add_parser("run", help="run the DAG of a task on this machine")
    run.add_argument("task", help=known)
    run.set_defaults(action=_run)

    new = commands.add_parser("new", help="look at data and write a task file for them")
    new.add_argument("name", help="of the task: lower-case letters, digits and _")
    new.add_argument("--data", required=True, type=Path, help="a folder or a table")
    new.set_defaults(action=_new)

    schema = commands.add_parser("schema", help="infer the schema of a task's data, for review")
    schema.add_argument("task", help=known)
    schema.add_argument("--yes", action="store_true", help="write without asking")
    schema.set_defaults(action=_schema)

    drift = commands.add_parser(
        "drift", help="compare new examples with known ones; exit code 0: no drift, 3: drift"
    )
    drift.add_argument("task", help=known)
    what = drift.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--current",
        metavar="PATH",
        help="the new examples: a folder or a table as for a task, with or without classes; or "
        "TFRecords of tf.Example, such as logged requests",
    )
    what.add_argument(
        "--history", action="store_true", help="show what the runs' reports say, span by span"
    )
    drift.add_argument(
        "--reference",
        metavar="PATH",
        help="what to compare them with; without it, what the model in service was evaluated on",
    )
    drift.add_argument(
        "--output",
        metavar="FOLDER",
        type=Path,
        help="of the report; without it, a new one in runs/TASK/drift/",
    )
    drift.set_defaults(action=_drift)

    kfold = commands.add_parser(
        "kfold", help="train on all folds but one, in turn, and say how noisy an accuracy is"
    )
    kfold.add_argument("task", help=known)
    kfold.add_argument("--folds", type=int, default=5, metavar="K", help="how many; 5 if not said")
    kfold.set_defaults(action=_kfold)

    predict = commands.add_parser(
        "predict", help="ask the model in service, or a server, what files show or say"
    )
    predict.add_argument("task", help=known)
    predict.add_argument(
        "path", nargs="*", metavar="FILE", help="image, text, table, TFRecords, or a folder of them"
    )
    predict.add_argument("--text", action="append", default=[], help="a text itself")
    predict.add_argument(
        "--server", default="", metavar="URL", help="of REST; without it, the model is loaded here"
    )
    predict.add_argument("--label", default="stable", help="of the version that the server asks")
    predict.add_argument("--json", action="store_true", help="a line of JSON for each example")
    predict.set_defaults(action=_predict)

    serve = commands.add_parser("serve", help="serve a task's pushed model on this machine")
    serve.add_argument("task", help=known)
    serve.add_argument(
        "--rest-api-port", type=int, default=8501, metavar="PORT", help="of the page and REST"
    )
    serve.add_argument("--port", type=int, default=8500, metavar="PORT", help="of gRPC")
    serve.set_defaults(action=_serve)

    serving = commands.add_parser("serving", help="what TensorFlow Serving needs of a task")
    serving_commands = serving.add_subparsers(required=True, metavar="COMMAND")
    render = serving_commands.add_parser(
        "render", help="write models.config, compose.yaml, Kubernetes and KServe manifests"
    )
    render.add_argument("task", help=known)
    render.add_argument(
        "--output", type=Path, metavar="FOLDER", help="without it, runs/TASK/serving_config/"
    )
    render.set_defaults(action=_serving_render)
    return parser


def main() -> int:
    """Returns 0 when done, 1 when a node failed, 2 when the user can mend it, 3 for drift."""
    arguments = _parser().parse_args()
    return guarded(lambda: arguments.action(arguments))


if __name__ == "__main__":
    sys.exit(main())
