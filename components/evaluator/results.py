"""Reads what the Evaluator measured."""

from dataclasses import dataclass, field

import tensorflow_model_analysis as tfma

from components.evaluator.eval_config import ACCURACY

COUNT = "example_count"
CANDIDATE = "candidate"
BASELINE = "baseline"


@dataclass(frozen=True)
class Results:
    """Accuracies in [0, 1] of the candidate, and of the baseline where there was one."""

    examples: int
    accuracy: float
    baseline_accuracy: float | None
    class_accuracy: dict[str, float] = field(default_factory=dict)


def load_results(evaluation_uri: str) -> Results:
    """Reads the metrics of an evaluation artifact."""
    found: dict[tuple[str, str, str], float] = {}
    for metrics in tfma.load_metrics(evaluation_uri):
        label = "".join(_slice_value(key) for key in metrics.slice_key.single_slice_keys)
        for item in metrics.metric_keys_and_values:
            if not item.key.is_diff:
                key = (label, item.key.model_name, item.key.name)
                found[key] = item.value.double_value.value
    models = {model for _, model, _ in found}
    candidate = CANDIDATE if CANDIDATE in models else ""
    return Results(
        examples=int(found["", candidate, COUNT]),
        accuracy=found["", candidate, ACCURACY],
        baseline_accuracy=found.get(("", BASELINE, ACCURACY)),
        class_accuracy={
            label: value
            for (label, model, name), value in sorted(found.items())
            if label and model == candidate and name == ACCURACY
        },
    )


def _slice_value(key: object) -> str:
    value = getattr(key, key.WhichOneof("kind"))
    return value.decode() if isinstance(value, bytes) else str(value)
