"""Asks several versions in service the same, in turn, and times them."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.releases.answers import as_json
from pipeline.releases.model_server import ModelServer, RequestFailed
from pipeline.releases.probes import Probe

_ROUNDS = 10
"""Of all probes, the first of which is not timed."""
_SECONDS = 10.0
"""After which no further round begins."""


@dataclass
class Asked:
    """A version, and how it has answered."""

    version: int
    failed: str = ""
    """The last error."""
    answers: list[Any] = field(default_factory=list)
    """One a probe, of the last round; None where it failed."""
    seconds: list[list[float]] = field(default_factory=list)
    """By probe; empty where a version failed."""

    @property
    def milliseconds(self) -> float:
        """Of a request: the mean, over the probes, of each one's median."""
        return 1000 * statistics.fmean(map(statistics.median, self.seconds))


def ask_in_turns(
    server: ModelServer, versions: Sequence[int], probes: Sequence[Probe]
) -> list[Asked]:
    """Asks each version each probe, in a new order each time.

    The rounds end early where a version fails.
    """
    inputs = [{name: as_json(array) for name, array in probe.inputs.items()} for probe in probes]
    asked = [Asked(version, seconds=[[] for _ in probes]) for version in versions]
    began = time.monotonic()
    for turn in range(_ROUNDS):
        late = turn > 1 and time.monotonic() - began > _SECONDS
        if late or any(each.failed for each in asked):
            break
        for each in asked:
            each.answers = [None] * len(probes)
        for number, probe in enumerate(probes):
            # Whoever comes second finds caches warm.
            for each in asked if (turn + number) % 2 else reversed(asked):
                start = time.perf_counter()
                try:
                    each.answers[number] = server.predict(
                        f"versions/{each.version}", probe.signature, inputs[number]
                    )
                except RequestFailed as error:
                    each.failed = str(error)
                if turn:
                    each.seconds[number].append(time.perf_counter() - start)
    return asked
