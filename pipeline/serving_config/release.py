"""Which versions are loaded, and what the labels mean: the state that `models.config` holds.

The facts about TensorFlow Serving are those of its 2.16.1 (`server_core.cc`):

- Base paths must be absolute, or URIs.
- A label that is in use moves only to a version that is loaded already. A file that moves it to
  another one is refused whole, at each poll anew, so that the version is never loaded either. To
  serve a new version takes two writes: one that loads it, and one that moves the label.
- A label that is not in use may name a version that is still loading, with
  `--allow_version_labels_for_unavailable_models`; so a start needs that flag.
"""

from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from components.errors import InputError
from pipeline.options.serving import RequestLog

STABLE = "stable"
CANARY = "canary"

_HEADER = """\
# Which versions TensorFlow Serving loads, and what clients mean by "stable" and "canary".
"""
_READ_AGAIN = """\
# Replace this file as a whole: the server reads it every few seconds. A label moves only to a
# version that is loaded already, so add a version first and move the label to it later.
"""


@dataclass(frozen=True)
class Release:
    """The versions in service."""

    stable: int
    canary: int | None = None
    kept: tuple[int, ...] = ()
    """Versions without a label that stay loaded, so that a rollback takes effect at once."""

    @property
    def labels(self) -> dict[str, int]:
        """Versions by label."""
        labels = {STABLE: self.stable}
        return labels if self.canary is None else labels | {CANARY: self.canary}

    @property
    def versions(self) -> tuple[int, ...]:
        """Every version that is to be loaded, in ascending order."""
        return tuple(sorted({*self.labels.values(), *self.kept}))


def loaded_first(now: Release, then: Release) -> Release:
    """Returns the release to write, and to wait for, before `then` can be written.

    It loads every version of both and moves no label. Where it equals `now`, `then` can be written
    at once.
    """
    kept = {*now.kept, *then.versions} - {*now.labels.values()}
    return Release(now.stable, now.canary, tuple(sorted(kept)))


def models_config(
    model: str,
    base_path: str,
    release: Release,
    before: str = "",
    read_again: bool = True,
    request_log: RequestLog | None = None,
) -> str:
    """Returns the text of a `models.config`.

    Args:
      model: the name that clients ask for.
      base_path: absolute path or URI of the folder that holds the versions.
      release: what to load, and the labels.
      before: text of the file to be replaced; what it says of other things, such as other models
        or the logging of requests, is kept.
      read_again: whether the server will look at the file again.
      request_log: what to log, for a server that has a collector; else what `before` says is kept.

    Raises:
      InputError: `before` is no ModelServerConfig.
    """
    config = parse_models_config(before, "models.config")
    entries = config.model_config_list.config
    entry = next((entry for entry in entries if entry.name == model), None) or entries.add()
    entry.name = model
    entry.base_path = base_path
    entry.model_platform = "tensorflow"
    entry.model_version_policy.Clear()
    entry.model_version_policy.specific.versions.extend(release.versions)
    entry.version_labels.clear()
    entry.version_labels.update(release.labels)
    if request_log and request_log.collector:
        logging = entry.logging_config
        logging.sampling_config.sampling_rate = request_log.share
        logging.log_collector_config.type = request_log.collector
        logging.log_collector_config.filename_prefix = request_log.collector_prefix
    header = _HEADER + _READ_AGAIN if read_again else _HEADER
    return header + text_format.MessageToString(config)


def read_release(path: Path, model: str) -> Release | None:
    """Returns what a `models.config` says of a model; None where there is no such file or model.

    Raises:
      InputError: the file cannot be read, is no ModelServerConfig, or has no stable version.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    for entry in parse_models_config(text, str(path)).model_config_list.config:
        if entry.name == model:
            return _release(entry, path)
    return None


def parse_models_config(text: str, where: str) -> ModelServerConfig:
    """Returns the message of a text.

    Raises:
      InputError: the server would not read it; the message begins with `where`.
    """
    try:
        return text_format.Parse(text, ModelServerConfig())
    except text_format.ParseError as error:
        raise InputError(f"{where}: is no ModelServerConfig: {error}") from None


def _release(entry: ModelConfig, path: Path) -> Release:
    labels = dict(entry.version_labels)
    if STABLE not in labels:
        raise InputError(f"{path}: model {entry.name!r} has no version_labels with key 'stable'")
    loaded = entry.model_version_policy.specific.versions
    canary = labels.get(CANARY)
    return Release(
        stable=labels[STABLE],
        canary=canary,
        kept=tuple(sorted({*loaded} - {labels[STABLE], canary})),
    )
