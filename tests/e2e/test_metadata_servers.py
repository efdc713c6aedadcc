"""Whole runs with ML Metadata on PostgreSQL and on MariaDB, beside SQLite."""

import json
import re
import time
from collections import Counter

import pytest

from pipeline.home import METADATA_VARIABLE, Home
from pipeline.lineage import PIPELINE_CONTEXT
from pipeline.metadata.database import database_at
from tests.e2e.conftest import copy_project, finish
from tests.pipeline.metadata.servers import ESCAPED, PASSWORD, MariaDBServer, PostgreSQLServer

pytestmark = pytest.mark.e2e

TASKS = ("tiny_images", "tiny_texts")
CLASSES = {"0": "нуль", "1": "žluťoučký", "2": "猫 🐈", "3": "d'or \\ ñ"}
AWAY_SECONDS = 20


def make(root):
    """Returns a copy of the project in a folder, and with classes, of more than ASCII."""
    project = copy_project(root / "Prüfung 猫")
    for old, new in CLASSES.items():
        (project.root / "data/tiny_images" / old).rename(project.root / "data/tiny_images" / new)
    return project


def run_both(project):
    """Runs both tasks at the same time."""
    for task, process in [(task, project.start("run", task)) for task in TASKS]:
        outcome = finish(process)
        assert outcome.code == 0, outcome.output
        assert f"BLESSED  {task}" in outcome.output


def home_of(project, task, url=""):
    database = database_at(url, "") if url else None
    return Home(task, project.root / "runs", database=database)


class Told:
    """What ML Metadata tells of a task's runs, without numbers and times."""

    def __init__(self, home):
        self._home = home
        self.store = store = home.metadata.reader()
        self._context = store.get_context_by_type_and_name(PIPELINE_CONTEXT, home.pipeline)
        executions = store.get_executions_by_context(self._context.id)
        nodes = {execution.id: self._node(execution) for execution in executions}
        self.nodes = Counter(
            (nodes[each.id], each.last_known_state, self._properties(each)) for each in executions
        )
        artifacts = store.get_artifacts_by_context(self._context.id)
        made = {each.id: (each.type, each.name, self._told(each.uri)) for each in artifacts}
        self.artifacts = Counter(
            (*made[each.id], each.state, self._properties(each)) for each in artifacts
        )
        events = store.get_events_by_execution_ids(list(nodes))
        # What a task reads and is not its own would be no key here.
        self.events = Counter(
            (
                nodes[event.execution_id],
                event.type,
                tuple(step.key or step.index for step in event.path.steps),
                made[event.artifact_id],
            )
            for event in events
        )

    def _node(self, execution):
        contexts = self.store.get_contexts_by_execution(execution.id)
        assert Counter(each.type for each in contexts)[PIPELINE_CONTEXT] == 1
        return next(each.name for each in contexts if each.type == "node")

    def _properties(self, of):
        found = [
            (name, self._told(str(getattr(value, value.WhichOneof("value")))))
            for values in (of.properties, of.custom_properties)
            for name, value in values.items()
        ]
        return tuple(sorted(found))

    def _told(self, text):
        """Returns a text without where the task's files lie, numbers, and sums of contents."""
        for place in (self._home.artifacts, self._home.runs.parent):
            for shown in (str(place), json.dumps(str(place))[1:-1]):
                text = text.replace(shown, "…")
        return re.sub(r"[0-9a-f]{16,}|\d+(\.\d+)?(e-?\d+)?", "#", text)


def assert_same(told, expected):
    for what in ("nodes", "artifacts", "events"):
        found, wanted = getattr(told, what), getattr(expected, what)
        assert found - wanted == wanted - found == Counter(), what


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory):
    """What SQLite tells: of both tasks, and of one of them after a second run of it."""
    project = make(tmp_path_factory.mktemp("sqlite"))
    run_both(project)
    told = {task: Told(home_of(project, task)) for task in TASKS}
    project.edit("pipeline/tasks/tiny_images.py", "epochs=12", "epochs=13")
    outcome = project.run("run", "tiny_images")
    assert outcome.code == 0, outcome.output
    return told | {"again": Told(home_of(project, "tiny_images"))}


@pytest.fixture(scope="module", params=[PostgreSQLServer, MariaDBServer])
def server(request):
    with request.param.running() as running:
        yield running


@pytest.fixture(scope="module")
def shared(server, tmp_path_factory):
    """A copy of the project whose tasks share a database of the server, and its URL."""
    project = make(tmp_path_factory.mktemp("shared"))
    url = server.make("ml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(METADATA_VARIABLE, url)
        run_both(project)
        yield project, url


def test_two_tasks_that_share_a_server_have_the_lineage_of_sqlite(on_sqlite, shared):
    """Run at the same time; each has its own artifacts only."""
    project, url = shared
    told = {task: Told(home_of(project, task, url)) for task in TASKS}
    for task in TASKS:
        assert_same(told[task], on_sqlite[task])
    assert not list((project.root / "runs").rglob("metadata.sqlite"))
    store = told["tiny_images"].store
    for types in (store.get_artifact_types(), store.get_context_types()):
        assert set(Counter(each.name for each in types).values()) == {1}


def test_texts_of_any_language_are_kept(shared):
    project, url = shared
    told = Told(home_of(project, "tiny_images", url))
    data = json.dumps(str(project.root / "data/tiny_images"))
    kept = [each.custom_properties["data"].string_value for each in told.store.get_executions()]
    assert any(data in value for value in kept)
    assert any("Prüfung 猫" in each.uri for each in told.store.get_artifacts())


def test_a_server_that_is_away_for_20_s_costs_the_run_nothing_else(on_sqlite, shared, server):
    """Stopped while cached nodes follow each other, killed while the network is trained."""
    project, url = shared
    project.edit("pipeline/tasks/tiny_images.py", "epochs=12", "epochs=13")
    trained = set(project.root.glob("runs/tiny_images/artifacts/*/Trainer/model/*"))
    process = project.start("run", "tiny_images")
    said = ""
    while "✓ ExampleGen" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    away(server, server.stop)
    while set(project.root.glob("runs/tiny_images/artifacts/*/Trainer/model/*")) <= trained:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    away(server, server.kill)
    outcome = finish(process)
    assert outcome.code == 0, said + outcome.output
    log = max((project.root / "runs/tiny_images/logs").iterdir())
    assert f"INFO:progress:{home_of(project, '', url).metadata} was away for 2" in log.read_text()
    assert_same(Told(home_of(project, "tiny_images", url)), on_sqlite["again"])


def away(server, end):
    end()
    time.sleep(AWAY_SECONDS)
    server.start()


def test_a_run_without_its_server_does_not_begin(shared, server):
    project, url = shared
    server.stop()
    try:
        outcome = project.run("run", "tiny_images")
    finally:
        server.start()
    assert (outcome.code, outcome.nodes) == (2, {})
    assert outcome.output == f"error: {database_at(url, '')}: Connection refused\n"


def test_other_commands_read_the_tasks_own(shared):
    project, _ = shared
    outcome = project.run("versions", "tiny_texts")
    assert outcome.code == 0, outcome.output
    assert len(re.findall(r"\bblessed\b", outcome.output)) == 1, outcome.output
    outcome = project.run("drift", "tiny_texts", "--current", "data/tiny_texts.csv")
    assert outcome.code == 0, outcome.output
    assert "examples that the model in service has learned from, left out" in outcome.output


def test_the_password_is_nowhere(shared, server):
    """Neither in what runs left behind, logs included, nor in the database."""
    project, url = shared
    secrets = [text.encode() for text in (PASSWORD, ESCAPED, json.dumps(PASSWORD)[1:-1], url)]
    files = [path for path in project.root.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not any(secret in content for secret in secrets), path
    dumped = "".join(map(str, Told(home_of(project, "tiny_images", url)).store.get_executions()))
    assert dumped and PASSWORD not in dumped
