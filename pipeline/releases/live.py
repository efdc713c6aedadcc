"""What speaks for or against a version, asked of the server that would serve it.

TensorFlow Serving's metrics do not tell versions of a model apart, but for how they were loaded. So
its counts say how the model as a whole does, and the versions are compared by asking both the same
real requests, in turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.releases.answers import TOLERANCE, Answer, equal_answers, own_answers
from pipeline.releases.in_turns import Asked, ask_in_turns
from pipeline.releases.model_server import AVAILABLE, ModelServer
from pipeline.releases.probes import Probes
from pipeline.releases.pushed import Pushed
from pipeline.releases.server_metrics import loading_in, requests_in

MAX_SLOWDOWN = 2.0
"""How many times as long as the stable version a new one may take."""
_LABEL = "label"


@dataclass
class Seen:
    """What was seen."""

    lines: list[str] = field(default_factory=list)
    """A title and a sentence each."""
    faults: list[str] = field(default_factory=list)
    """What speaks against the version, a sentence each."""

    def say(self, title: str, sentence: str) -> None:
        """Adds a line."""
        self.lines.append(f"{title:<8} {sentence}")


def look(
    server: ModelServer,
    model: str,
    candidate: Pushed,
    stable: int,
    probes: Probes,
    max_error_share: float,
) -> Seen:
    """Looks at the metrics, and asks a version and the stable one the same.

    Args:
      server: has loaded the version.
      model: its name.
      candidate: the version.
      stable: the version to compare with.
      probes: requests.
      max_error_share: of the model's requests that the server fails.

    Raises:
      InputError: the server no longer answers.
    """
    seen = Seen()
    _look_at_metrics(seen, server, model, candidate, max_error_share)
    if not probes.requests:
        seen.say("asked", f"nothing: {probes.source}")
        return seen
    served = server.statuses().get(stable)
    loaded = served is not None and served.state == AVAILABLE
    own = own_answers(candidate.archive or candidate.folder, probes.requests)
    versions = [candidate.number, stable] if loaded else [candidate.number]
    new, *others = ask_in_turns(server, versions, probes.requests)
    if new.failed:
        seen.faults.append(f"it fails on {probes.source}: {new.failed}")
        return seen
    _judge_answers(seen, new, own, probes.source)
    for old in others:
        _compare(seen, new, old)
    if not loaded:
        seen.say("beside", f"nothing: {stable} is not loaded")
    return seen


def _look_at_metrics(
    seen: Seen, server: ModelServer, model: str, candidate: Pushed, max_error_share: float
) -> None:
    page = server.metrics()
    if page is None:
        seen.say("requests", "unknown: the server exports no metrics")
        return
    requests, loading = requests_in(page, model), loading_in(page, candidate.folder)
    total = requests.answered + requests.failed
    failed = f"failed by the server's fault: {requests.failed:,} of {total:,}"
    seen.say("requests", f"{failed}, all versions together")
    if requests.failed_share > max_error_share:
        seen.faults.append(f"requests {failed}; Serving.max_error_share is {max_error_share:g}")
    if loading.attempts:
        tried = f" in {loading.attempts} attempts, {loading.failed} of which failed"
        how = tried if loading.failed else ""
        seen.say("loaded", f"{candidate.number}{how}, warmed up in {loading.warm_up_seconds:.2f} s")


def _judge_answers(seen: Seen, new: Asked, own: Sequence[Answer], source: str) -> None:
    pairs = zip(own, new.answers, strict=True)
    equal, count = map(sum, zip(*(equal_answers(*pair) for pair in pairs), strict=True))
    seen.say("answers", f"{equal} of {count} equal its SavedModel's to {TOLERANCE:g} ({source})")
    if equal < count:
        seen.faults.append(
            f"{count - equal} of {count} answers are not those of its SavedModel ({source})"
        )


def _compare(seen: Seen, new: Asked, old: Asked) -> None:
    if old.failed:
        seen.say("beside", f"nothing: {old.version} fails on the same requests: {old.failed}")
        return
    ratio = new.milliseconds / old.milliseconds
    took = f"{new.milliseconds:.1f} ms a request, {ratio:.2f} times what {old.version} takes"
    seen.say("latency", took)
    if ratio > MAX_SLOWDOWN:
        seen.faults.append(f"it takes {took}; up to {MAX_SLOWDOWN:g} times is allowed")
    named = list(zip(_labels(new), _labels(old), strict=False))
    if named:
        same = sum(one == other for one, other in named)
        seen.say("classes", f"{same} of {len(named)} are those that {old.version} names")


def _labels(asked: Asked) -> Iterator[str]:
    """Yields the classes that a version has named; signatures for other things name none."""
    for answer in asked.answers:
        if isinstance(answer, dict) and isinstance(answer.get(_LABEL), list):
            yield from answer[_LABEL]
