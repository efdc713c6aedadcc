"""Reads and replaces what `models.config` says of a task."""

from components.errors import InputError
from components.files import write_whole
from pipeline.home import Home
from pipeline.serving_config.model_server import MODELS_CONFIG
from pipeline.serving_config.release import Release, models_config, read_release
from pipeline.serving_config.render import folder_of


def read_release_of(home: Home) -> Release:
    """Returns what is in service.

    Raises:
      InputError: nothing is yet, or the file cannot be read.
    """
    path = folder_of(home) / MODELS_CONFIG
    release = read_release(path, home.task)
    if release is None:
        raise InputError(
            f"{path}: nothing is in service yet; `python -m pipeline serving render {home.task}` "
            "puts the newest version into it"
        )
    return release


def write_release(home: Home, release: Release) -> None:
    """Replaces it, at once; what the file says of other things stays.

    Raises:
      InputError: it cannot be written.
    """
    path = folder_of(home) / MODELS_CONFIG
    before = path.read_text(encoding="utf-8")
    write_whole(path, models_config(home.task, str(home.serving), release, before))
