"""A task: what to learn, from which data, and what is good enough. The only configuration type.

Every field is typed, has a unit or a range, and is checked when the task is made. What is wrong
is said in one `InputError`: the field, the bad value, and what is valid.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from components.drift_report.policy import Policy
from components.errors import InputError
from components.features import quality_features
from components.trainer.models import architectures

# Task files import all of a task from here, so some names are only passed on.
from pipeline.beam import Beam, Direct
from pipeline.beam import Dataflow as Dataflow
from pipeline.beam import Flink as Flink
from pipeline.beam import Spark as Spark
from pipeline.configuration import Configuration, one_of
from pipeline.kubeflow.options import Kubeflow
from pipeline.kubeflow.options import Notify as Notify
from pipeline.kubeflow.options import Resources as Resources
from pipeline.metadata.database import check_committed
from pipeline.serving_config.options import RequestLog as RequestLog
from pipeline.serving_config.options import Serving

Precision = Literal["auto", "float32", "mixed_float16", "mixed_bfloat16"]
Metric = Literal["macro_f1", "auc", "log_loss", "calibration_error"]
TFLiteVariant = Literal["float32", "float16", "dynamic_range", "int8", "onnx", "openvino"]


class ImageData(Configuration):
    """A folder of images, one folder a class; anything may be nested below a class.

    `train`, `eval` and `test` folders above the classes are taken as ready-made splits, and the
    highest `span-N` folder above those as the newest span.
    """

    kind: Literal["image"] = "image"
    path: str = Field(min_length=1)
    """Folder, relative to the project's root or absolute."""
    source: str = ""
    """`module:function` that writes the folder where it does not exist yet."""
    max_pixels: int = Field(50_000_000, gt=0)
    """Images with more pixels are set aside without decoding them."""
    max_broken_share: float = Field(0.01, ge=0, le=1)
    """Above this share of broken files the run stops."""


class TextData(Configuration):
    """A table (CSV, TSV, JSON Lines) or a folder of texts, one folder a class, a file a text.

    Tables may lie in a folder, several together; `train`, `eval` and `test` in their names or
    folders are taken as ready-made splits, and the highest `span-N` folder as the newest span.
    """

    kind: Literal["text"] = "text"
    path: str = Field(min_length=1)
    """Table or folder, relative to the project's root or absolute."""
    source: str = ""
    """`module:function` that writes the path where it does not exist yet."""
    text_column: str = Field("text", min_length=1)
    label_column: str = Field("label", min_length=1)
    group_column: str = ""
    """Rows that share this column's value stay in one split; empty splits by the text itself."""
    max_characters: int = Field(1_000_000, gt=0)
    """Longer texts are set aside."""
    max_broken_share: float = Field(0.01, ge=0, le=1)
    """Above this share of broken rows the run stops."""


class ImageFeatures(Configuration):
    """What the model sees of an image: a float tensor of height × width × channels."""

    height: int = Field(32, ge=4, le=2048)
    width: int = Field(32, ge=4, le=2048)
    channels: Literal[1, 3] = 3
    keep_aspect: bool = False
    """Pad to the size instead of stretching to it."""


class TextFeatures(Configuration):
    """What the model sees of a text: token ids, cut or padded to a length."""

    length: int = Field(200, ge=1, le=100_000)
    """Tokens a text."""
    keep: Literal["start", "both_ends", "end"] = "start"
    """What is left of longer texts; `both_ends` is half from the start and half from the end."""
    vocabulary_size: int = Field(20_000, ge=10, le=5_000_000)
    lowercase: bool = True


class Model(Configuration):
    """An architecture of `components/trainer/models/`, by its file's name, and its options."""

    name: str
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = architectures()
        if self.name not in known:
            raise ValueError(f"name: no model is called {self.name!r}{one_of(self.name, known)}")
        valid = known[self.name].options
        for option in self.options:
            if option not in valid:
                raise ValueError(
                    f"options: {self.name} has no option {option!r}{one_of(option, valid)}"
                )
        return self


class Augmentation(Configuration):
    """Random changes of training images; a share of the image's size, or degrees."""

    flip: bool = False
    """Mirror left and right."""
    shift: float = Field(0.0, ge=0, le=0.5)
    rotation: float = Field(0.0, ge=0, le=180)
    zoom: float = Field(0.0, ge=0, le=0.9)
    contrast: float = Field(0.0, ge=0, le=0.9)
    cutout: float = Field(0.0, ge=0, le=0.9)
    """Hide a rectangle of this share of the height and width."""
    mixup: float = Field(0.0, ge=0, le=10)
    """Blend images in pairs, and their labels, in shares from Beta(mixup, mixup)."""


class Training(Configuration):
    """How the model is fitted."""

    epochs: int = Field(20, ge=1)
    steps_per_epoch: int | None = Field(None, ge=1)
    """None: one pass over the training split an epoch."""
    batch_size: int = Field(64, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    """Peak of the schedule: a linear warm-up, then a cosine decay to zero."""
    warmup_share: float = Field(0.05, ge=0, lt=1)
    """Share of the steps that the warm-up takes; at least one step."""
    optimizer: Literal["adamw", "sgd"] = "adamw"
    momentum: float = Field(0.9, ge=0, lt=1)
    """Nesterov's, of `sgd` alone."""
    weight_decay: float = Field(1e-4, ge=0)
    gradient_clip_norm: float | None = Field(None, gt=0)
    """Gradients whose norm over all weights is larger are scaled down to it."""
    ema: float | None = Field(None, gt=0, lt=1)
    """Decay of the weights' moving average, which is then evaluated and served, such as 0.999."""
    class_weights: bool = False
    """Let each class count the same in the loss, however many examples it has."""
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    patience: int | None = Field(None, ge=1)
    """Epochs without a better eval loss before training stops; None never stops early."""
    precision: Precision = "auto"
    """`auto` is half precision where the machine multiplies it in hardware, else float32."""
    augmentation: Augmentation = Augmentation()
    warm_start: bool = False
    """Begin with the weights of the blessed model, if it was trained on other examples."""
    freeze_features: bool = False
    """Where it began with those, train the outputs alone."""
    cache_gib: float = Field(4.0, ge=0)
    """Examples that take less than this once decoded are kept in memory, if it is free; others are
    read and decoded anew in each epoch."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.freeze_features and not self.warm_start:
            raise ValueError("freeze_features = True needs warm_start = True")
        return self


class Choice(Configuration):
    """One of some values, each as likely."""

    kind: Literal["choice"] = "choice"
    values: list[Any] = Field(min_length=1)

    def __init__(self, values: list[Any]) -> None:
        super().__init__(values=values)

    @property
    def ends(self) -> list[Any]:
        """The values that stand for all."""
        return self.values


class Range(Configuration):
    """Any number between two, each as likely."""

    kind: Literal["range"] = "range"
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)

    def __init__(self, low: float, high: float) -> None:
        super().__init__(low=low, high=high)

    @property
    def ends(self) -> list[Any]:
        """The values that stand for all."""
        return [self.low, self.high]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low = {self.low} must be less than high = {self.high}")
        return self


class LogRange(Range):
    """Any number between two, each power of ten as likely."""

    kind: Literal["log_range"] = "log_range"
    low: float = Field(gt=0)


class IntRange(Range):
    """Any whole number between two, which are among them, each as likely."""

    kind: Literal["int_range"] = "int_range"
    low: int
    high: int


class Tuning(Configuration):
    """A search for better values of some fields, before the training that uses the best of them."""

    fields: dict[
        str, Annotated[Choice | Range | LogRange | IntRange, Field(discriminator="kind")]
    ] = Field(min_length=1)
    """What to try, by the field: `training.learning_rate`, `training.augmentation.shift`,
    `model.options.width`."""
    algorithm: Literal["random", "bayesian", "hyperband"] = "random"
    """`bayesian` learns from earlier trials; `hyperband` trains many for few epochs, and the best
    of them for more."""
    trials: int | None = Field(None, ge=1)
    """None: 10. How many Hyperband makes, follows from the epochs."""
    epochs: int | None = Field(None, ge=1)
    """Of a trial, with Hyperband of the longest; None: as many as the training has."""
    objective: Literal["eval_accuracy", "eval_loss"] = "eval_accuracy"

    @field_validator("fields", mode="before")
    @classmethod
    def _bounded(cls, fields: Any) -> Any:
        for field, bounds in fields.items() if isinstance(fields, dict) else ():
            if not isinstance(bounds, Choice | Range):
                raise ValueError(
                    f"{field!r} is {bounds!r}; valid: Choice([...]), Range(low, high), "
                    f"LogRange(low, high), IntRange(low, high)"
                )
        return fields

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for field in self.fields:
            if not field.startswith(("training.", "model.options.")):
                raise ValueError(
                    f"fields: {field!r} can't be tuned; valid: 'training.' and a field of "
                    f"Training, 'model.options.' and an option of the model"
                )
            if field in _UNTUNED:
                raise ValueError(f"fields: {field!r} can't be tuned: {_UNTUNED[field]}")
        if self.objective == "eval_loss" and "training.label_smoothing" in self.fields:
            raise ValueError(
                "objective = 'eval_loss' can't compare values of training.label_smoothing, which "
                "changes the loss itself; valid: 'eval_accuracy'"
            )
        if self.algorithm == "hyperband" and self.trials is not None:
            raise ValueError(
                f"trials = {self.trials} is not for 'hyperband': its trials follow from the epochs"
            )
        return self


_UNTUNED = {
    "training.epochs": "Tuning.epochs says how long a trial is",
    "training.warm_start": "it changes the pipeline, not the training alone",
    "training.cache_gib": "it changes how fast a training is, not what it learns",
}


class Drift(Configuration):
    """How a new span is held against the one that the model in service learned from."""

    on_drift: Policy = "report"
    """`stop` fails the run before training; `retrain_only_if_drift` ends it there, and well, where
    nothing has drifted."""
    false_alarm_rate: float = Field(0.05, gt=0, le=0.5)
    """How often the whole report may say drift where there is none."""
    min_examples: int = Field(50, ge=2)
    """With fewer on either side, what has not drifted is too few to say."""
    max_examples: int = Field(10_000, ge=100)
    """Of each side, drawn at random, are looked at."""


class Evaluation(Configuration):
    """What a model must reach to be blessed, and what is shown of it."""

    min_accuracy: float = Field(0.5, ge=0, le=1)
    max_accuracy_drop: float = Field(0.015, gt=0, le=1)
    """How far the accuracy may lie below that of the model in service. A new model has to show, on
    the same test examples, that it does not; the fewer there are, the larger this has to be."""
    confidence: float = Field(0.95, ge=0.5, lt=1)
    """Of what it has to show."""
    min_slice_accuracy: float = Field(0.0, ge=0, le=1)
    """A slice whose accuracy is surely below blocks the model; 0 asks for nothing."""
    max_slice_drop: float = Field(0.05, ge=0, le=1)
    """A slice that is surely further below the model in service blocks the new one."""
    slices: list[str] | None = None
    """Quality features by whose quantiles the examples are divided, beside their classes; None is
    all that ingest measures."""
    quantiles: int = Field(4, ge=2, le=20)
    """Slices of a quality feature."""
    limits: dict[Metric, float] = {}
    """What other metrics must reach: at least, or at most for log_loss and calibration_error."""
    max_losses: dict[Metric, float] = {}
    """How much worse other metrics may be than those of the model in service."""
    mistakes: int = Field(24, ge=0, le=200)
    """Examples that the page of the evaluation shows, the most confident mistakes."""


class TFLite(Configuration):
    """The phone's model: its variants, and how far they may differ from the SavedModel."""

    variants: list[TFLiteVariant] = Field(
        ["float32", "float16", "dynamic_range", "int8"], min_length=1
    )
    """`onnx` and `openvino` are measured beside them, for other devices; each is an extra."""
    examples: int = Field(1000, ge=1)
    """Test examples that every variant looks at."""
    max_accuracy_drop: float = Field(0.01, gt=0, le=1)
    """How far the accuracy may lie below the SavedModel's; a variant has to show that it does
    not, on the same examples."""
    min_agreement: float = Field(0.95, ge=0, le=1)
    """Share of examples that are put into the same class."""
    prefer: Literal["size", "latency"] = "size"
    """Which of the good variants is pushed: the smallest, or the fastest."""


_SERVED = "served"
"""In the table of all variants, beside the students' names."""
StudentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


class Student(Configuration):
    """A smaller model that learns to answer as the one that was pushed (distillation)."""

    kind: Literal["distilled"] = "distilled"
    name: StudentName
    model: Model
    epochs: int | None = Field(None, ge=1)
    """None: as many as the training has."""
    learning_rate: float | None = Field(None, gt=0)
    """None: that of the training. All else is as there."""
    temperature: float = Field(4.0, gt=0, le=100)
    """Above 1 it learns more of the teacher's second thoughts."""
    label_weight: float = Field(0.1, ge=0, le=1)
    """Share of the labels in the loss; the rest is the teacher's."""


class Pruning(Configuration):
    """The model that was pushed, trained on while its smallest weights become zero."""

    kind: Literal["pruned"] = "pruned"
    name: StudentName = "pruned"
    sparsity: float = Field(0.8, gt=0, lt=1)
    """Share of each kernel and embedding that is zero in the end."""
    epochs: int | None = Field(None, ge=1)
    """None: half as many as the training has. Over the first half of them the zeros grow."""
    learning_rate: float | None = Field(None, gt=0)
    """None: that of the training. All else is as there."""


class Split(Configuration):
    """Shares of the splits in per cent, by hash of content, where none come ready-made."""

    train: int = Field(70, ge=1)
    eval: int = Field(10, ge=1)
    test: int = Field(20, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.eval + self.test
        if total != 100:
            raise ValueError(f"train + eval + test must make 100, not {total}")
        return self


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

    @property
    def drift_settings(self) -> dict[str, Any]:
        """What a drift report has to know: the fields of `assess.Settings`."""
        fields = self.drift.to_dict() | {"seed": self.seed}
        del fields["on_drift"]
        return fields

    @property
    def gate_settings(self) -> dict[str, float]:
        """What the gate that blesses has to know: the fields of `rule.Settings`."""
        names = (
            "min_accuracy",
            "max_accuracy_drop",
            "min_slice_accuracy",
            "max_slice_drop",
            "confidence",
        )
        return {name: getattr(self.evaluation, name) for name in names}

    @model_validator(mode="after")
    def _tunable(self) -> Self:
        for field, bounds in self.tuning.fields.items() if self.tuning else ():
            for value in bounds.ends:
                try:
                    self.tuned({field: value})
                except InputError as error:
                    raise ValueError(f"tuning.fields[{field!r}]: {error}") from None
        return self

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
