"""What nodes hand on beside TFX's own types of artifacts.

A type's name is where its class is imported from: that is all that Kubeflow keeps of a type, and a
name there is one word, a full stop and another word.
"""

from tfx.types.artifact import Artifact

from components.artifact_names import DRIFT_REPORT, EVALUATION_REPORT


class DataVerdict(Artifact):
    """Evidence that the examples agree with the schema: `verdict.txt`."""

    TYPE_NAME = "components.DataVerdict"


class DriftReport(Artifact):
    """`drift.json` and `index.html`; custom properties `verdict` and `summary`."""

    TYPE_NAME = DRIFT_REPORT


class DriftVerdict(Artifact):
    """Leave to go on: `verdict.txt`; or, as a custom property, why the run ends here."""

    TYPE_NAME = "components.DriftVerdict"


class EvaluationReport(Artifact):
    """`gate.json` and `index.html`; custom properties `verdict` and `reason`."""

    TYPE_NAME = EVALUATION_REPORT


class FoldAccuracy(Artifact):
    """`accuracy.json`; custom properties `right` and `examples`, both counts.

    No share: ML Metadata keeps six digits of a number.
    """

    TYPE_NAME = "components.FoldAccuracy"


class PushedTFLite(Artifact):
    """The version for phones that was pushed, where a launcher brings it to its place.

    Empty on a laptop, where the node has pushed it there itself.
    """

    TYPE_NAME = "components.PushedTFLite"


class RawData(Artifact):
    """A folder of images, or of tables of texts, as a user brings it."""

    TYPE_NAME = "components.RawData"


class Record(Artifact):
    """What was pushed in a run, as `components.baseline.records` has it."""

    TYPE_NAME = "components.Record"


class Records(Artifact):
    """The records of all versions that were pushed, one folder each."""

    TYPE_NAME = "components.Records"


class Students(Artifact):
    """One SavedModel a student, `<name>/`, each with a `student.json`; empty if none was pushed.

    No `Model`, so that a resolver never takes it for a baseline.
    """

    TYPE_NAME = "components.Students"


class TFLiteModels(Artifact):
    """Every variant, their contract, `parity.json`, `index.html`; `README.md` if one is blessed.

    No `Model`, so that a resolver never takes it for a baseline. Custom properties: `verdict`
    (words), `blessed` (0 or 1) and, if 1, `blessed_variant`, `pushed_version` and
    `pushed_destination` (the version's path).
    """

    TYPE_NAME = "components.TFLiteModels"
