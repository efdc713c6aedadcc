"""What a run came to: the verdict with the numbers that made it, and where things lie."""

from collections.abc import Iterator
from dataclasses import dataclass

from components.evaluator.eval_config import TOLERANCE
from components.evaluator.results import Results, load_results
from pipeline.outputs import Outputs
from pipeline.task import Evaluation


@dataclass(frozen=True)
class Summary:
    """The outcome of one run."""

    blessed: bool
    results: Results
    pushed_to: str
    tflite_verdict: str
    tflite_pushed_to: str

    def reasons(self, thresholds: Evaluation) -> Iterator[str]:
        """Yields the numbers that made the verdict, one comparison a line."""
        results = self.results
        yield (
            f"accuracy {_compared(results.accuracy, thresholds.min_accuracy, '.4f')} (the floor), "
            f"on {results.examples:,} test examples"
        )
        if results.baseline_accuracy is None:
            yield "no other blessed model to compare with"
        else:
            change = results.accuracy - results.baseline_accuracy
            margin = -thresholds.max_accuracy_drop
            yield (
                f"change {_compared(change, margin, '+.4f')} (the margin), against the model in "
                f"service with {results.baseline_accuracy:.4f}"
            )
        worst = min(results.class_accuracy.items(), key=lambda item: item[1], default=None)
        if worst:
            yield f"worst class {worst[0]!r}: accuracy {worst[1]:.4f}"


def summarise(outputs: Outputs) -> Summary:
    """Collects the outcome of a run from the artifacts of its nodes."""
    blessing = outputs.find("Evaluator", "blessing")
    evaluation = outputs.find("Evaluator", "evaluation")
    pushed = outputs.find("Pusher", "pushed_model").custom_properties
    tflite = outputs.find("TFLiteRewriter", "tflite_models").custom_properties
    return Summary(
        blessed=blessing.custom_properties["blessed"].int_value == 1,
        results=load_results(evaluation.uri),
        pushed_to=pushed["pushed_destination"].string_value,
        tflite_verdict=tflite["verdict"].string_value,
        tflite_pushed_to=tflite["pushed_destination"].string_value,
    )


def _compared(value: float, bound: float, form: str) -> str:
    # The gate has the same tolerance: equal is good enough.
    sign = "≥" if value >= bound - TOLERANCE else "<"
    return f"{value:{form}} {sign} {bound:{form}}"
