"""Asks a model what files show or say: the version in service here, or a server."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.markup import escape

from components.errors import InputError
from components.example_gen.examples_at import ExamplesAt, find_examples
from pipeline.quiet import in_quiet
from pipeline.serving_config.render import release_in_service
from pipeline.task import Task

if TYPE_CHECKING:
    from components.example_gen.set_aside import Rejected

ALL_USED, SOME_UNUSABLE = 0, 2
_BATCH = 32


@dataclass(frozen=True)
class Prediction:
    """What a model takes an example for."""

    source: str
    label: str
    """As the folder or table has it; empty where it has none."""
    probabilities: dict[str, float]
    """By class."""

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """The classes and their probabilities, the most probable first."""
        return sorted(self.probabilities.items(), key=lambda each: -each[1])


class _Example(NamedTuple):
    content: bytes
    source: str
    label: str


Model = Callable[[Sequence[bytes]], list[dict[str, float]]]
"""Returns the probabilities by class of images or texts."""


def predict(
    task: Task, paths: Sequence[str], texts: Sequence[str], server: str, label: str, as_json: bool
) -> int:
    """Prints what a model takes files for.

    Args:
      task: whose model is asked.
      paths: files or folders, as `pipeline drift` takes them.
      texts: themselves, for a task of texts.
      server: address of TensorFlow Serving's REST, or of the stand-in; empty asks the version in
        service here, in this process.
      label: of the version that the server is to ask.
      as_json: one line of JSON for each example, with all probabilities.

    Returns:
      The exit code.

    Raises:
      InputError: something that the user can mend.
      RunFailed: anything else.
    """
    if texts and task.data.kind != "text":
        raise InputError(f"--text: {task.name} is a task of {task.data.kind}s; valid: paths")
    if not paths and not texts:
        raise InputError("nothing to predict; give files or folders")
    found = [_find(path, task.data.kind) for path in paths]
    home = task.home
    version = 0 if server else release_in_service(task.name, home).stable
    rejected: list[Rejected] = []

    def work() -> list[Prediction]:
        examples = [_Example(text.encode(), f"text {n}", "") for n, text in enumerate(texts, 1)]
        for path, at in zip(paths, found, strict=True):
            examples += _read(task, path, at, rejected)
        if server:
            model = _on_server(server, task.name, task.data.kind, label)
        else:
            model = _in_process(home.serving / str(version), task.data.kind)
        return list(_asked(model, examples))

    predictions = in_quiet(home, "predict", work)
    console = Console(highlight=False, soft_wrap=True)
    for line in _as_json(predictions) if as_json else _as_table(predictions):
        console.print(line, markup=not as_json)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for each in rejected:
        errors.print(f"[red]error:[/] {escape(f'{each.source} {each.reason}')}")
    return SOME_UNUSABLE if rejected else ALL_USED


def _find(path: str, kind: str) -> ExamplesAt:
    try:
        return find_examples(path, kind)
    except InputError as error:
        raise InputError(str(error).replace("data.path = ", "")) from None


def _read(task: Task, path: str, at: ExamplesAt, rejected: "list[Rejected]") -> Iterator[_Example]:
    """Yields the examples that ingest would take, and collects the others."""
    import tensorflow as tf

    from components.example_gen.bare_examples import read
    from components.example_gen.complete import complete
    from components.example_gen.set_aside import Rejected
    from components.examples import values
    from components.features import LABEL, SOURCE

    root = Path(path) if Path(path).is_dir() else Path(path).parent
    bare = []
    for outcome in read(at, task.data.to_dict()):
        if isinstance(outcome, Rejected):
            rejected.append(Rejected(str(root / outcome.source), outcome.reason))
        else:
            bare.append(outcome)
    whole, broken = complete(bare, task.data.to_dict())
    rejected += [Rejected(str(root / each.source), each.reason) for each in broken]
    for example in map(tf.train.Example.FromString, whole):
        (content,) = example.features.feature[task.data.kind].bytes_list.value
        source, label = ("".join(values(example, name)) for name in (SOURCE, LABEL))
        yield _Example(content, str(root / source), label)


def _asked(model: Model, examples: Sequence[_Example]) -> Iterator[Prediction]:
    for start in range(0, len(examples), _BATCH):
        batch = examples[start : start + _BATCH]
        answers = model([example.content for example in batch])
        for example, probabilities in zip(batch, answers, strict=True):
            yield Prediction(example.source, example.label, probabilities)


def _in_process(folder: Path, kind: str) -> Model:
    import tensorflow as tf

    from components.saved_model import PREDICT_INPUTS, SavedModel

    model = SavedModel(str(folder))

    def ask(contents: Sequence[bytes]) -> list[dict[str, float]]:
        inputs = {PREDICT_INPUTS[kind]: tf.constant(list(contents))}
        answer = model.signatures["predict"](**inputs)
        classes = [name.decode() for name in answer["classes"][0].numpy()]
        rows = answer["probabilities"].numpy().tolist()
        return [dict(zip(classes, row, strict=True)) for row in rows]

    return ask


def _on_server(address: str, model: str, kind: str, label: str) -> Model:
    from components.saved_model import PREDICT_INPUTS
    from pipeline.releases.model_server import ModelServer, NotListening, RequestFailed

    server = ModelServer(address, model)
    try:
        server.statuses()
    except NotListening as error:
        raise InputError(f"--server: {error}; `make serve TASK={model}` starts one") from None

    def ask(contents: Sequence[bytes]) -> list[dict[str, float]]:
        encoded = [{"b64": base64.b64encode(content).decode()} for content in contents]
        try:
            answer = server.predict(f"labels/{label}", "predict", {PREDICT_INPUTS[kind]: encoded})
        except RequestFailed as error:
            raise InputError(f"{address}: {error}") from None
        rows = zip(answer["classes"], answer["probabilities"], strict=True)
        return [dict(zip(*row, strict=True)) for row in rows]

    return ask


def _as_json(predictions: Iterable[Prediction]) -> Iterator[str]:
    for each in predictions:
        (label, probability), *_ = each.ranked
        content = {
            "source": each.source,
            "label": label,
            "probability": probability,
            "probabilities": each.probabilities,
        }
        yield json.dumps(content | ({"true_label": each.label} if each.label else {}))


def _as_table(predictions: Sequence[Prediction]) -> Iterator[str]:
    """Yields a line for each example, and what the labels make of it, in rich's markup."""
    width = max((len(each.ranked[0][0]) for each in predictions), default=0)
    for each in predictions:
        (label, probability), *others = each.ranked
        line = f"{label:<{width}}  {probability:.4f}"
        second = f"[dim]{escape(f'then {others[0][0]} {others[0][1]:.4f}')}[/]" if others else ""
        wrong = f"  [red]labelled {escape(each.label)}[/]" if each.label not in ("", label) else ""
        yield f"{escape(line)}  {escape(each.source)}  {second}{wrong}"
    labelled = [each for each in predictions if each.label]
    if labelled:
        right = sum(each.ranked[0][0] == each.label for each in labelled)
        yield f"{right:,} of {len(labelled):,} are what they are labelled"
