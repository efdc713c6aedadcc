"""Where things lie: the project, and what the runs of a task make."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.metadata.database import Database, database_at
from pipeline.metadata.sqlite import SqliteFile

PROJECT = Path(__file__).resolve().parent.parent
"""Holds `pipeline/tasks/`, `schemas/` and `data/`; relative paths in tasks start here."""

RUNS_VARIABLE = "PIPELINE_RUNS"
"""Environment variable that moves `runs/` elsewhere."""
METADATA_VARIABLE = "METADATA_URL"
"""Environment variable that names the database of ML Metadata, whatever tasks say."""


@dataclass(frozen=True)
class Home:
    """The folders of one task's runs."""

    task: str
    runs: Path
    aside: str = ""
    """Folder below the task's own, for runs that leave its models and metadata alone."""
    database: Database | None = None
    """That tasks share; None is a file of the task's own."""

    @classmethod
    def of(cls, task: str, metadata: str = "") -> "Home":
        """Returns the home of a task under `runs/`, or where PIPELINE_RUNS points.

        Args:
          task: its name.
          metadata: URL of its database, if it names one; METADATA_URL goes before it.

        Raises:
          InputError: the URL names no database.
        """
        runs = Path(os.environ.get(RUNS_VARIABLE) or PROJECT / "runs").resolve()
        url, source = os.environ.get(METADATA_VARIABLE), METADATA_VARIABLE
        if not url:
            url, source = metadata, "Task.metadata"
        return cls(task, runs, database=database_at(url, source) if url else None)

    @property
    def root(self) -> Path:
        """Everything that runs of the task make."""
        return self.runs / self.task / self.aside

    @property
    def artifacts(self) -> Path:
        """TFX's pipeline root: one folder a node.

        TFX calls what a node writes by a number that the database counts, so what another database
        knows would be overwritten in the same place.
        """
        return self.root / "artifacts" / self.metadata.folder

    @property
    def metadata(self) -> Database:
        """ML Metadata of these runs, and of others' where tasks share it."""
        return self.database or SqliteFile(self.root / "metadata.sqlite")

    @property
    def pipeline(self) -> str:
        """TFX's name for these runs, by which they are told from others in ML Metadata."""
        return f"{self.task}.{self.aside}" if self.aside else self.task

    @property
    def serving(self) -> Path:
        """Pushed SavedModels, one folder a version, as TF Serving expects them."""
        return self.root / "serving"

    @property
    def tflite(self) -> Path:
        """Pushed TFLite models, one folder a version."""
        return self.root / "tflite"

    @property
    def tuned(self) -> Path:
        """What the last search found."""
        return self.root / "tuned.txt"

    @property
    def drift(self) -> Path:
        """Drift reports made without a run, one folder each, and the timeline of the spans."""
        return self.root / "drift"

    @property
    def requests(self) -> Path:
        """Logged requests, TFRecords of PredictionLog."""
        return self.root / "requests"

    @property
    def feedback(self) -> Path:
        """Requests that were chosen to be labelled, and their labels, one folder a round."""
        return self.root / "feedback"

    @property
    def kfold(self) -> "Home":
        """The home of the trainings in folds."""
        return replace(self, aside="kfold")

    @property
    def logs(self) -> Path:
        """One log a run."""
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        """Held by a run while it goes on."""
        return self.root / ".lock"

    @property
    def schema(self) -> Path:
        """The reviewed schema, committed with the project."""
        return PROJECT / "schemas" / f"{self.task}.pbtxt"


def data_path(path: str) -> Path:
    """Returns a task's data path, made absolute from the project's root."""
    return (PROJECT / path).resolve()
