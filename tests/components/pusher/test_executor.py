"""Claims about the Pusher executor."""

from pathlib import Path

import pytest
from tfx.proto import pusher_pb2
from tfx.types import standard_artifacts, standard_component_specs
from tfx.utils import import_utils, proto_utils

from components.pusher import executor
from components.pusher.executor import Executor, executor_class_spec
from components.source_hash import source_hash


@pytest.fixture
def model(tmp_path: Path) -> standard_artifacts.Model:
    serving = tmp_path / "model" / "Format-Serving"
    serving.mkdir(parents=True)
    (serving / "saved_model.pb").write_bytes(b"graph")
    artifact = standard_artifacts.Model()
    artifact.uri = str(tmp_path / "model")
    return artifact


def run(
    model, base: Path, blessed: int, pushed_uri: Path, infra_blessing=None
) -> standard_artifacts.PushedModel:
    blessing = standard_artifacts.ModelBlessing()
    blessing.set_int_custom_property("blessed", blessed)
    pushed = standard_artifacts.PushedModel()
    pushed.uri = str(pushed_uri)
    destination = pusher_pb2.PushDestination(
        filesystem=pusher_pb2.PushDestination.Filesystem(base_directory=str(base))
    )
    given = {
        standard_component_specs.MODEL_KEY: [model],
        standard_component_specs.MODEL_BLESSING_KEY: [blessing],
    }
    if infra_blessing:
        given[standard_component_specs.INFRA_BLESSING_KEY] = [infra_blessing]
    Executor().Do(
        given,
        {standard_component_specs.PUSHED_MODEL_KEY: [pushed]},
        {standard_component_specs.PUSH_DESTINATION_KEY: proto_utils.proto_to_json(destination)},
    )
    return pushed


def test_a_blessed_model_is_pushed_and_recorded(model, tmp_path):
    """The properties name the version, and the artifact holds a copy, as with TFX's executor."""
    pushed = run(model, tmp_path / "serving", 1, tmp_path / "pushed")
    (version,) = [p for p in (tmp_path / "serving").iterdir() if p.name.isdigit()]
    assert pushed.get_int_custom_property("pushed") == 1
    assert pushed.get_string_custom_property("pushed_version") == version.name
    assert pushed.get_string_custom_property("pushed_destination") == str(version)
    assert (version / "saved_model.pb").read_bytes() == b"graph"
    assert (tmp_path / "pushed" / "saved_model.pb").read_bytes() == b"graph"


def test_a_model_with_warm_up_requests_is_pushed_rather_than_without(model, tmp_path):
    """Though the Pusher is given the model itself, too, which tells what the version was."""
    infra = standard_artifacts.InfraBlessing()
    infra.uri = str(tmp_path / "infra")
    infra.set_int_custom_property("blessed", 1)
    infra.set_int_custom_property("has_model", 1)
    stamped = tmp_path / "infra" / "stamped_model"
    stamped.mkdir(parents=True)
    (stamped / "saved_model.pb").write_bytes(b"graph with requests")
    run(model, tmp_path / "serving", 1, tmp_path / "pushed", infra)
    (version,) = [p for p in (tmp_path / "serving").iterdir() if p.name.isdigit()]
    assert (version / "saved_model.pb").read_bytes() == b"graph with requests"


def test_a_blessed_model_that_cannot_be_served_is_not_pushed(model, tmp_path):
    infra = standard_artifacts.InfraBlessing()
    infra.set_int_custom_property("blessed", 0)
    pushed = run(model, tmp_path / "serving", 1, tmp_path / "pushed", infra)
    assert pushed.get_int_custom_property("pushed") == 0
    assert not (tmp_path / "serving").exists()


def test_a_run_that_was_killed_before_publishing_pushes_to_the_same_version(model, tmp_path):
    """The executor that runs again finds its push done, and records the same version."""
    first = run(model, tmp_path / "serving", 1, tmp_path / "pushed1")
    second = run(model, tmp_path / "serving", 1, tmp_path / "pushed2")
    key = "pushed_version"
    assert first.get_string_custom_property(key) == second.get_string_custom_property(key)


def test_a_model_that_is_not_blessed_leaves_the_folder_untouched(model, tmp_path):
    """Nothing is made or removed, not even the serving folder itself."""
    pushed = run(model, tmp_path / "serving", 0, tmp_path / "pushed")
    assert pushed.get_int_custom_property("pushed") == 0
    assert not pushed.has_custom_property("pushed_version")
    assert not (tmp_path / "serving").exists()

    leftover = tmp_path / "serving" / ".incoming-1"
    leftover.mkdir(parents=True)
    run(model, tmp_path / "serving", 0, tmp_path / "pushed")
    assert [p.name for p in (tmp_path / "serving").iterdir()] == [".incoming-1"]


def test_tfx_finds_the_executor_by_its_path():
    """A launcher in another process imports the class that the spec names."""
    assert import_utils.import_class_by_path(executor_class_spec.class_path) is Executor


def test_the_code_hash_covers_the_push_itself(monkeypatch):
    """Editing `atomic_push.py` changes the hash: it is among the hashed files."""
    read = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read.append(self.name) or read_bytes(self))
    assert len(source_hash(executor.__name__)) == 16
    assert {"executor.py", "atomic_push.py"} <= set(read)
