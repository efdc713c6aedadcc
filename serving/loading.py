"""Loads a version: reads it, warms it up, or says what is wrong with it."""

import os
import time
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf
from grpc import StatusCode

from serving.errors import ServingError, from_tensorflow
from serving.saved_model import SavedModel
from serving.warmup import warm_up


class Loaded(NamedTuple):
    """A model that answers."""

    model: SavedModel
    seconds: float
    """To read it."""
    warm_up_seconds: float


def load(folder: Path) -> Loaded:
    """Loads a model, and has it answer its warm-up requests.

    Raises:
      ServingError: it is broken, or cannot answer them.
    """
    began = time.monotonic()
    try:
        model = SavedModel(folder)
        read = time.monotonic()
        try:
            warm_up(model, folder)
        except BaseException:
            model.close()
            raise
    except ServingError:
        raise
    except tf.errors.OpError as error:
        raise from_tensorflow(error) from error
    except Exception as error:
        # Whatever is wrong with the files of one model, the others are to go on.
        message = f"{type(error).__name__}: {error}"
        raise ServingError(StatusCode.UNKNOWN, message) from error
    return Loaded(model, read - began, time.monotonic() - read)


def files(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Returns path, size and time of change of every file, by which one sees that it changes."""
    found = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            try:
                about = os.stat(path)
            except OSError:
                continue  # It is being replaced, which the next look will show.
            found.append((path, about.st_size, about.st_mtime_ns))
    return tuple(sorted(found))
