"""Which versions of which models answer: loads, swaps and unloads them without losing a request.

Everything here runs in the event loop, so that nothing needs a lock; only loading and unloading
themselves go to a thread. A version is unloaded when the last request that uses it has ended.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grpc import StatusCode
from tensorflow_serving.apis.get_model_status_pb2 import ModelVersionStatus
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.config.logging_config_pb2 import LoggingConfig
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from serving import loading
from serving.errors import ServingError, invalid
from serving.metrics import Metrics
from serving.model_config import ConfigFile, present_versions, wanted_versions
from serving.saved_model import SavedModel

_State = ModelVersionStatus
_logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Version:
    """One version of a model, from when it is first wanted on."""

    number: int
    folder: Path
    state: int = _State.START
    error: ServingError | None = None
    saved: SavedModel | None = None
    """There while it is available, and until the last request has ended."""
    users: int = 0
    """Requests that use it."""
    files: tuple[Any, ...] = ()
    """What the folder held when it was loaded last."""


@dataclass(eq=False)
class _Model:
    """All versions of a model that have been wanted since the start."""

    config: ModelConfig
    versions: dict[int, Version] = field(default_factory=dict)
    wanted: set[int] = field(default_factory=set)
    labels: dict[str, int] = field(default_factory=dict)
    """Where they point to by now: a label moves when the version it shall point to answers."""
    has_loaded: bool = False
    """Whether what was wanted first has been loaded, or refused."""
    complaint: str = ""
    """What was last said about its base path."""

    def available(self) -> dict[int, Version]:
        return {n: each for n, each in self.versions.items() if each.state == _State.AVAILABLE}


class Manager:
    """The models of a `models.config`, and their versions."""

    def __init__(self, config: ConfigFile, metrics: Metrics) -> None:
        """Takes the file, which is not read before `start`, and where loading is measured."""
        self._config, self._metrics = config, metrics
        self._models: dict[str, _Model] = {}
        # One version after the other: several at once would need memory and cores for all.
        self._loader = ThreadPoolExecutor(1, "load")
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, seconds: float) -> None:
        """Begins to load what the config names, and to watch for changes.

        Args:
          seconds: between two looks.

        Raises:
          ServingError: the file cannot be read, or has models that cannot be served.
        """
        self._apply(self._config.read())
        self._begin(self._watch(seconds))

    async def _watch(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                models = self._config.read_if_changed()
                if models is None:
                    self._look()
                else:
                    self._apply(models)
            except Exception:
                # Whatever it is, the next look may succeed, and requests are to be answered.
                _logger.exception("looking for new versions failed")

    def reload(self, config: ModelServerConfig) -> None:
        """Takes another config, until the file changes.

        Raises:
          ServingError: it is refused, and nothing has changed.
        """
        models = self._config.models(config)
        for name, model in models.items():
            available = self._models[name].available() if name in self._models else {}
            for number in model.version_labels.values():
                if number not in available:
                    raise ServingError(
                        StatusCode.FAILED_PRECONDITION,
                        f"Request to assign label to version {number} of model {name}, which is "
                        "not currently available for inference",
                    )
        self._apply(models)

    @contextmanager
    def use(self, spec: ModelSpec) -> Iterator[Version]:
        """Holds the version that a request is for, so that it stays loaded meanwhile.

        Raises:
          ServingError: no such version is available.
        """
        version = self._find(spec)
        version.users += 1
        try:
            yield version
        finally:
            version.users -= 1
            if version.state == _State.UNLOADING:
                self._retire(spec.name, version)

    def statuses(self, spec: ModelSpec) -> list[ModelVersionStatus]:
        """Returns what has become of the versions of a model, the newest first.

        Args:
          spec: with a version or a label, of that version alone.

        Raises:
          ServingError: there is no such version.
        """
        model = self._models.get(spec.name)
        if model is None or not model.versions:
            raise ServingError(
                StatusCode.NOT_FOUND, f"Could not find any versions of model {spec.name}"
            )
        number = self._number(model, spec)
        if number is not None and number not in model.versions:
            raise ServingError(
                StatusCode.NOT_FOUND, f"Could not find version {number} of model {spec.name}"
            )
        chosen = model.versions if number is None else [number]
        return [_status(model.versions[each]) for each in sorted(chosen, reverse=True)]

    def __contains__(self, name: str) -> bool:
        """Whether a model is served, or shall be."""
        return name in self._models

    def logging_config(self, name: str) -> LoggingConfig:
        """Returns how a model's requests are logged; empty where none is, or there is no model."""
        return self._models[name].config.logging_config if name in self else LoggingConfig()

    def labels(self) -> dict[str, dict[str, int]]:
        """Returns the labels of every model, and the versions they point to by now."""
        return {name: dict(model.labels) for name, model in self._models.items()}

    @property
    def ready(self) -> bool:
        """Whether every model answers, with all versions that were wanted from the start."""
        return all(model.has_loaded and model.available() for model in self._models.values())

    def stop(self) -> None:
        """Unloads everything; what is still under way is given up."""
        for task in self._tasks:
            task.cancel()
        self._loader.shutdown(wait=False, cancel_futures=True)
        for model in self._models.values():
            for version in model.versions.values():
                if version.saved:
                    version.saved.close()

    def _find(self, spec: ModelSpec) -> Version:
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        model = self._models.get(spec.name)
        number = self._number(model, spec)
        available = model.available() if model else {}
        if available and number is None:
            return available[max(available)]
        if number in available:
            return available[number]
        wanted = f"Latest({spec.name})" if number is None else f"Specific({spec.name}, {number})"
        raise ServingError(StatusCode.NOT_FOUND, f"Servable not found for request: {wanted}")

    @staticmethod
    def _number(model: _Model | None, spec: ModelSpec) -> int | None:
        """Returns the version that a request names, by number or label; None is the latest."""
        match spec.WhichOneof("version_choice"):
            case "version":
                return spec.version.value
            case "version_label":
                if model is None or spec.version_label not in model.labels:
                    raise invalid(f"Unrecognized servable version label: {spec.version_label}")
                return model.labels[spec.version_label]
        return None

    def _apply(self, models: Mapping[str, ModelConfig]) -> None:
        for name, config in models.items():
            if name in self._models:
                self._models[name].config = config
            else:
                self._models[name] = _Model(config)
        for name in self._models.keys() - models.keys():
            model = self._models[name]
            model.config = ModelConfig()
            self._settle(name, model)
        self._look()

    def _look(self) -> None:
        """Finds out which versions are wanted, and begins to load those that are new."""
        for name, model in list(self._models.items()):
            if not model.config.base_path:
                continue
            try:
                present = present_versions(model.config.base_path)
                wanted = wanted_versions(model.config, present)
                complaint = "" if wanted else f"{model.config.base_path}: no version to serve"
            except ServingError as error:
                wanted, complaint = set(), error.message
            if complaint != model.complaint:
                model.complaint = complaint
                if complaint:
                    _logger.warning("%s: %s", name, complaint)
            # A folder may be away for a moment while a version in it is replaced.
            if wanted:
                model.wanted = wanted
            for number in sorted(wanted):
                self._want(name, model, number, present[number])
            self._settle(name, model)

    def _want(self, name: str, model: _Model, number: int, folder: Path) -> None:
        version = model.versions.get(number)
        if version and version.state != _State.END:
            return
        files = loading.files(folder)
        if version and version.error and version.files == files:
            return
        version = Version(number, folder, files=files)
        model.versions[number] = version
        self._begin(self._load(name, model, version))

    async def _load(self, name: str, model: _Model, version: Version) -> None:
        number, path = version.number, str(version.folder)
        version.state = _State.LOADING
        try:
            loaded = await asyncio.get_running_loop().run_in_executor(
                self._loader, loading.load, version.folder
            )
        except ServingError as error:
            version.state, version.error = _State.END, error
            self._metrics.load_attempt_count.add(path, "fail")
            others = ", ".join(map(str, sorted(model.available()))) or "none"
            _logger.error("%s: version %d is refused, %s answers: %s", name, number, others, error)
        else:
            version.state, version.saved = _State.AVAILABLE, loaded.model
            self._metrics.load_attempt_count.add(path, "success")
            self._metrics.load_latency.add(path, count=round(1e6 * loaded.seconds))
            self._metrics.model_warmup_latency.add(path, "OK", size=1e6 * loaded.warm_up_seconds)
            seconds = loaded.seconds + loaded.warm_up_seconds
            _logger.info("%s: version %d answers, loaded in %.1f s", name, number, seconds)
        self._settle(name, model)

    def _settle(self, name: str, model: _Model) -> None:
        """Moves labels to where they shall point to, then unloads what nothing needs any more."""
        states = {version.state for version in model.versions.values()}
        model.has_loaded |= not states & {_State.START, _State.LOADING}
        available, labels = model.available(), model.config.version_labels
        for label in model.labels.keys() - set(labels):
            del model.labels[label]
        for label, number in labels.items():
            if number in available and model.labels.get(label) != number:
                model.labels[label] = number
                _logger.info("%s: label %s points to version %d", name, label, number)
        awaited = {number for label, number in model.labels.items() if labels[label] != number}
        removed = not model.config.base_path
        if removed or model.wanted & available.keys():
            for number in available.keys() - (set() if removed else model.wanted | awaited):
                self._retire(name, available[number])
        ended = all(version.state == _State.END for version in model.versions.values())
        if removed and ended:
            self._models.pop(name, None)

    def _retire(self, name: str, version: Version) -> None:
        """Sends no more requests to a version, and unloads it if it has none."""
        version.state = _State.UNLOADING
        if not version.users:
            self._begin(self._unload(name, version))

    async def _unload(self, name: str, version: Version) -> None:
        assert version.saved is not None
        await asyncio.get_running_loop().run_in_executor(self._loader, version.saved.close)
        version.saved = None
        version.state = _State.END
        _logger.info("%s: version %d is unloaded", name, version.number)
        if name in self._models:
            self._settle(name, self._models[name])

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _status(version: Version) -> ModelVersionStatus:
    status = ModelVersionStatus(version=version.number, state=version.state)
    if version.error:
        status.status.error_code = version.error.code.value[0]
        status.status.error_message = version.error.message
    else:
        status.status.error_code = 0
    return status
