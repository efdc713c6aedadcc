"""Reads `models.config`, a text proto ModelServerConfig, and applies its version policies."""

import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from google.protobuf import text_format
from grpc import StatusCode
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from serving.errors import ServingError, invalid
from serving.options import Sample

COLLECTOR = "tfrecord"
"""The collector of logged requests that this server has, and takes where none is named."""
_PLATFORM = "tensorflow"
_MAX_VERSION = 2**63 - 1
_logger = logging.getLogger(__name__)


class ConfigFile:
    """A `models.config`, which may change."""

    def __init__(
        self,
        path: Path,
        base_paths: Mapping[str, Path],
        samples: Mapping[str, Sample] = MappingProxyType({}),
    ) -> None:
        """Takes the file, and by name of a model what replaces that which the file says.

        Args:
          path: of the file.
          base_paths: where versions lie.
          samples: of requests that are logged.
        """
        self._path, self._base_paths, self._samples = path, base_paths, samples
        self._seen: bytes | str = b""

    def read(self) -> dict[str, ModelConfig]:
        """Returns the models by name, with absolute base paths.

        Raises:
          ServingError: the file cannot be read, or has models that cannot be served.
        """
        self._seen = _content(self._path)
        if isinstance(self._seen, str):
            raise ServingError(StatusCode.NOT_FOUND, self._seen)
        return self.models(parse(self._seen.decode(errors="replace")))

    def read_if_changed(self) -> dict[str, ModelConfig] | None:
        """Returns the models as `read` does, if the file is another than when it was read last.

        A file that is wrong is complained of once, and else left alone.
        """
        if _content(self._path) == self._seen:
            return None
        try:
            models = self.read()
        except ServingError as error:
            _logger.error("%s: %s; what was read before goes on", self._path, error)
            return None
        _logger.info("%s has changed", self._path)
        return models

    def models(self, config: ModelServerConfig) -> dict[str, ModelConfig]:
        """Returns the models of a config by name; relative paths count from the file.

        Raises:
          ServingError: two models have the same name, a model has none or no base path, is of
            another platform than TensorFlow, or is logged without a prefix; or the config is empty
            or of another kind.
        """
        # An empty file is one that is being written.
        if config.WhichOneof("config") != "model_config_list":
            raise invalid("it has no model_config_list, the only kind that is supported")
        found: dict[str, ModelConfig] = {}
        for number, model in enumerate(config.model_config_list.config, 1):
            if not model.name or not model.base_path:
                raise invalid(f"model {number}: it needs a name and a base_path")
            if model.name in found:
                raise invalid(f"model {model.name}: the name is given twice")
            if model.model_platform != _PLATFORM:
                raise invalid(
                    f"model {model.name}: model_platform is {model.model_platform!r}; only "
                    f'"{_PLATFORM}" is supported'
                )
            found[model.name] = ModelConfig()
            found[model.name].CopyFrom(model)
            base_path = self._base_paths.get(model.name, Path(model.base_path))
            found[model.name].base_path = self._absolute(base_path)
            self._set_logging(found[model.name])
        return found

    def _set_logging(self, model: ModelConfig) -> None:
        """Makes how requests are logged what this server can do."""
        config, sample = model.logging_config, self._samples.get(model.name)
        collector = config.log_collector_config
        if sample:
            collector.type = COLLECTOR
            collector.filename_prefix = str(sample.filename_prefix)
            config.sampling_config.sampling_rate = sample.rate
        if not model.HasField("logging_config"):
            return
        if collector.type not in ("", COLLECTOR):
            _logger.warning(
                '%s: requests are not logged: collector "%s" is none of "%s"',
                *(model.name, collector.type, COLLECTOR),
            )
            model.ClearField("logging_config")
        elif not collector.filename_prefix:
            raise invalid(f"model {model.name}: its logging_config has no filename_prefix")
        else:
            collector.filename_prefix = self._absolute(collector.filename_prefix)

    def _absolute(self, path: str | Path) -> str:
        return os.path.join(self._path.absolute().parent, path)


def _content(path: Path) -> bytes | str:
    """Returns what a file holds, or why it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        return str(error)


def parse(text: str) -> ModelServerConfig:
    """Reads the text form.

    Raises:
      ServingError: it is no such message; the message names line and column.
    """
    try:
        return text_format.Parse(text, ModelServerConfig())
    except text_format.ParseError as error:
        raise invalid(f"no text proto of ModelServerConfig: {error}") from error


def present_versions(base_path: str) -> dict[int, Path]:
    """Returns the folders under a base path whose names are numbers.

    Raises:
      ServingError: the base path cannot be read.
    """
    try:
        with os.scandir(base_path) as entries:
            folders = [entry for entry in entries if entry.name.isdecimal() and entry.is_dir()]
    except OSError as error:
        raise ServingError(StatusCode.NOT_FOUND, f"base path: {error}") from error
    # Of 007 and 7 one is taken, always the same.
    numbered = {
        int(entry.name): Path(entry.path) for entry in sorted(folders, key=lambda e: e.name)
    }
    return {number: path for number, path in numbered.items() if number <= _MAX_VERSION}


def wanted_versions(config: ModelConfig, present: Iterable[int]) -> set[int]:
    """Returns which of the versions that are present a model's policy asks for."""
    policy = config.model_version_policy
    match policy.WhichOneof("policy_choice"):
        case "all":
            return set(present)
        case "specific":
            return set(present) & set(policy.specific.versions)
        case _:
            return set(sorted(present, reverse=True)[: policy.latest.num_versions or 1])
