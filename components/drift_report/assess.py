"""Compares two samples, and says all that a report says of them."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from components.drift_report import accuracy, measures
from components.drift_report.advice import advise
from components.drift_report.calibration import Comparison, Drawn, judge
from components.drift_report.measures import Measure
from components.drift_report.model_view import ModelView, View, view_of_images, view_of_texts
from components.drift_report.neighbours import Neighbourhood, neighbourhood
from components.drift_report.projection import project
from components.drift_report.report import AccuracyEstimate, Finding, Odd, Report, Side
from components.drift_report.sample import Sample
from components.drift_report.titles import title

FEWEST = 2
"""Examples on either side that can be compared at all."""
_ODDEST = 24
_NAMED = 5


@dataclass(frozen=True)
class Settings:
    """What a task says of its drift reports; the fields of `Drift` in a task file."""

    false_alarm_rate: float
    min_examples: int
    max_examples: int
    seed: int


@dataclass(frozen=True)
class Named:
    """A sample, and what to call the set that it is from."""

    name: str
    sample: Sample

    @property
    def side(self) -> Side:
        """As the report shows it."""
        return Side(self.name, self.sample.total, len(self.sample))


def no_reference(task: str, kind: str, current: Named, settings: Settings, reason: str) -> Report:
    """Returns the report where there is nothing to compare with.

    Args:
      task: its name.
      kind: `image` or `text`.
      current: what is new.
      settings: of the task.
      reason: why there is nothing, in a sentence.
    """
    return Report(
        task=task,
        kind=kind,
        created=_now(),
        verdict="no reference",
        summary=reason,
        false_alarm_rate=settings.false_alarm_rate,
        current=current.side,
    )


def assess(
    task: str,
    kind: str,
    reference: Named,
    current: Named,
    model: ModelView | None,
    settings: Settings,
) -> Report:
    """Compares two samples.

    Args:
      task: its name.
      kind: `image` or `text`.
      reference: of at least `FEWEST` examples, none of which the model has learned from.
      current: likewise.
      model: in service, if there is one.
      settings: of the task.
    """
    samples = reference.sample, current.sample
    problems: list[str] = []
    views = _views(kind, samples, model, problems)
    projected = project(views[0].embeddings, views[1].embeddings)
    near = neighbourhood(*projected, settings.seed)
    found = [
        measures.embedding(*projected, settings.seed),
        measures.near_duplicates(near, settings.seed),
        *plain_measures(kind, samples, views, problems),
    ]
    findings = _judged(found, settings)
    estimated = _accuracy(samples, views, settings.seed, problems)
    drifted = [finding for finding in findings if finding.drifted]
    few = min(len(sample) for sample in samples) < settings.min_examples
    verdict = "drift" if drifted else "too few examples" if few else "none"
    return Report(
        task=task,
        kind=kind,
        created=_now(),
        verdict=verdict,
        summary=_summary(verdict, findings, reference, current, settings),
        false_alarm_rate=settings.false_alarm_rate,
        current=current.side,
        reference=reference.side,
        model=model.folder if model else None,
        findings=findings,
        problems=problems,
        accuracy=estimated,
        advice=advise(verdict, estimated, len(current.sample)),
        oddest=_oddest(current.sample, views[1], near),
    )


def _views(
    kind: str, samples: Sequence[Sample], model: ModelView | None, problems: list[str]
) -> list[View]:
    if model and model.embeds:
        return [model.look(sample.serialized) for sample in samples]
    if model:
        problems.append(
            "embedding: the model in service was exported without the signature `embed`; "
            "a fixed view stands in for it until the next model"
        )
    if kind == "image":
        return [view_of_images(sample.contents) for sample in samples]
    return [view_of_texts(_texts(sample)) for sample in samples]


def plain_measures(
    kind: str, samples: Sequence[Sample], views: Sequence[View], problems: list[str]
) -> Iterator[Measure]:
    """Yields what is compared without the embeddings.

    Args:
      kind: `image` or `text`.
      samples: the reference and the current one.
      views: what the model in service makes of them.
      problems: what cannot be compared is added to it.
    """
    reference, current = samples
    if reference.labels and current.labels:
        yield from _labels(reference.labels, current.labels, problems)
    else:
        problems.append("label: not every example has one, so the mix was not compared")
    if views[0].probabilities is not None:
        probabilities = [view.probabilities for view in views]
        confidences = [found.max(axis=1).astype(np.float64) for found in probabilities]
        yield from _present(measures.mix("predicted_class", views[0].classes, *probabilities))
        yield from _present(measures.number("confidence", *confidences))
    if kind == "text":
        yield from measures.words(*map(_texts, samples))
    yield from _scalars(reference, current, problems)


def _labels(
    reference: Sequence[str], current: Sequence[str], problems: list[str]
) -> Iterator[Measure]:
    new = sorted(set(current) - set(reference))
    if new:
        problems.append(f"label: the reference has no example of {_listed(new)}")
    lost = sorted(set(reference) - set(current))
    if lost:
        problems.append(f"label: no current example is of {_listed(lost)}")
    yield from _present(measures.labels("label", reference, current))


def _scalars(reference: Sample, current: Sample, problems: list[str]) -> Iterator[Measure]:
    for name in sorted({*reference.scalars, *current.scalars}):
        sides = [sample.scalars.get(name) for sample in (reference, current)]
        if sides[0] is None or sides[1] is None:
            where = "reference" if sides[0] is None else "current examples"
            problems.append(f"{name}: missing in the {where}, so it was not compared")
            continue
        missing = [int(np.isnan(side).sum()) for side in sides]
        if any(missing):
            problems.append(
                f"{name}: missing or NaN in {missing[0]:,} of the reference's and {missing[1]:,} "
                "of the current examples, which count as a value of its own"
            )
        yield from _present(measures.number(name, *sides))


def _judged(found: Sequence[Measure], settings: Settings) -> list[Finding]:
    """Returns what was found, what moved furthest first."""
    of_means = [measure for measure in found if isinstance(measure.comparison, Comparison)]
    drawn = [measure for measure in found if isinstance(measure.comparison, Drawn)]
    outcomes = judge(
        [measure.comparison for measure in of_means],
        settings.false_alarm_rate,
        settings.seed,
        [measure.comparison for measure in drawn],
    )
    findings = [
        Finding(
            name=measure.name,
            statistic=measure.statistic,
            distance=outcome.distance,
            threshold=outcome.threshold,
            p_value=outcome.p_value,
            drifted=outcome.drifted,
            summary=measure.summary,
            chart=measure.chart,
        )
        for measure, outcome in zip([*of_means, *drawn], outcomes, strict=True)
    ]
    return sorted(findings, key=lambda finding: -finding.times_the_threshold)


def _accuracy(
    samples: Sequence[Sample], views: Sequence[View], seed: int, problems: list[str]
) -> AccuracyEstimate | None:
    if views[0].probabilities is None:
        return None
    if not samples[0].labels:
        problems.append("accuracy: the reference has no labels to learn from how sure is right")
        return None
    return accuracy.estimate(views[0], samples[0].labels, views[1], samples[1].labels, seed)


def _oddest(current: Sample, view: View, near: Neighbourhood) -> list[Odd]:
    rows = near.oddest(min(_ODDEST, len(current)))
    percentiles = near.percentiles()
    predicted = view.predicted if view.probabilities is not None else None
    return [
        Odd(
            source=current.sources[row],
            label=current.labels[row] if current.labels else None,
            predicted=predicted[row] if predicted else None,
            probability=float(view.probabilities[row].max()) if predicted else None,
            percentile=float(percentiles[row]),
            content=current.contents[row],
        )
        for row in rows
    ]


def _summary(
    verdict: str,
    findings: Sequence[Finding],
    reference: Named,
    current: Named,
    settings: Settings,
) -> str:
    name = current.name[0].upper() + current.name[1:]
    if verdict == "drift":
        moved = _listed([title(finding) for finding in findings if finding.drifted])
        return f"{name} has drifted: {moved}."
    if verdict == "too few examples":
        sizes = f"{len(current.sample):,} against {len(reference.sample):,}"
        return f"Too few examples to say, {sizes}: it takes {settings.min_examples:,} of each."
    return f"{name} has not drifted: chance moves each of {len(findings)} comparisons as far."


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _texts(sample: Sample) -> list[str]:
    return [found.decode(errors="replace") for found in sample.contents]


def _present(measure: Measure | None) -> Iterator[Measure]:
    if measure:
        yield measure


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
