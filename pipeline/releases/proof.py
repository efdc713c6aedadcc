"""Shows that what is in service is the version that was archived."""

import filecmp
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.releases.model_server import ModelServer, RequestFailed
from pipeline.releases.pushed import Pushed
from pipeline.serving_config.release import STABLE

if TYPE_CHECKING:
    from pipeline.releases.probes import Probes


@dataclass(frozen=True)
class Proof:
    """What came of it."""

    holds: bool | None
    """None where there was nothing to hold it against."""
    sentence: str


def prove(version: Pushed, server: ModelServer | None) -> Proof:
    """Compares answers where a server is there to be asked, and files otherwise.

    Args:
      version: that is stable now.
      server: that follows; None where there is none.

    Raises:
      OSError, ValueError, tf.errors.OpError: the archived SavedModel is broken.
    """
    if server:
        # TensorFlow takes seconds to import.
        from pipeline.releases.probes import probes_of

        probes = probes_of(version)
        if probes.requests:
            return _by_answers(version, server, probes)
    return _by_files(version)


def _by_answers(version: Pushed, server: ModelServer, probes: "Probes") -> Proof:
    from pipeline.releases.answers import TOLERANCE, as_json, equal_answers, own_answers

    equal, total = 0, 0
    failed = ""
    own = own_answers(version.archive or version.folder, probes.requests)
    for probe, answer in zip(probes.requests, own, strict=True):
        inputs = {name: as_json(array) for name, array in probe.inputs.items()}
        try:
            served = server.predict(f"labels/{STABLE}", probe.signature, inputs)
        except RequestFailed as error:
            served, failed = None, f"; {error}"
        counts = equal_answers(answer, served)
        equal, total = equal + counts[0], total + counts[1]
    whose = "the archived version's" if version.archive else "those of its files (no copy is known)"
    return Proof(
        equal == total,
        f"{equal} of {total} answers equal {whose} to {TOLERANCE:g} ({probes.source}){failed}",
    )


def _by_files(version: Pushed) -> Proof:
    if version.archive is None:
        return Proof(None, "none: ML Metadata knows no copy of it")
    own, archived = _files(version.folder), _files(version.archive)
    _, differing, unreadable = filecmp.cmpfiles(
        version.folder, version.archive, own & archived, shallow=False
    )
    other = sorted({*differing, *unreadable, *(own ^ archived)})
    if other:
        return Proof(False, f"{len(other)} files differ from {version.archive}: {', '.join(other)}")
    return Proof(True, f"all {len(own)} files equal those of the archived version, byte for byte")


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
