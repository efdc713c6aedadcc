"""Commands around Kubeflow Pipelines: compile, submit, schedule, status, unschedule."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from components.files import write_whole
from pipeline.commands.parsers import Commands, add_task_command
from pipeline.load import load_task
from pipeline.run_local import INTERRUPTED
from pipeline.task import Task
from pipeline.terminal import shown

if TYPE_CHECKING:
    from pipeline.kubeflow.client.schedule import Wanted
    from pipeline.kubeflow.client.server import Server
    from pipeline.kubeflow.client.submit import Work
    from pipeline.kubeflow.settings import Flavor, Settings


def add(commands: Commands) -> None:
    """Adds them."""
    kubeflow = commands.add_parser("kubeflow", help="run a task on Kubeflow Pipelines")
    inner = kubeflow.add_subparsers(required=True, metavar="COMMAND")
    compile_ = add_task_command(
        inner, "compile", _compile, "write the pipeline as Kubeflow Pipelines reads it"
    )
    submit = add_task_command(inner, "submit", _submit, "upload the pipeline and start one run")
    schedule = add_task_command(
        inner, "schedule", _schedule, "upload the pipeline and run it again and again"
    )
    status = add_task_command(
        inner, "status", _status, "show the schedule, its next times and the last runs"
    )
    unschedule = add_task_command(
        inner, "unschedule", _unschedule, "delete the schedule; runs that go on go on"
    )
    compile_.add_argument(
        "--flavor",
        choices=["kubeflow", "vertex"],
        default="kubeflow",
        help="of Kubeflow Pipelines: open source, or Vertex AI; open source if not said",
    )
    for command in (compile_, submit, schedule):
        _add_target(command)
    for command in (submit, schedule, status, unschedule):
        _add_connection(command)
    _add_submit(submit)
    _add_schedule(schedule)
    for command in (schedule, status):
        command.add_argument(
            "--server-time-zone",
            default="UTC",
            metavar="ZONE",
            help="in which KFP counts, its CRON_SCHEDULE_TIMEZONE; UTC if not said",
        )


def _add_target(command: argparse.ArgumentParser) -> None:
    command.add_argument("--image", metavar="NAME", help="of the container that runs every node")
    command.add_argument(
        "--root", metavar="URI", help="where runs keep what they make: minio://, s3:// or gs://…"
    )
    command.add_argument(
        "--data", default="", metavar="URI", help="of the raw data; without it, ROOT/TASK/data"
    )
    command.add_argument(
        "--output", type=Path, metavar="FILE", help="without it, runs/TASK/kubeflow/TASK.yaml"
    )


def _add_connection(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--host", metavar="URL", help="of Kubeflow Pipelines; without it, KF_PIPELINES_ENDPOINT"
    )
    command.add_argument("--namespace", metavar="NAME", help="of the user, where KFP serves many")
    command.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="with a bearer token; without it, KF_PIPELINES_TOKEN or KF_PIPELINES_COOKIE, if set",
    )
    command.add_argument("--ca-file", type=Path, metavar="FILE", help="certificates to trust, PEM")
    command.add_argument(
        "--timeout",
        type=float,
        default=30,
        metavar="SECONDS",
        help="for the server to answer; 30 if not said",
    )
    command.add_argument(
        "--ui", metavar="URL", help="of the pages that are printed; without it, as --host"
    )


def _add_submit(command: argparse.ArgumentParser) -> None:
    command.add_argument("--service-account", default="", metavar="NAME", help="of Kubernetes")
    command.add_argument("--run-name", default="", metavar="NAME", help="without it, TASK-TIME")
    command.add_argument(
        "--wait",
        nargs="?",
        type=float,
        const=float("inf"),
        metavar="MINUTES",
        help="follow the run; exit code 0: succeeded, 1: failed, 4: canceled, 5: it still goes on",
    )


def _add_schedule(command: argparse.ArgumentParser) -> None:
    command.add_argument("--service-account", default="", metavar="NAME", help="of Kubernetes")
    when = command.add_mutually_exclusive_group(required=True)
    when.add_argument(
        "--cron",
        metavar="EXPRESSION",
        help="five fields (minute hour day month weekday), six (second first), or @daily",
    )
    when.add_argument("--interval", metavar="TIME", help="between two runs: 90m, 6h, 1d")
    command.add_argument(
        "--time-zone",
        metavar="ZONE",
        help="in which --cron, --start and --end are meant; without it, the server's",
    )
    command.add_argument("--start", metavar="TIME", help="not before: 2030-01-31T18:00")
    command.add_argument("--end", metavar="TIME", help="not after")
    command.add_argument(
        "--catch-up", action="store_true", help="make up, one by one, for times that were missed"
    )
    command.add_argument("--paused", action="store_true", help="keep it, but let it start nothing")


def _compile(arguments: argparse.Namespace) -> None:
    task = load_task(arguments.task)
    file = _compiled(arguments, task, _settings(arguments, task, arguments.flavor))
    _console().print(f"compiled {shown(file)}")


def _submit(arguments: argparse.Namespace) -> int:
    from pipeline.kubeflow.client.submit import submit
    from pipeline.kubeflow.client.wait import waited

    task = load_task(arguments.task)
    if arguments.wait is not None and not arguments.wait > 0:
        raise InputError(f"--wait {arguments.wait:g}: minutes, more than 0")
    server, work = _prepared(arguments, task)
    say = _say(_console())
    run_id = submit(server, work, say, arguments.run_name)
    if arguments.wait is None:
        return 0
    try:
        return waited(server, run_id, say, at_most=arguments.wait * 60)
    except KeyboardInterrupt:
        say("note     the run goes on; `kubeflow status` shows it")
        return INTERRUPTED


def _schedule(arguments: argparse.Namespace) -> None:
    from pipeline.kubeflow.client.schedule import schedule

    task = load_task(arguments.task)
    say = _say(_console())
    wanted = _wanted(arguments)
    server, work = _prepared(arguments, task)
    if arguments.cron:
        say(f"cron     {wanted.description}")
    schedule(server, work, wanted, say)


def _status(arguments: argparse.Namespace) -> None:
    from pipeline.kubeflow.client.status import status
    from pipeline.kubeflow.client.time_zone import zone_of

    task = load_task(arguments.task)
    zone = zone_of("--server-time-zone", arguments.server_time_zone)
    status(_connected(arguments), task.name, zone, _console())


def _unschedule(arguments: argparse.Namespace) -> None:
    from pipeline.kubeflow.client.schedule import unschedule

    task = load_task(arguments.task)
    unschedule(_connected(arguments), task.name, _say(_console()))


def _wanted(arguments: argparse.Namespace) -> "Wanted":
    from pipeline.kubeflow.client.wanted import wanted

    return wanted(
        arguments.cron,
        arguments.interval,
        arguments.time_zone,
        arguments.server_time_zone,
        arguments.start,
        arguments.end,
        arguments.catch_up,
        arguments.paused,
    )


def _prepared(arguments: argparse.Namespace, task: Task) -> "tuple[Server, Work]":
    """Returns where and what, once nothing speaks against sending it."""
    from pipeline.kubeflow.client.submit import Work

    settings = _settings(arguments, task)
    server = _connected(arguments)
    package = _compiled(arguments, task, settings)
    root = settings.place(task, "artifacts")
    return server, Work(task.name, package, root, arguments.service_account)


def _connected(arguments: argparse.Namespace) -> "Server":
    from pipeline.kubeflow.client.connection import Connection
    from pipeline.kubeflow.client.server import connected

    return connected(
        Connection.of(
            arguments.host,
            arguments.namespace,
            arguments.token_file,
            arguments.ca_file,
            arguments.timeout,
            arguments.ui,
        )
    )


def _settings(
    arguments: argparse.Namespace, task: Task, flavor: "Flavor" = "kubeflow"
) -> "Settings":
    from pipeline.kubeflow.settings import Settings, check_task

    if not arguments.image:
        raise InputError("--image is missing: one that holds this project, in a registry")
    if not arguments.root:
        raise InputError("--root is missing: where runs keep what they make, s3://BUCKET/PATH")
    settings = Settings(arguments.image, arguments.root, arguments.data, flavor)
    check_task(task, settings)
    return settings


def _compiled(arguments: argparse.Namespace, task: Task, settings: "Settings") -> Path:
    """Returns the file that the compiled pipeline is in."""
    from pipeline.kubeflow.compile import compile_pipeline

    file = arguments.output or task.home.root / "kubeflow" / f"{task.name}.yaml"
    if file.suffix not in (".yaml", ".yml"):
        raise InputError(f"--output {file}: a name that ends in .yaml; KFP takes no other")
    compiled = compile_pipeline(task, settings)
    write_whole(file, compiled)
    return file


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _say(console: Console) -> Callable[[str], None]:
    return lambda line: console.print(escape(line))
