"""Reads what a server exports for Prometheus."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.serving_config.alerts import SERVER_ERRORS

_SAMPLE = re.compile(r"^([\w:]+)(?:\{(.*)\})?\s+(\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_FAILED = re.compile(SERVER_ERRORS)
_PREDICTION = re.compile("predict|classify|regress", re.IGNORECASE)
_REQUESTS = ":tensorflow:serving:request_count"
_ANSWERED = ":tensorflow:serving:request_latency_count"
_LOADS = ":tensorflow:cc:saved_model:load_attempt_count"
_WARM_UP = ":tensorflow:serving:model_warmup_latency_sum"


class Requests(NamedTuple):
    """Predictions of a model since the server has started, by any of its versions."""

    answered: int
    failed: int
    """By the server's fault."""

    @property
    def failed_share(self) -> float:
        """In 0..1."""
        return self.failed / max(1, self.answered + self.failed)


class Loading(NamedTuple):
    """How a version was loaded; all of it since the server has started."""

    attempts: int
    failed: int
    warm_up_seconds: float
    """Of all attempts together."""


class _Sample(NamedTuple):
    name: str
    labels: dict[str, str]
    value: float


def requests_in(page: str, model: str) -> Requests:
    """Returns what a page of metrics says of requests for a model, as the alert `Errors` counts.

    Questions for status and metadata are none; failed ones are told from predictions by nothing.
    """
    answered = failed = 0
    for name, labels, value in _samples(page):
        if labels.get("model_name") != model:
            continue
        if name == _ANSWERED and _PREDICTION.fullmatch(labels.get("API", "")):
            answered += int(value)
        elif name == _REQUESTS and _FAILED.fullmatch(labels.get("status", "")):
            failed += int(value)
    return Requests(answered, failed)


def loading_in(page: str, folder: Path) -> Loading:
    """Returns what a page of metrics says of loading a version, by its folder."""
    attempts = failed = 0
    microseconds = 0.0
    for name, labels, value in _samples(page):
        if labels.get("model_path") != str(folder):
            continue
        if name == _LOADS:
            attempts += int(value)
            failed += int(value) if labels.get("status") == "fail" else 0
        elif name == _WARM_UP:
            microseconds += value
    return Loading(attempts, failed, microseconds / 1e6)


def _samples(page: str) -> Iterator[_Sample]:
    for line in page.splitlines():
        if found := _SAMPLE.match(line):
            yield _Sample(found[1], dict(_LABEL.findall(found[2] or "")), float(found[3]))
