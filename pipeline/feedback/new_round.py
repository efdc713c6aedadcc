"""Chooses what to label among logged requests."""

from pathlib import Path

from components.drift_report.sample import Sample, draw
from components.drift_report.spans import HELD_OUT
from components.errors import InputError
from components.example_gen.examples_at import ExamplesAt, find_examples
from components.examples import read_splits
from components.features import IMAGE
from components.pages.formats import round_percent
from pipeline.feedback.choose import Choice, choose
from pipeline.feedback.contents import id_of
from pipeline.feedback.current_data import read_current_data
from pipeline.feedback.image_suffix import image_suffix
from pipeline.feedback.look import Look, look
from pipeline.feedback.round import Item, Round, begin, rounds
from pipeline.feedback.unseen import Tally, find_unseen
from pipeline.home import Home, data_path
from pipeline.in_service import in_service
from pipeline.serving_config.render import release_in_service
from pipeline.task import Task


def find_requests(task: Task, home: Home, path: Path | None) -> ExamplesAt:
    """Finds the logged requests.

    Args:
      task: whose they are.
      home: of the task.
      path: where they are; None is where `make serve` logs them.

    Raises:
      InputError: there are none.
    """
    if path is None and not any(home.requests.glob("*")):
        raise InputError(
            f"{home.requests}: no request is logged. Let the task have "
            "serving=Serving(request_log=RequestLog(share=0.1)) and serve it, or name requests by "
            "--requests"
        )
    try:
        return find_examples(str(path or home.requests), task.data.kind)
    except InputError as error:
        raise InputError(str(error).replace("data.path", "--requests")) from None


def choose_round(task: Task, home: Home, found: ExamplesAt, count: int) -> tuple[Round, Tally]:
    """Chooses requests, and writes them as a new round.

    Raises:
      InputError: no model is in service, there is nothing new to label, or the data cannot be read.
    """
    kind = task.data.kind
    release = release_in_service(task.name, home)
    data = task.data.to_dict() | {"path": str(data_path(task.data.path))}
    current = read_current_data(data)
    skipped = {item for past in rounds(home.feedback) for item in past.answers.skipped}
    most, seed = task.drift.max_examples, task.seed
    requests, tally = find_unseen(found, data, current.ids, skipped, most, seed)
    canary = None if release.canary is None else home.serving / str(release.canary)
    seen = look(
        kind,
        requests,
        _tested_on(home, most, seed),
        home.serving / str(release.stable),
        canary,
        seed,
    )
    choices = choose(seen.scores, count, seed)
    chosen = [
        (_item(choice, seen, requests, kind), requests.contents[choice.row]) for choice in choices
    ]
    classes = sorted({*current.classes, *seen.classes})
    return begin(home.feedback, kind, classes, chosen), tally


def _tested_on(home: Home, most: int, seed: int) -> Sample:
    """Returns examples that the model in service has not learned from."""
    examples = in_service(home).examples
    return draw(read_splits(examples.uri, HELD_OUT) if examples else iter(()), most, seed)


def _item(choice: Choice, seen: Look, requests: Sample, kind: str) -> Item:
    content = requests.contents[choice.row]
    identity = id_of(content, kind)
    suffix = image_suffix(content) if kind == IMAGE else ".txt"
    place = int(seen.stable[choice.row].argmax())
    return Item(
        id=identity,
        file=f"{identity}{suffix}",
        why=choice.why,
        reason=_reason(choice, seen),
        guess=seen.classes[place],
        probability=round(float(seen.stable[choice.row, place]), 4),
        source=requests.sources[choice.row],
    )


def _reason(choice: Choice, seen: Look) -> str:
    row = choice.row
    match choice.why:
        case "differ":
            assert seen.canary is not None
            other = seen.canary[row]
            name = seen.classes[int(other.argmax())]
            return f"The canary takes it for {name}, {round_percent(other.max())}."
        case "unlike":
            assert seen.scores.percentiles is not None
            share = int(seen.scores.percentiles[row])
            return (
                f"It lies farther from what the model knows than {min(share, 99)}% of its test "
                "examples do."
            )
        case "uncertain":
            second = seen.stable[row].argsort()[-2]
            probability = seen.stable[row, second]
            return f"Next likeliest: {seen.classes[int(second)]}, {round_percent(probability)}."
