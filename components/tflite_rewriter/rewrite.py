"""Makes the variants of a model, and looks with all of them at the same raw examples."""

import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from components.examples import content_of
from components.features import IMAGE
from components.tflite_rewriter.chosen import choose_balanced, choose_examples, label
from components.tflite_rewriter.compare import places, right
from components.tflite_rewriter.machine import machine
from components.tflite_rewriter.make_contract import make_contract
from components.tflite_rewriter.network import Network
from components.tflite_rewriter.network_rows import NetworkRows, Shown
from components.tflite_rewriter.readme import README_FILE, readme
from components.tflite_rewriter.report import SERVED, Report, Row
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.standardisation import measure_standardisation
from components.tflite_rewriter.verdict import verdict
from components.tflite_rewriter.write import write

progress = logging.getLogger("progress")


@dataclass(frozen=True)
class Source:
    """What variants are made of and measured on."""

    task: str
    kind: str
    """`image` or `text`."""
    features: dict[str, Any]
    """The fields of the task's `ImageFeatures` or `TextFeatures`."""
    saved_model: str
    """The model in service: a folder with the signatures of the Trainer's exports."""
    model_run: str | None
    """Where the Trainer left `model.keras`; None compares no Keras model."""
    evaluation: Sequence[str]
    """Gzipped TFRecord files of serialized `tf.Example`."""
    training: Sequence[str]
    """Likewise, of examples that the model has learned from."""
    students: Mapping[str, str] = field(default_factory=dict)
    """Smaller networks for the same input and classes: SavedModels by name."""


def rewrite(source: Source, settings: Settings, pushed_version: str, output: Path) -> Report:
    """Makes, measures and judges every variant of the model in service and of its students.

    A variant that cannot be made or run is a row of the report with the reason, never an error.

    Args:
      source: networks and examples.
      settings: tolerance and limits.
      pushed_version: under which the model is served.
      output: local, empty folder; gets `<network>/<variant>/model.tflite`, or what the files of
        another format are called, the contract's files, `parity.json`, `index.html`, and
        `README.md` if a variant is blessed.

    Raises:
      ValueError: there are no evaluation examples, or a student has other classes.
    """
    examples = choose_examples(source.evaluation, settings.examples)
    if not examples:
        raise ValueError(
            f"no examples to measure on in {', '.join(source.evaluation) or 'no file'}"
        )
    served = Network(source.saved_model)
    contract = make_contract(served, source.task, source.kind, source.features, output)
    raws = [content_of(example) for example in examples]
    truth = places([label(example) for example in examples], served.classes)
    answers = served.predict(raws)
    shown = Shown(examples, raws, truth, right(answers, truth))
    representative = []
    if "int8" in settings.variants:
        representative = choose_balanced(
            source.training, served.classes, settings.representative_examples, settings.seed
        )
    standardisation = None
    if source.kind == IMAGE:
        standardisation = measure_standardisation(served, source.features)

    rows: list[Row] = []
    for name, folder in {SERVED: source.saved_model, **source.students}.items():
        network = served if name == SERVED else Network(folder)
        if network.classes != served.classes:
            raise ValueError(f"student {name!r}: other classes than the model in service")
        own = answers if name == SERVED else network.predict(raws)
        of_network = NetworkRows(name, network, own, shown, settings)
        if name == SERVED and source.model_run is not None:
            rows.append(of_network.keras(source.model_run))
        rows.append(of_network.saved_model())
        with tempfile.TemporaryDirectory() as work:
            rows += of_network.variants(standardisation, representative, output, Path(work))

    for row in rows:
        progress.info("%s: %s, %s", row.name, row.status, row.reason)
    said, blessed = verdict(rows, settings, len(examples))
    report = Report(
        task=source.task,
        verdict=said,
        blessed=blessed,
        pushed_version=pushed_version,
        examples=len(examples),
        representative_examples=len(representative),
        classes=contract.classes,
        settings=asdict(settings),
        machine=machine(),
        rows=tuple(rows),
    )
    write(report, output)
    if blessed:
        (output / README_FILE).write_text(readme(contract, report))
    return report
