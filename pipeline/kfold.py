"""Trains a task once for each of K folds, and says how far a single accuracy can be trusted."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from components.errors import InputError
from components.example_gen.folds import MOST_FOLDS, check_number, fold_splits
from components.example_gen.layout import find_layout
from components.features import INGEST_REPORT
from components.files import write_whole
from pipeline.execute import Run, executed
from pipeline.home import Home, data_path
from pipeline.task import Task
from pipeline.terminal import shown
from pipeline.workplace import make_data

if TYPE_CHECKING:
    from tfx.orchestration.pipeline import Pipeline

    from components.evaluator.fold_summary import Fold, FoldSummary

RESULTS = "kfold.json"


def kfold(task: Task, folds: int) -> None:
    """Runs K trainings in `runs/<task>/kfold/`, writes `kfold.json` there, and prints it.

    Those that an earlier start has finished come from the cache.

    Raises:
      InputError: something that the user can mend.
      RunFailed: a node failed.
    """
    _check_folds(task, folds)

    def create(task: Task, home: Home) -> "Pipeline":
        from pipeline.kfold_dag import create_kfold_pipeline

        return create_kfold_pipeline(task, home, folds)

    with executed(task, create, task.home.kfold) as run:
        from components.evaluator.fold_summary import FoldSummary

        ingested, found = _outcome(task, run, folds)
        summary = FoldSummary(tuple(found))
        notes = list(_notes(task, ingested["ready_made_splits"]))
        target = run.home.root / RESULTS
        write_whole(target, _json(task, summary, notes))
        for line in (*_lines(task, summary, notes), *_where(run, target)):
            run.console.print(line)


def _check_folds(task: Task, folds: int) -> None:
    """Passes a number of folds, before anything heavy is imported or run."""
    if not 2 <= folds <= MOST_FOLDS:
        raise InputError(f"--folds = {folds}: it takes 2 to {MOST_FOLDS}")
    make_data(task)
    layout = find_layout(str(data_path(task.data.path)), task.data.kind)
    # How many rows of a table a class has, its ingest says.
    if not layout.tables:
        check_number(folds, Counter(str(file.label) for file in layout.files))


def _outcome(task: Task, run: Run, folds: int) -> "tuple[dict[str, Any], list[Fold]]":
    """Returns the report of the ingest, and what came of each fold."""
    from components.evaluator.fold_accuracy import EXAMPLES, RIGHT
    from components.evaluator.fold_summary import Fold
    from pipeline.kfold_dag import EVALUATOR, seed_of
    from pipeline.outputs import Outputs

    outputs = Outputs(run.home.metadata, run.executions)
    examples = outputs.find("ExampleGen", "examples")
    ingested = json.loads(Path(examples.uri, INGEST_REPORT).read_text())
    found = []
    for number in range(1, folds + 1):
        measured = outputs.find(EVALUATOR.format(number), "accuracy").custom_properties
        learned = (ingested["examples"][split] for split in fold_splits(folds, number).train)
        found.append(
            Fold(
                number=number,
                seed=seed_of(task, number),
                trained_on=sum(sum(classes.values()) for classes in learned),
                examples=measured[EXAMPLES].int_value,
                accuracy=measured[RIGHT].int_value / measured[EXAMPLES].int_value,
            )
        )
    return ingested, found


def _notes(task: Task, ready_made: Sequence[str]) -> Iterator[str]:
    """Yields what sets these trainings apart from a run of the task."""
    if ready_made:
        yield (
            f"the ready-made splits ({', '.join(ready_made)}) are pooled: relatives that they keep "
            "apart may meet, and make the folds easier than the task's own test"
        )
    if task.training.warm_start:
        yield "warm_start is left out: the model in service may have learned from what is held out"
    if task.tuning:
        yield "tuning is left out: the training takes its values as they stand in the task"


def _json(task: Task, summary: "FoldSummary", notes: Sequence[str]) -> str:
    results: Mapping[str, Any] = {
        "task": task.name,
        "folds": [asdict(fold) for fold in summary.folds],
        "mean": summary.mean,
        "spread": summary.spread,
        "sampling_spread": summary.sampling,
        "standard_error": summary.standard_error,
        "chance_difference": summary.difference,
        "max_accuracy_drop": task.evaluation.max_accuracy_drop,
        "notes": list(notes),
    }
    return json.dumps(results, indent=2) + "\n"


def _lines(task: Task, summary: "FoldSummary", notes: Sequence[str]) -> Iterator[str]:
    """Yields what the terminal shows of the results, in rich's markup."""
    folds = summary.folds
    accuracies = [fold.accuracy for fold in folds]
    total = sum(fold.examples for fold in folds)
    yield f"\n[bold]{len(folds)} FOLDS[/]  {task.name}, {total:,} examples"
    yield f"[dim]{'fold':>6}  {'accuracy':>8}  {'examples':>8}  {'trained on':>10}  {'seed':>6}[/]"
    for fold in folds:
        figures = f"{fold.accuracy:>8.4f}  {fold.examples:>8,}  {fold.trained_on:>10,}"
        yield f"{fold.number:>6}  {figures}  {fold.seed:>6}"
    yield (
        f"mean     {summary.mean:.4f}, with a standard error of {summary.standard_error:.4f}: an "
        "estimate, as trainings that share examples are not independent"
    )
    yield (
        f"spread   {summary.spread:.4f} (standard deviation), from {min(accuracies):.4f} to "
        f"{max(accuracies):.4f}; a fold's choice of examples alone makes {summary.sampling:.4f}"
    )
    yield f"margin   {_hint(task.evaluation.max_accuracy_drop, summary.difference)}"
    for note in notes:
        yield f"note     {escape(note)}"


def _hint(margin: float, difference: float) -> str:
    within = "within that: equally good models may be turned down"
    beyond = "beyond that: what it turns down is worse by more than chance"
    return (
        f"two equally good models differ by up to {difference:.4f} by chance, less on the same "
        f"examples; Evaluation.max_accuracy_drop = {margin:g} is "
        f"{within if margin < difference else beyond}"
    )


def _where(run: Run, target: Path) -> Iterator[str]:
    yield f"results  {shown(target)}"
    yield f"log      {shown(run.log)}"
    yield f"time     {run.progress.total}"
