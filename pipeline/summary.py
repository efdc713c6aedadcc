"""What a run came to: the verdict with its reasons, and where things lie."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.blessing import REASON
from components.evaluator.write import JSON, PAGE
from pipeline.outputs import Outputs


@dataclass(frozen=True)
class Summary:
    """The outcome of one run."""

    decision: dict[str, Any]
    """Of the gate, the fields of `components.evaluator.report.Decision`."""
    evaluation_page: Path
    pushed_to: str
    not_servable: str
    """Why a server cannot serve the model, so that it was not pushed; empty where it can."""
    tflite_verdict: str
    tflite_pushed_to: str

    @property
    def verdict(self) -> str:
        """`blessed`, `not blessed` or `not enough data`."""
        return self.decision["verdict"]

    def reasons(self) -> Iterator[str]:
        """Yields what made the verdict, and the weakest slice, a sentence each."""
        yield from self.decision["faults"] or [self.decision["reason"]]
        blocking = any(each["fault"] for each in self.decision["slices"])
        if self.decision["slices"] and not blocking:
            weakest = self.decision["slices"][0]
            compared = weakest["comparison"]
            served = compared["baseline_accuracy"]
            beside = f", against {served:.4f} in service" if served is not None else ""
            yield (
                f"The weakest slice is {weakest['feature']} {weakest['name']}: accuracy "
                f"{compared['accuracy']['value']:.4f} on {compared['examples']:,} examples{beside}."
            )


def summarise(outputs: Outputs) -> Summary:
    """Collects the outcome of a run from the artifacts of its nodes."""
    report = Path(outputs.find("ModelGate", "report").uri)
    infra = outputs.find("InfraValidator", "blessing").custom_properties
    pushed = outputs.find("Pusher", "pushed_model").custom_properties
    tflite = outputs.find("TFLiteRewriter", "tflite_models").custom_properties
    return Summary(
        decision=json.loads((report / JSON).read_text())["decision"],
        evaluation_page=report / PAGE,
        pushed_to=pushed["pushed_destination"].string_value,
        not_servable=infra[REASON].string_value,
        tflite_verdict=tflite["verdict"].string_value,
        tflite_pushed_to=tflite["pushed_destination"].string_value,
    )
