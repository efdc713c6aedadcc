"""Serves a task's pushed model on this machine, by the stand-in for TensorFlow Serving."""

from rich.console import Console

from components.pages.formats import exact_percent
from pipeline.home import Home
from pipeline.in_service import newest_version
from pipeline.serving_config.model_server import BATCHING_CONFIG, MODELS_CONFIG
from pipeline.serving_config.render import folder_of, release_in_service, render
from pipeline.task import Task
from pipeline.terminal import shown
from serving import Options, RequestLogging, Sample
from serving import serve as serve_models
from serving.options import read_batching_parameters


def serve(task: Task, rest_api_port: int, port: int) -> None:
    """Serves the task's release until it is told to stop.

    What is served is what `models.config` in `runs/<task>/serving_config/` says; it is rendered
    where it is missing, with the newest version.

    Args:
      task: whose model was pushed.
      rest_api_port: of the page and REST; 0 is any that is free.
      port: of gRPC; 0 is any that is free.

    Raises:
      InputError: nothing was pushed, or a port is taken.
    """
    home = task.home
    folder = folder_of(home)
    models_config = folder / MODELS_CONFIG
    if not models_config.exists():
        render(task.name, task.serving, home)
    say = Console(highlight=False, soft_wrap=True).print
    newest = newest_version(home.serving)
    stable = release_in_service(task.name, home).stable
    if newest is not None and newest.name != str(stable):
        say(f"{newest.name} was pushed since; {shown(models_config)} keeps {stable} in service")
    logged = task.serving.request_log
    if logged:
        passing = f", by way of {logged.redact}" if logged.redact else ""
        share = exact_percent(logged.share)
        say(f"{share} of the requests are logged to {shown(home.requests)}{passing}")
    batching = read_batching_parameters(folder / BATCHING_CONFIG) if task.serving.batching else None
    serve_models(
        Options(
            models_config,
            rest_api_port=rest_api_port,
            port=port,
            batching=batching,
            request_logging=_request_logging(task, home),
        )
    )


def _request_logging(task: Task, home: Home) -> RequestLogging:
    logged = task.serving.request_log
    if logged is None:
        return RequestLogging()
    sample = Sample(logged.share, home.requests / task.name)
    return RequestLogging({task.name: sample}, logged.max_mib << 20, logged.redact)
