"""The node: what it trains, and what it leaves where it is killed or has nothing to do."""

import json
from pathlib import Path

import pytest
from tfx.types import Channel
from tfx.types.standard_artifacts import Examples, ModelRun, PushedModel, Schema, TransformGraph

from components.artifacts import Students
from components.trainer.students import component
from components.trainer.students.component import StudentTrainer

KINDS = (Examples, TransformGraph, Schema, ModelRun, PushedModel)
STUDENTS = [{"kind": "pruned", "name": "a"}, {"kind": "pruned", "name": "b"}]


def node(architecture="text_cnn", students=STUDENTS):
    channels = [Channel(type=kind) for kind in KINDS]
    return StudentTrainer(*channels, architecture=architecture, students=students, seed=1)


@pytest.fixture
def call(tmp_path):
    """Runs the node on artifacts in tmp_path, as an execution of some number."""

    def run(pushed, execution):
        made = {}
        for kind in (*KINDS, Students):
            made[kind] = kind()
            made[kind].uri = str(tmp_path / kind.TYPE_NAME)
        made[Examples].split_names = json.dumps(["train", "eval", "test"])
        made[PushedModel].set_int_custom_property("pushed", pushed)
        made[Students].uri = str(tmp_path / "StudentTrainer" / "students" / str(execution))
        Path(made[Schema].uri).mkdir(exist_ok=True)
        Path(made[Schema].uri, "schema.pbtxt").touch()
        type(node()).test_call(
            examples=made[Examples],
            transform_graph=made[TransformGraph],
            schema=made[Schema],
            model_run=made[ModelRun],
            pushed_model=made[PushedModel],
            students=made[Students],
            settings=json.dumps(STUDENTS),
            seed=1,
            code="1",
        )
        return Path(made[Students].uri)

    return run


def test_nothing_is_trained_where_the_model_was_not_pushed(call, monkeypatch):
    """The artifact is empty, and no example is read."""
    monkeypatch.setattr(component, "train_students", None)
    folder = call(pushed=0, execution=4)
    assert not folder.exists() or not list(folder.iterdir())


def test_what_is_finished_outlives_a_kill_and_is_handed_over_whole(call, monkeypatch, tmp_path):
    """Each student is trained once over both starts; afterwards nothing is left beside them."""
    trained = []

    def train_students(fn_args, model_run, students, seed, folder):
        assert fn_args.train_files == [str(tmp_path / "Examples" / "Split-train" / "*")]
        assert fn_args.eval_files == [str(tmp_path / "Examples" / "Split-eval" / "*")]
        assert fn_args.schema_path == str(tmp_path / "Schema" / "schema.pbtxt")
        assert model_run == str(tmp_path / "ModelRun")
        for student in students:
            target = Path(folder, student["name"])
            if target.exists():
                continue
            if student["name"] == "b" and not trained.count("killed"):
                trained.append("killed")
                raise KeyboardInterrupt
            trained.append(student["name"])
            target.mkdir(parents=True)
            (target / "student.json").write_text(json.dumps(student))

    monkeypatch.setattr(component, "train_students", train_students)
    with pytest.raises(KeyboardInterrupt):
        call(pushed=1, execution=4)
    folder = call(pushed=1, execution=5)
    assert trained == ["a", "killed", "b"]
    for student in STUDENTS:
        assert json.loads((folder / student["name"] / "student.json").read_text()) == student
    assert [path.name for path in (tmp_path / "StudentTrainer").iterdir()] == ["students"]


def test_the_node_runs_anew_where_an_architecture_that_it_uses_was_edited():
    """Its code is that of the teacher's and of every student's architecture."""
    distilled = {"kind": "distilled", "name": "c", "model": {"name": "residual_cnn"}}
    nodes = (node(), node("transfer"), node("transfer", [*STUDENTS, distilled]))
    assert len({each.exec_properties["code"] for each in nodes}) == 3
    assert nodes[0].id == "StudentTrainer"
    assert nodes[0].outputs["students"].type is Students
