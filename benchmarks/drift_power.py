"""What drift reports catch, and how often they cry wolf, beside Evidently and TFDV's comparators.

    .venv/bin/python benchmarks/drift_power.py [--task TASK [--run FOLDER] [--model FOLDER]]

Data are the examples of a finished run that its model has not learned from, of the tasks `cifar10`
and `imdb`; what the model sees of them is a part of what is compared. They are divided into a
reference of 10,000 and a pool of current examples, of which each repeat draws some. Where nothing
is shifted, every repeat divides and calibrates anew; for every shift there are five divisions (ten
for an unseen class). Shifted images and texts are saved, measured as ingest measures them, and
looked at by the model.

Of an unseen class the reference has no example, and the current examples have their natural share.
Its labels are withheld, as they would give it away, and those of texts of another domain. The model
in service does know the class, unless `--unseen CLASS MODEL` brings one that doesn't.

Evidently runs with its defaults in an environment of its own, on some of the same samples, as each
takes it seconds. TFDV's comparators have the thresholds of its guide. Neither holds a rate of false
alarms: read what they detect beside it.

Bounds: false alarms of ours in at most 5 % ± 3 at every size; detection in 95 % of the samples of
at least 500 at severities 2 and 3; an accuracy that is guessed without labels within 5 points of
the truth on 80 % of the samples of shifted images.
"""

import argparse
import csv
import json
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import _drift_figures as figures

from components.errors import InputError
from pipeline.home import Home, data_path
from pipeline.load import load_task
from pipeline.run_local import guarded
from pipeline.workplace import make_data

if TYPE_CHECKING:
    from _drift_cases import Composition
    from _drift_trials import Batch, Found, Setting

BENCHMARK = "drift_power"
TASKS = ("cifar10", "imdb")
DOMAIN = "docstrings"
"""The task whose texts are another domain to those of IMDB."""
SIZES = (200, 500, 2000)
REFERENCE = 10_000
ALTERED = 2_500
DIVISIONS = 5
FALSE_ALARMS = 4
"""Repeats without a shift, for each repeat of a shift."""
MOST_GUESSES = 10
"""Divisions in which the accuracy is guessed, of one shift and severity."""
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


class Place(NamedTuple):
    """Where the examples and the model of a task lie."""

    task: str
    examples: Path
    """An Examples artifact."""
    model: Path
    """A SavedModel."""


def newest(folder: Path) -> Path:
    """Returns the artifact in the subfolder with the highest number for a name.

    Raises:
      InputError: there is none.
    """
    numbered = [path for path in folder.glob("*") if path.name.isdigit()]
    if not numbered:
        raise InputError(f"{folder}: no artifact; give the folder of a finished run")
    return max(numbered, key=lambda path: int(path.name))


def other_texts() -> list[bytes]:
    """Returns the texts of another domain; makes them where they are not there yet.

    Raises:
      InputError: they cannot be made.
    """
    task = load_task(DOMAIN)
    make_data(task)
    tables = sorted(data_path(task.data.path).glob("*.csv"))
    with tables[0].open(encoding="utf-8", newline="") as file:
        return [row["text"].encode() for row in csv.DictReader(file)]


def locate(options: argparse.Namespace, task: str) -> Place:
    """Finds a run's examples and its model.

    Raises:
      InputError: one of them is not there.
    """
    run = options.run or Home.of(task).root
    examples = newest(run / "artifacts" / "ExampleGen" / "examples")
    model = options.model or newest(run / "artifacts" / "Trainer" / "model") / "Format-Serving"
    return Place(task, examples, saved_model(model))


def saved_model(folder: Path) -> Path:
    """Returns the folder if it holds a SavedModel.

    Raises:
      InputError: it does not.
    """
    if not (folder / "saved_model.pb").is_file():
        raise InputError(f"{folder}: no saved_model.pb; give the folder of a SavedModel")
    return folder


def prepare(options: argparse.Namespace, place: Place, evidently: Path | None) -> "Setting":
    """Reads a run's examples, and lets a model look at them.

    Args:
      options: of the command line.
      place: of the examples, and of the model.
      evidently: its Python; None leaves it out.

    Raises:
      InputError: there are too few examples.
    """
    from _drift_cases import cases
    from _drift_rows import read
    from _drift_trials import Setting

    from components.drift_report.model_view import ModelView

    say(f"{place.task}: {place.model} looks at the examples")
    model = ModelView(str(place.model))
    if not model.embeds:
        say(f"{place.task}: it has no signature `embed`, so a fixed view takes its place")
    rows = read(place.examples, model if model.embeds else None)
    left = len(rows) - options.reference
    if left < options.sizes[-1]:
        raise InputError(
            f"{place.examples}: {len(rows):,} examples that the model has not learned from are too "
            f"few for a reference of {options.reference:,} and {options.sizes[-1]:,} current ones"
        )
    domain = other_texts() if rows.kind == "text" else []
    if options.only:
        require_one_of(options.only, [case.shift for case in cases(rows.kind, domain)])
    return Setting(
        rows=rows,
        model=str(place.model) if model.embeds else None,
        domain=domain,
        sizes=options.sizes,
        reference_size=options.reference,
        pool_size=min(left, max(ALTERED, options.sizes[-1])),
        false_alarm_rate=load_task(place.task).drift.false_alarm_rate,
        evidently=evidently,
        only=options.only,
    )


def require_one_of(shift: str, shifts: Sequence[str]) -> None:
    """Passes the name of an alteration.

    Raises:
      InputError: it is none of them.
    """
    if shift not in shifts:
        valid = ", ".join(dict.fromkeys(shifts))
        raise InputError(f"--only {shift}: no such alteration (valid: {valid})")


def batches(setting: "Setting", options: argparse.Namespace) -> "list[Batch]":
    """Returns the batches of trials but for those of unseen classes, the longest first."""
    from _drift_cases import compositions

    unchanged, *mixes = compositions(setting.rows)
    repeats, evidently = FALSE_ALARMS * options.repeats, FALSE_ALARMS * options.evidently
    unshifted = _divided([unchanged] * repeats, repeats, evidently)
    if options.false_alarms:
        return unshifted
    several = min(DIVISIONS, options.repeats)
    divided = _divided([unchanged] * several, options.repeats, options.evidently)
    altered = [replace(batch, altered=True) for batch in divided]
    if options.only:
        return altered
    return [
        *altered,
        *unshifted,
        *(
            batch
            for mix in mixes
            for batch in _divided([mix] * several, options.repeats, options.evidently)
        ),
    ]


def batches_of_unseen(
    setting: "Setting", options: argparse.Namespace, label: str | None
) -> "list[Batch]":
    """Returns the batches of unseen classes: of one class, or else of all in turn.

    Raises:
      InputError: there is no such class.
    """
    from _drift_cases import unseen

    labels = sorted(set(setting.rows.labels))
    if label and label not in labels:
        raise InputError(f"--unseen {label}: no such class (classes: {', '.join(labels)})")
    chosen = [label] * DIVISIONS if label else labels
    mixes = [unseen(setting.rows, label) for label in chosen[: options.repeats]]
    return _divided(mixes, options.repeats, options.evidently)


def _divided(compositions: "Sequence[Composition]", repeats: int, evidently: int) -> "list[Batch]":
    """Returns a division for each composition, and shares the repeats out among them.

    Args:
      compositions: no more than repeats.
      repeats: samples of a size.
      evidently: how many of them Evidently judges as well.
    """
    from _drift_trials import Batch

    return [
        Batch(
            seed=number,
            samples=_portion(repeats, len(compositions), number),
            evidently_samples=_portion(evidently, len(compositions), number),
            estimates=number < MOST_GUESSES,
            composition=composition,
        )
        for number, composition in enumerate(compositions)
    ]


def _portion(total: int, parts: int, number: int) -> int:
    """Returns one of the whole numbers, as equal as can be, that add up to a total."""
    return total * (number + 1) // parts - total * number // parts


def try_out(jobs: "Sequence[tuple[Setting, Sequence[Batch]]]", processes: int) -> "Found":
    """Runs batches of trials, each in one of some processes.

    Raises:
      RuntimeError: Evidently failed.
    """
    from _drift_trials import Found, run

    # The processes are as many as the cores, so each gets along with one thread.
    os.environ |= dict.fromkeys(_THREADS, "1")
    found, began = Found(), time.monotonic()
    with (
        tempfile.TemporaryDirectory() as temporary,
        ProcessPoolExecutor(processes, get_context("spawn")) as pool,
    ):
        futures = []
        for number, (setting, batches) in enumerate(jobs):
            file = Path(temporary, str(number))
            file.write_bytes(pickle.dumps(setting))
            futures += [pool.submit(run, file, batch) for batch in batches]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                minutes = (time.monotonic() - began) / 60
                say(f"{done} of {len(futures)} batches, {minutes:.1f} min")
        finally:
            pool.shutdown(cancel_futures=True)
        for future in futures:
            found.trials += future.result().trials
            found.guesses += future.result().guesses
    return found


def measure(options: argparse.Namespace, place: Place, evidently: Path | None) -> dict[str, Any]:
    """Prints the tables of a task, and returns its figures.

    Raises:
      InputError: there are too few examples, or no such class or model as `--unseen` names.
    """
    setting = prepare(options, place, evidently)
    jobs = [(setting, batches(setting, options))]
    images = setting.rows.kind == "image"
    if images and options.unseen:
        label, model = options.unseen
        unaware = prepare(options, place._replace(model=saved_model(Path(model))), evidently)
        jobs.append((unaware, batches_of_unseen(unaware, options, label)))
    elif images and not (options.false_alarms or options.only):
        jobs.append((setting, batches_of_unseen(setting, options, None)))
    found = try_out(jobs, options.processes)
    rates, close = figures.rates(found.trials), figures.close(found.guesses)
    holds = figures.holds(rates, close if images else {})
    print(
        f"{place.task}: {len(setting.rows):,} examples that the model has not learned from, "
        f"references of {options.reference:,}"
    )
    print(figures.rates_table(rates))
    for line in figures.ahead(rates):
        print(f"ahead of ours: {line}")
    if found.guesses:
        print(figures.errors_table(figures.errors(found.guesses)))
        shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in close.items())
        print(f"guessed to within {figures.MAX_POINTS_OFF:g} points: {shares}")
    print(f"holds: {holds}")
    return {
        "task": place.task,
        "examples": len(setting.rows),
        "view": setting.model or "fixed",
        "rates": [asdict(each) for each in rates],
        "accuracy": [each._asdict() for each in figures.errors(found.guesses)],
        "close": close,
        "holds": holds,
    }


def say(words: str) -> None:
    """Tells of progress."""
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Prints tables for each task, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", help=f"its name; {' and '.join(TASKS)} where it is left out")
    parser.add_argument("--run", type=Path, help="of the task, instead of the folder in runs/")
    parser.add_argument("--model", type=Path, help="a SavedModel, instead of the run's newest")
    parser.add_argument("--unseen", nargs=2, metavar=("CLASS", "MODEL"), help="see above")
    some = parser.add_mutually_exclusive_group()
    some.add_argument("--false-alarms", action="store_true", help="measure these only")
    some.add_argument("--only", metavar="SHIFT", help="an alteration, such as noise")
    parser.add_argument("--repeats", type=int, default=50, help="of each shift at each size")
    parser.add_argument("--evidently", type=int, default=5, help="so many of them; 0 for none")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of current examples")
    parser.add_argument("--reference", type=int, default=REFERENCE, help="its size")
    parser.add_argument("--processes", type=int, default=2, help="that work side by side")
    options = parser.parse_args()
    if not options.task and (options.run or options.model or options.unseen):
        parser.error("--run, --model and --unseen say what to take for one task; give --task")
    options.sizes = sorted(options.sizes)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

    places, found = [], []
    for task in [options.task] if options.task else TASKS:
        try:
            places.append(locate(options, task))
        except InputError as error:
            if options.task:
                raise
            print(f"skipped {task}: {error}")
            found.append({"task": task, "skipped": str(error)})
    evidently = find_evidently() if places and options.evidently else None
    found += [measure(options, place, evidently) for place in places]
    holds = all(all(each["holds"].values()) for each in found if "holds" in each)
    settings = {
        "repeats": options.repeats,
        "reference": options.reference,
        "sizes": options.sizes,
        "only": options.only,
    }
    print(json.dumps({"benchmark": BENCHMARK, **settings, "tasks": found, "holds": holds}))


def find_evidently() -> Path | None:
    """Returns the Python of Evidently's environment; None where it cannot be installed."""
    from _other_drift_tools import install_evidently

    try:
        return install_evidently()
    except RuntimeError as error:
        print(f"skipped Evidently: {error}")
        return None


if __name__ == "__main__":
    sys.exit(guarded(main))
