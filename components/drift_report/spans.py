"""Which examples of two spans are compared.

A model is surer of what it has learned than of anything new, so its view of its own training
examples differs from that of any others, drift or no drift. Where a model is in service, both
sides are examples that it has not learned from, found by their content: a span may hold the
examples of the one before.
"""

import json
from pathlib import Path

from components.drift_report.sample import Digests, Sample, draw
from components.examples import read_splits
from components.features import INGEST_REPORT

LEARNED, HELD_OUT = ("train",), ("eval", "test")
"""Splits of what a model was trained on."""
ALL = LEARNED + HELD_OUT


def draw_sides(
    current: str, reference: str | None, learned: bool, size: int, seed: int
) -> tuple[Sample, Sample]:
    """Draws examples of both spans.

    Args:
      current: folder of an Examples artifact.
      reference: likewise; None draws nothing from it.
      learned: whether the model in service has learned from the training split of `reference`.
      size: the most examples of either.
      seed: of the draws.

    Returns:
      Of the current span, and of the reference.
    """
    if reference is None or not learned:
        known = read_splits(reference, ALL) if reference else iter(())
        return draw(read_splits(current, ALL), size, seed), draw(known, size, seed)
    seen = Digests(read_splits(reference, LEARNED))
    # Ready-made splits may differ in kind, then the same ones are compared. Splits drawn at random
    # do not, and of the new span all examples serve.
    ready_made = _has_ready_made_splits(current) or _has_ready_made_splits(reference)
    return (
        draw(seen.others(read_splits(current, HELD_OUT if ready_made else ALL)), size, seed),
        draw(seen.others(read_splits(reference, HELD_OUT)), size, seed),
    )


def _has_ready_made_splits(examples_uri: str) -> bool:
    return bool(json.loads(Path(examples_uri, INGEST_REPORT).read_text())["ready_made_splits"])
