"""How current examples come to differ from the reference: in what each holds, or in their mix."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import _image_shifts
import _text_shifts
import numpy as np
from _drift_figures import CONTROL, UNCHANGED
from _drift_rows import Rows

Random = np.random.Generator

ANIMALS = {"bird", "cat", "deer", "dog", "frog", "horse"}
"""Classes of CIFAR-10; the other four are vehicles."""
WORD = "horror"
DOMAIN = "another domain"


@dataclass(frozen=True)
class Case:
    """An alteration of examples, as bad as it says."""

    shift: str
    severity: int
    """1 to 3; 0 where it is no shift; 2 where there is one severity."""
    alter: Callable[[Sequence[bytes], Random], list[bytes]]
    """From images' files or texts to as many."""
    labelled: bool = True
    """Whether the labels still hold."""


@dataclass(frozen=True)
class Composition:
    """A mix of examples: how many of them are of one group."""

    shift: str
    members: np.ndarray
    """Which rows are of the group, bool [rows]."""
    current_share: float
    """Of the group, in 0..1."""
    reference_share: float
    labelled: bool = True
    """Whether the labels are known; they would give away some shifts."""
    severity: int = 2


@dataclass(frozen=True)
class Division:
    """Two sets of rows without overlap."""

    reference: np.ndarray
    current: np.ndarray


def cases(kind: str, domain: Sequence[bytes]) -> list[Case]:
    """Returns the alterations.

    Args:
      kind: `image` or `text`.
      domain: texts of another domain; the case is left out where there are none.
    """
    if kind == "image":
        control = Case(CONTROL, 0, _each(_image_shifts.SAVED_AGAIN))
        return [control, *_by_severity(_image_shifts.SHIFTS)]
    shifts = {
        name: [_decoded(alter) for alter in severities]
        for name, severities in _text_shifts.SHIFTS.items()
    }
    if not domain:
        return _by_severity(shifts)
    return [*_by_severity(shifts), Case(DOMAIN, 2, _replaced_by(domain), labelled=False)]


def compositions(rows: Rows) -> list[Composition]:
    """Returns the mixes that can be made of labelled rows, the unchanged one first."""
    labels = np.array(rows.labels)
    everything = np.ones(len(rows), bool)
    found = [Composition(UNCHANGED, everything, 1.0, 1.0, severity=0)]
    if rows.kind == "text":
        positive = labels == "pos"
        found.append(Composition("label mix 60/40", positive, 0.6, float(positive.mean())))
        word = re.compile(rf"\b{WORD}\b", re.IGNORECASE)
        with_word = np.array([bool(word.search(content.decode())) for content in rows.contents])
        shift = f"half with “{WORD}”"
        return [*found, Composition(shift, with_word, 0.5, float(with_word.mean()))]
    vehicles = ~np.isin(labels, list(ANIMALS))
    return [*found, Composition("class mix 60/40", vehicles, 0.6, float(vehicles.mean()))]


def unseen(rows: Rows, label: str) -> Composition:
    """Returns the mix in which the reference has no example of a class."""
    members = np.array(rows.labels) == label
    return Composition("unseen class", members, float(members.mean()), 0.0, labelled=False)


def divide(
    composition: Composition, reference_size: int, current_size: int, random: Random
) -> Division:
    """Draws a reference and current examples.

    Args:
      composition: the mix of both.
      reference_size: smaller where too few examples of the group, or of the others, are left.
      current_size: there are enough examples for it.
      random: of the draw.
    """
    members = random.permutation(np.flatnonzero(composition.members))
    others = random.permutation(np.flatnonzero(~composition.members))
    taken = round(composition.current_share * current_size)
    current = [members[:taken], others[: current_size - taken]]
    members, others = members[taken:], others[current_size - taken :]
    share = composition.reference_share
    size = reference_size
    if share > 0:
        size = min(size, int(len(members) / share))
    if share < 1:
        size = min(size, int(len(others) / (1 - share)))
    taken = round(share * size)
    reference = [members[:taken], others[: size - taken]]
    return Division(*(random.permutation(np.concatenate(side)) for side in (reference, current)))


def _by_severity(shifts: dict[str, list[Callable[[bytes, Random], bytes]]]) -> list[Case]:
    return [
        Case(name, severity, _each(alter))
        for name, severities in shifts.items()
        for severity, alter in enumerate(severities, 1 if len(severities) > 1 else 2)
    ]


def _each(alter: Callable[[bytes, Random], bytes]) -> Callable[[Sequence[bytes], Random], list]:
    return lambda contents, random: [alter(content, random) for content in contents]


def _decoded(alter: Callable[[str, Random], str]) -> Callable[[bytes, Random], bytes]:
    return lambda content, random: alter(content.decode(), random).encode()


def _replaced_by(
    texts: Sequence[bytes],
) -> Callable[[Sequence[bytes], Random], list[bytes]]:
    def alter(contents: Sequence[bytes], random: Random) -> list[bytes]:
        chosen = random.permutation(len(texts))[: len(contents)]
        return [texts[place] for place in chosen]

    return alter
