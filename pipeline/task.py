"""A task: what to learn, from which data, and what is good enough. The only configuration type.

Every field is typed, has a unit or a range, and is checked when the task is made. What is wrong
is said in one `InputError`: the field, the bad value, and what is valid. Task files import all of
a task from here.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from components.errors import InputError
from components.features import quality_features
from components.trainer.models import architectures
from pipeline.configuration import Configuration, one_of
from pipeline.home import Home
from pipeline.metadata.database import check_committed
from pipeline.options.beam import Beam, Dataflow, Direct, Flink, Spark
from pipeline.options.data import ImageData, Split, TextData
from pipeline.options.drift import Drift
from pipeline.options.evaluation import Evaluation
from pipeline.options.features import ImageFeatures, TextFeatures
from pipeline.options.kubeflow import Kubeflow, Notify, Resources
from pipeline.options.model import Model
from pipeline.options.serving import RequestLog, Serving
from pipeline.options.students import Pruning, Student
from pipeline.options.tflite import TFLite
from pipeline.options.training import Augmentation, Training
from pipeline.options.tuning import Choice, IntRange, LogRange, Range, Tuning

__all__ = [
    "Augmentation",
    "Choice",
    "Dataflow",
    "Direct",
    "Drift",
    "Evaluation",
    "Flink",
    "ImageData",
    "ImageFeatures",
    "IntRange",
    "Kubeflow",
    "LogRange",
    "Model",
    "Notify",
    "Pruning",
    "Range",
    "RequestLog",
    "Resources",
    "Serving",
    "Spark",
    "Split",
    "Student",
    "TFLite",
    "Task",
    "TextData",
    "TextFeatures",
    "Training",
    "Tuning",
]

_SERVED = "served"
"""In the table of all variants, beside the students' names."""


class Task(Configuration):
    """One pipeline: data in, blessed and pushed model out."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    data: ImageData | TextData = Field(discriminator="kind")
    features: ImageFeatures | TextFeatures
    model: Model
    training: Training = Training()
    tuning: Tuning | None = None
    """None: the training takes its values as they stand."""
    drift: Drift = Drift()
    evaluation: Evaluation = Evaluation()
    tflite: TFLite = TFLite()
    students: tuple[Annotated[Student | Pruning, Field(discriminator="kind")], ...] = ()
    """Smaller models, trained once the model is pushed, and measured beside its TFLite variants."""
    serving: Serving = Serving()
    kubeflow: Kubeflow = Kubeflow()
    beam: Beam = Direct()
    """What ingest, statistics, the transform and the evaluation run on."""
    metadata: str = ""
    """URL of a database of ML Metadata, without its password; empty is a file of the task's own.
    The environment's METADATA_URL goes before it."""
    split: Split = Split()
    seed: int = Field(1, ge=0, lt=2**31)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        kind = self.data.kind
        expected = ImageFeatures if kind == "image" else TextFeatures
        if not isinstance(self.features, expected):
            raise ValueError(
                f"features: {kind} data needs {expected.__name__}, "
                f"not {type(self.features).__name__}"
            )
        needs = architectures()[self.model.name].input
        if needs != kind:
            fitting = sorted(n for n, a in architectures().items() if a.input == kind)
            raise ValueError(
                f"model: {self.model.name} takes {needs} data, but the data are of kind {kind}; "
                f"valid: {', '.join(fitting)}"
            )
        valid = quality_features(kind)
        for feature in self.evaluation.slices or ():
            if feature not in valid:
                raise ValueError(
                    f"evaluation: slices: {feature!r} is not measured of {kind} data"
                    f"{one_of(feature, valid)}"
                )
        return self

    @model_validator(mode="after")
    def _recordable(self) -> Self:
        if self.metadata:
            check_committed(self.metadata, "Task.metadata")
        return self

    @model_validator(mode="after")
    def _teachable(self) -> Self:
        names = [student.name for student in self.students]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"students: {names.count(name)} are called {name!r}; valid: one")
            if name == _SERVED:
                raise ValueError(f"students: {name!r} is what the pushed model itself is called")
        for student in self.students:
            if isinstance(student, Student):
                needs = architectures()[student.model.name].input
                if needs != self.data.kind:
                    raise ValueError(
                        f"students: {student.name!r}: {student.model.name} takes {needs} data, but "
                        f"the data are of kind {self.data.kind}"
                    )
        return self

    @model_validator(mode="after")
    def _tunable(self) -> Self:
        for field, bounds in self.tuning.fields.items() if self.tuning else ():
            for value in bounds.ends:
                try:
                    self.tuned({field: value})
                except InputError as error:
                    raise ValueError(f"tuning.fields[{field!r}]: {error}") from None
        return self

    @property
    def home(self) -> Home:
        """Where its runs are.

        Raises:
          InputError: METADATA_URL names no database.
        """
        return Home.of(self.name, self.metadata)

    def tuned(self, values: Mapping[str, Any]) -> Self:
        """Returns a copy without `tuning`, with values by the field, as in `Tuning.fields`.

        Raises:
          InputError: a field is unknown, or a value is not valid.
        """
        copy = self.replace(tuning=None)
        for field, value in values.items():
            copy = _with(copy, field.split("."), value)
        return copy


def _with(configuration: Configuration, names: list[str], value: Any) -> Configuration:
    """Returns a copy with another value in a field of a field, however deep."""
    name, *rest = names
    inner = getattr(configuration, name, None)
    if rest and isinstance(inner, Configuration):
        value = _with(inner, rest, value)
    elif rest and isinstance(inner, dict):
        value = inner | {".".join(rest): value}
    elif rest:
        raise InputError(f"{type(configuration).__name__}.{name}: has no fields")
    return configuration.replace(**{name: value})
