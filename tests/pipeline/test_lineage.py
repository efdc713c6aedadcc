"""Tasks that share a database see their own artifacts only."""

import pytest
from tfx.dsl.compiler import constants

from components.artifact_names import EVALUATION_REPORT
from pipeline import lineage
from pipeline.home import Home
from pipeline.in_service import in_service
from pipeline.lineage import Lineage
from pipeline.metadata.sqlite import SqliteFile
from pipeline.releases.pushed import pushed_versions
from tests.pipeline.conftest import Past


@pytest.fixture
def shared(tmp_path):
    """Returns a function that makes the past of a task in a database that all of them share."""
    database = SqliteFile(tmp_path / "shared.sqlite")
    return lambda name: Past(Home(name, tmp_path / "runs", database=database))


def test_the_model_in_service_is_the_tasks_own(shared):
    """Both have pushed the same version, one a second; the newest of all is not the task's."""
    pets, birds = shared("pets"), shared("birds")
    pets.pushed(pets.examples(span=1, train=[b""]), "17")
    birds.pushed(birds.examples(span=2, train=[b""]), "17")
    birds.pushed(birds.examples(span=3, train=[b""]), "18")
    for past, version, span in ((pets, "17", 1), (birds, "18", 3)):
        found = in_service(past.home)
        assert (found.model, found.examples.span) == (past.home.serving / version, span)
    assert [(each.number, each.span) for each in pushed_versions(pets.home)] == [(17, 1)]
    assert [(each.number, each.span) for each in pushed_versions(birds.home)] == [(18, 3), (17, 2)]


def test_a_task_that_has_not_run_has_nothing_of_others(shared, tmp_path):
    pets = shared("pets")
    pets.made(EVALUATION_REPORT)
    others = Home("birds", tmp_path / "runs", database=pets.home.metadata)
    assert Lineage.of(others) is None
    assert in_service(others) == (None, None, "none is in service")
    assert len(Lineage.of(pets.home).artifacts(EVALUATION_REPORT)) == 1


def test_the_trainings_in_folds_are_not_the_tasks_own(shared, tmp_path):
    pets = shared("pets")
    folds = Past(pets.home.kfold)
    folds.examples(span=1, train=[b""])
    assert folds.home.metadata == pets.home.metadata
    assert Lineage.of(pets.home).artifacts("Examples") == []
    assert len(Lineage.of(folds.home).artifacts("Examples")) == 1


def test_the_context_is_called_as_tfx_calls_it():
    assert lineage.PIPELINE_CONTEXT == constants.PIPELINE_CONTEXT_TYPE_NAME
