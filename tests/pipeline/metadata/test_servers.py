"""ML Metadata on real servers: nothing is there twice, nothing is lost, nothing is mistaken."""

import logging
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from ml_metadata.errors import AlreadyExistsError, InternalError, NotFoundError
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto.metadata_store_pb2 import (
    Artifact,
    ArtifactType,
    Context,
    ContextType,
    Event,
    Execution,
    ExecutionType,
)

from components.errors import InputError
from pipeline.metadata.database import database_at
from pipeline.metadata.store import PatientStore
from tests.pipeline.metadata.servers import ESCAPED, PASSWORD

TEXTS = [
    "žluťoučký кот 猫 🐈 ß",
    "".join(map(chr, range(0x20, 0x250))),
    """a'b\\c"d%s $0 $1 ? \n\t \\' \\\\ '' E'x'""",
    "\ue05c\\\ue05cb\ue05ce",
    '{"text": "line\\nline", "name": "K\\u00e4se"}',
]

LOST = {
    "postgresql": "PostgreSQL metadata source error: server closed the connection unexpectedly",
    "mysql": "mysql_query failed: errno: Lost connection to MySQL server during query",
}
"""What ml-metadata's clients say."""


@pytest.fixture(scope="module")
def database(server):
    """A database that is made for these tests."""
    found = database_at(server.make("ml"), "")
    found.check()
    return found


@pytest.fixture
def store(server, database):
    """A store that waits for its server."""
    return PatientStore(database, patience=30)


class Node:
    """What TFX's launcher writes of a node, call by call."""

    def __init__(self, store, name):
        self.store = store
        self.type = f"{name}-{secrets.token_hex(4)}"
        self.artifact_type = store.put_artifact_type(ArtifactType(name=self.type))
        self.execution_type = store.put_execution_type(ExecutionType(name=self.type))
        context_type = store.put_context_type(ContextType(name="pipeline"))
        self.context = Context(type_id=context_type, name=self.type)
        (self.context.id,) = store.put_contexts([self.context])

    def register(self):
        """Returns the new execution, whose name is unique, as TFX makes it."""
        execution = Execution(type_id=self.execution_type, name=secrets.token_hex(16))
        execution.id = self._put(execution, [])[0]
        return execution

    def publish(self, execution, uri="out"):
        """Returns the ids of an execution, its output and its context."""
        (execution,) = self.store.get_executions_by_id([execution.id])
        execution.last_known_state = Execution.COMPLETE
        path = Event.Path(steps=[Event.Path.Step(key="model"), Event.Path.Step(index=0)])
        # TFX's outputs have no name and no id.
        output = Artifact(type_id=self.artifact_type, uri=uri, state=Artifact.LIVE)
        return self._put(execution, [(output, Event(type=Event.OUTPUT, path=path))])

    def _put(self, execution, outputs):
        return self.store.put_execution(
            execution,
            outputs,
            [self.context],
            reuse_context_if_already_exist=True,
            reuse_artifact_if_already_exist_by_external_id=True,
            force_reuse_context=True,
        )


def test_texts_come_back_as_they_were(store):
    """In values, names, keys and paths; what only looks alike is told apart."""
    for number, text in enumerate(TEXTS):
        kind = store.put_artifact_type(ArtifactType(name=f"kind {text}"[:90]))
        made = Artifact(type_id=kind, uri=f"/folder/{text}", name=f"name {text[:90]}")
        made.custom_properties["value"].string_value = text
        made.custom_properties[text[:90]].int_value = number
        (made_id,) = store.put_artifacts([made])
        (found,) = store.get_artifacts_by_id([made_id])
        assert (found.uri, found.name) == (made.uri, made.name)
        assert found.custom_properties == made.custom_properties
        assert [each.id for each in store.get_artifacts_by_uri(made.uri)] == [made_id]
        assert store.get_artifact_type(f"kind {text}"[:90]).id == kind


def test_what_differs_in_case_only_is_not_the_same(store):
    kind = store.put_artifact_type(ArtifactType(name="cases"))
    made = [Artifact(type_id=kind, uri=uri, name=uri) for uri in ("/Cat", "/cat", "/Çat")]
    for artifact in made:
        for name in ("Cat", "cat"):
            artifact.custom_properties[name].string_value = name
    ids = store.put_artifacts(made)
    assert len(set(ids)) == 3
    assert [each.id for each in store.get_artifacts_by_uri("/cat")] == [ids[1]]
    with pytest.raises(NotFoundError):
        store.get_artifact_type("CASES")


def cut(server):
    """Cuts the connections of a server's user, as a firewall may."""
    if server.scheme == "postgresql":
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tfx'")
    else:
        server.sql("KILL USER tfx")


def test_a_write_whose_answer_is_lost_is_not_done_twice(server, store, monkeypatch):
    """Each write is done, then reported as lost, then called again, and answers as if once."""
    node = Node(store, "Trainer")
    original = MetadataStore._call_method
    lost = []

    def lose(self, name, request, response):
        original(self, name, request, response)
        if name.startswith("Put") and name not in lost[-1:]:
            lost.append(name)
            raise InternalError(LOST[server.scheme])

    monkeypatch.setattr(MetadataStore, "_call_method", lose)
    execution = node.register()
    assert lost == ["PutExecution"]
    lost.clear()
    execution_id, (output,), (context,) = node.publish(execution)
    assert lost == ["PutExecution"]
    lost.clear()
    again = Context(type_id=store.get_context_type("pipeline").id, name=f"{node.type} new")
    (made,) = store.put_contexts([again])
    (alone,) = store.put_artifacts([Artifact(type_id=node.artifact_type, uri="alone")])
    (cached,) = store.get_executions_by_id([node.register().id])
    (known,) = store.get_artifacts_by_id([output])
    edge = (0, 0, Event(type=Event.OUTPUT))
    lost.clear()
    found = store.put_lineage_subgraph([cached], [known], [node.context], [edge])
    assert found == ([cached.id], [output], [context])
    monkeypatch.undo()
    assert (execution_id, context) == (execution.id, node.context.id)
    known = {each.id for each in store.get_executions_by_context(context)}
    assert known == {execution.id, cached.id}
    assert [each.id for each in store.get_artifacts_by_context(context)] == [output]
    assert {each.id for each in store.get_artifacts_by_type(node.type)} == {output, alone}
    (event,) = store.get_events_by_execution_ids([execution.id])
    assert [step.key or step.index for step in event.path.steps] == ["model", 0]
    assert store.get_context_by_type_and_name("pipeline", again.name).id == made


def test_what_is_there_already_stays_an_error(store):
    """Only after a lost answer it is taken for one's own."""
    node = Node(store, "Trainer")
    with pytest.raises(AlreadyExistsError):
        store.put_contexts([Context(type_id=node.context.type_id, name=node.context.name)])


def test_connections_that_are_cut_again_and_again_cost_nothing(server, store):
    node = Node(store, "Trainer")
    stopped = threading.Event()

    def disturb():
        while not stopped.wait(0.05):
            cut(server)

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        done = [node.publish(node.register(), f"out {number}") for number in range(40)]
    finally:
        stopped.set()
        thread.join()
    made = store.get_artifacts_by_type(node.type)
    assert Counter(each.uri for each in made) == {f"out {number}": 1 for number in range(40)}
    assert {each.id for each in made} == {output for _, (output,), _ in done}
    assert len(store.get_executions_by_type(node.type)) == 40


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_server_that_goes_away_is_waited_for(server, store, caplog, end):
    caplog.set_level(logging.INFO, "progress")
    node = Node(store, "Trainer")
    execution = node.register()
    getattr(server, end)()
    timer = threading.Timer(3, server.start)
    timer.start()
    start = time.monotonic()
    _, (output,), _ = node.publish(execution)
    timer.join()
    assert time.monotonic() - start >= 2.5
    assert [each.id for each in store.get_artifacts_by_type(node.type)] == [output]
    said = [each.getMessage() for each in caplog.records if each.name == "progress"]
    assert said[0].startswith(f"waiting for {store._server}, 0 s so far: Connection refused")
    assert said[-1].startswith(f"{store._server} was away for ")


def test_a_server_that_stays_away_is_named_after_the_patience(server, database):
    store = PatientStore(database, patience=2)
    node = Node(store, "Trainer")
    server.stop()
    start = time.monotonic()
    try:
        with pytest.raises(InputError, match=r"away for \d s: Connection refused$") as caught:
            node.register()
    finally:
        server.start()
    assert 2 <= time.monotonic() - start < 6
    assert str(caught.value).startswith(f"{database}: ")
    assert node.register().id


FIRST_RUN = """
import sys
from ml_metadata.proto.metadata_store_pb2 import ArtifactType, ContextType, ExecutionType
from pipeline.metadata.database import database_at
from pipeline.metadata.store import PatientStore

print("ready", flush=True)
sys.stdin.readline()
store = PatientStore(database_at(sys.argv[1], ""), patience=0)
print("ready", flush=True)
sys.stdin.readline()
for number in range(12):
    store.put_artifact_type(ArtifactType(name=f"type {number}"), can_add_fields=True)
    store.put_execution_type(ExecutionType(name=f"type {number}"))
    store.put_context_type(ContextType(name=f"type {number}"))
"""
"""Makes the tables, then the types."""


def test_first_runs_that_begin_at_the_same_time_make_everything_once(server):
    """On PostgreSQL, ml-metadata alone makes types twice."""
    url = server.make("together")
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_RUN, url],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    try:
        for _ in range(2):
            assert [run.stdout.readline() for run in runs] == ["ready\n"] * 3
            for run in runs:
                run.stdin.write("go\n")
                run.stdin.flush()
    finally:
        for run in runs:
            run.communicate()
    assert [run.returncode for run in runs] == [0, 0, 0]
    store = PatientStore(database_at(url, ""), patience=0)
    for types in (
        store.get_artifact_types(),
        store.get_execution_types(),
        store.get_context_types(),
    ):
        names = Counter(each.name for each in types)
        assert set(names.values()) == {1}
        assert names.keys() >= {f"type {number}" for number in range(12)}


@pytest.mark.parametrize(
    ("old", "new", "postgresql", "mysql"),
    [
        ("/ml", "/none", 'database "none" does not exist; make it: ', "Access denied for user"),
        (ESCAPED, "wrong", 'password authentication failed for user "tfx"', "lets 'tfx' not in"),
        ("tfx", "no", 'password authentication failed for user "no"', "lets 'no' not in"),
        ("127.0.0.1", "no.invalid", "Name or service not known", "Name or service not known"),
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_used_is_named_early(
    server, database, capfd, old, new, postgresql, mysql
):
    url = server.url("ml").replace(old, new)
    with pytest.raises(InputError) as caught:
        database_at(url, "").check()
    message = str(caught.value)
    assert (postgresql if server.scheme == "postgresql" else mysql) in message
    assert str(database_at(url, "")) in message
    assert not {PASSWORD, ESCAPED, "wrong"} & {*message.split()}
    assert capfd.readouterr() == ("", "")


def test_nobody_there_is_named_early(server):
    url = server.url("ml").replace(str(server.port), "1")
    with pytest.raises(InputError, match=r"://tfx@127\.0\.0\.1:1/ml: Connection refused$"):
        database_at(url, "").check()


def test_a_backup_brings_everything_back(server, store):
    node = Node(store, "Trainer")
    execution, _, _ = node.publish(node.register(), TEXTS[0] + TEXTS[2])
    url = server.make("back")
    server.copy("ml", "back")
    back = PatientStore(database_at(url, ""), patience=0)
    # No database promises an order.
    for listed in ("get_executions", "get_artifacts"):
        found, expected = (
            sorted(getattr(each, listed)(), key=lambda row: row.id) for each in (back, store)
        )
        assert found == expected
    assert back.get_events_by_execution_ids([execution]) == (
        store.get_events_by_execution_ids([execution])
    )
    assert Node(back, "Trainer").register().id > execution


def test_a_unix_socket_and_localhost_serve_as_well(server, database, store):
    node = Node(store, "Trainer")
    for url in (server.socket_url("ml"), server.url("ml").replace("127.0.0.1", "localhost")):
        there = PatientStore(database_at(url, ""), patience=0)
        assert there.get_artifact_type(node.type).id == node.artifact_type


def test_mysql_without_exact_comparisons_is_refused(server):
    if server.scheme != "mysql":
        pytest.skip("PostgreSQL compares exactly")
    url = server.make("loose", "CHARACTER SET utf8mb4")
    with pytest.raises(InputError, match="takes upper and lower case for the same; make the data"):
        database_at(url, "").check()
    exact = database_at(server.make("narrow", "CHARACTER SET latin1 COLLATE latin1_bin"), "")
    exact.check()
    test_texts_come_back_as_they_were(PatientStore(exact, patience=0))


def test_a_text_that_postgresqls_index_does_not_take_is_said(server, store):
    """All but texts without any repetition fit: PostgreSQL compresses what it indexes."""
    kind = store.put_artifact_type(ArtifactType(name="long"))
    long = Artifact(type_id=kind)
    long.custom_properties["value"].string_value = "a line of a schema\n" * 1000
    store.put_artifacts([long])
    long.custom_properties["value"].string_value = secrets.token_hex(8000)
    if server.scheme != "postgresql":
        store.put_artifacts([long])
        return
    with pytest.raises(InputError, match="DROP INDEX idx_artifact_property_string") as caught:
        store.put_artifacts([long])
    server.sql(str(caught.value).partition("remove it: ")[2], database="ml")
    store.put_artifacts([long])
