"""What the server can be told; the names are TensorFlow Serving's where it has one."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from components.errors import InputError

CORES = os.cpu_count() or 1
_VALUE = r'(\d+|true|false|"[^"]*")'
_FIELD = re.compile(rf"(\w+)\s*(?::\s*{_VALUE}|:?\s*\{{\s*value\s*:\s*{_VALUE}\s*\}})\s*[,;]?\s*")
_FUNCTION = re.compile(r"[\w.]+:\w+")


@dataclass(frozen=True)
class BatchingParameters:
    """How requests are put together; the defaults are TensorFlow Serving's."""

    max_batch_size: int = 1000
    """Examples in a batch; a request with more is refused."""
    batch_timeout_micros: int = 0
    """How long a batch that isn't full waits for more, where a thread is free to run it."""
    max_enqueued_batches: int = 10
    """Batches that wait for a thread; beyond, requests are refused."""
    num_batch_threads: int = CORES
    thread_pool_name: str = "model_server_batch_threads"
    """A label in the metrics."""
    enable_large_batch_splitting: bool = False
    """A request may be cut up; then `max_batch_size` is for requests, and the next for batches."""
    max_execution_batch_size: int = 0
    """Examples in a batch; 0: `max_batch_size`."""
    allowed_batch_sizes: tuple[int, ...] = ()
    """Ascending, up to `batch_size`: a batch is filled up to one of them. Empty: none is."""

    def __post_init__(self) -> None:
        for name in ("max_batch_size", "max_enqueued_batches", "num_batch_threads"):
            if getattr(self, name) < 1:
                raise InputError(f"{name}: {getattr(self, name)}; it is at least 1")
        sizes = self.allowed_batch_sizes
        if sizes and (list(sizes) != sorted({*sizes}) or sizes[-1] != self.batch_size):
            raise InputError(
                f"allowed_batch_sizes: {', '.join(map(str, sizes))}; they ascend, and the last one "
                f"is the size of a batch, {self.batch_size}"
            )

    @property
    def batch_size(self) -> int:
        """Examples that are run at once."""
        if self.enable_large_batch_splitting and self.max_execution_batch_size:
            return min(self.max_execution_batch_size, self.max_batch_size)
        return self.max_batch_size


def read_batching_parameters(file: Path) -> BatchingParameters:
    """Reads a file as `--batching_parameters_file` takes it, a text proto BatchingParameters.

    The message is in no package, but so plain that its fields can be told apart without it.

    Raises:
      InputError: the file cannot be read, or has a field or value that is not known here.
    """
    try:
        rest = re.sub(r"#.*", "", file.read_text()).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: {error}") from error
    known = {each.name: each.type for each in fields(BatchingParameters)}
    values: dict[str, list[int | bool | str]] = {}
    while rest:
        found = _FIELD.match(rest)
        value = json.loads(found[2] or found[3]) if found else None
        kind = known.get(found[1]) if found else None
        if not found or type(value) is not (int if kind == tuple[int, ...] else kind):
            names = ", ".join(known)
            raise InputError(f"{file}: {rest.split()[0]} is not one of {names}, or has no value")
        values.setdefault(found[1], []).append(value)
        rest = rest[found.end() :]
    sizes = tuple(values.pop("allowed_batch_sizes", ()))
    last = {name: each[-1] for name, each in values.items()}
    return BatchingParameters(**last, allowed_batch_sizes=sizes)


@dataclass(frozen=True)
class Limits:
    """What requests may cost; beyond, they are refused."""

    concurrency: int = 2 * CORES
    """Requests that are worked on at once; with batching, `num_batch_threads` counts instead."""
    queue: int = 256
    """Further requests that wait; beyond: 503, UNAVAILABLE."""
    request_bytes: int = 32 << 20
    """Beyond: 413, RESOURCE_EXHAUSTED."""
    bytes_at_once: int = 256 << 20
    """Of the bodies of all REST requests together; beyond: 503."""
    image_pixels: int = 25_000_000
    """Of one image, before it is decoded; beyond: 400, INVALID_ARGUMENT."""
    request_pixels: int = 100_000_000
    """Of all images of a request."""
    connections: int = 2_000
    """To REST; beyond: 503."""
    idle_seconds: float = 30
    """Without a request, or until its header has come; then the connection is closed."""
    body_seconds: float = 30
    """Until a request has come whole: 408; until its answer is taken: closed."""
    shutdown_seconds: float = 20
    """For requests under way, when the server is told to stop."""

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) <= 0:
                raise InputError(f"{limit.name}: {getattr(self, limit.name)}; it is more than 0")


@dataclass(frozen=True)
class Sample:
    """Which requests of a model are logged, and where."""

    rate: float
    """Share of the requests, 0 to 1, each by chance."""
    filename_prefix: Path
    """What the paths of the files begin with."""


@dataclass(frozen=True)
class RequestLogging:
    """How requests are logged that are to be; by default none is."""

    samples: Mapping[str, Sample] = field(default_factory=dict)
    """By name of a model: what is logged, whatever the `logging_config` in the file says."""
    max_bytes: int = 256 << 20
    """On disk, of the files of one prefix; the oldest make room. A request that takes more than a
    quarter of it is left out."""
    redact: str = ""
    """`module:function` that each PredictionLog passes through: what it returns is written, None
    is not. Empty: all is written as it came."""

    def __post_init__(self) -> None:
        for name, sample in self.samples.items():
            if not 0 <= sample.rate <= 1:
                raise InputError(f"model {name}: rate {sample.rate}; it is 0 to 1")
        if self.max_bytes <= 0:
            raise InputError(f"request_log_max_bytes: {self.max_bytes}; it is more than 0")
        if self.redact and not _FUNCTION.fullmatch(self.redact):
            raise InputError(f"request_log_redact: {self.redact!r}; valid: MODULE:FUNCTION")


@dataclass(frozen=True)
class Options:
    """What to serve, and where."""

    model_config_file: Path
    """A text proto ModelServerConfig; it is read again when it changes."""
    base_paths: Mapping[str, Path] = field(default_factory=dict)
    """By name of a model: where its versions lie, whatever the file says. For a file that names
    folders inside a container."""
    host: str = "127.0.0.1"
    """Whoever reaches it can ask, and by gRPC change what is served, as with the original."""
    rest_api_port: int = 8501
    """0: any that is free."""
    port: int = 8500
    """Of gRPC; 0: any that is free."""
    file_system_poll_wait_seconds: float = 1
    """Between two looks at `models.config` and at the models' folders."""
    batching: BatchingParameters | None = None
    """None: every request by itself, as TensorFlow Serving without `--enable_batching`."""
    limits: Limits = Limits()
    request_logging: RequestLogging = field(default_factory=RequestLogging)

    def __post_init__(self) -> None:
        for name in ("rest_api_port", "port"):
            if not 0 <= getattr(self, name) < 1 << 16:
                raise InputError(f"{name}: {getattr(self, name)}; it is 0 to 65535")
        if self.file_system_poll_wait_seconds <= 0:
            raise InputError("file_system_poll_wait_seconds: it is more than 0")
