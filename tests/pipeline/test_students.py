"""Smaller models as a task asks for them, and where they are trained in the DAG."""

import json

import pytest

from components.errors import InputError
from pipeline.dag import create_pipeline
from pipeline.task import Model, Pruning, Student

HALF = Student(name="half", model=Model(name="residual_cnn", options={"width": 16}), epochs=2)


def nodes(task):
    return {node.id: node for node in create_pipeline(task, task.home).components}


def test_a_task_without_students_has_the_dag_that_it_had(image_task):
    """No node, and not one that does nothing."""
    plain = nodes(image_task)
    taught = nodes(image_task.replace(students=(HALF,)))
    assert taught.keys() - plain.keys() == {"StudentTrainer"}


def test_students_are_trained_after_the_push_by_the_model_of_this_run(image_task):
    """The node has what the task says, and the teacher that the Trainer has left."""
    found = nodes(image_task.replace(students=(HALF, Pruning(sparsity=0.5)), seed=3))
    node = found["StudentTrainer"]
    assert {"Trainer", "Pusher", "Transform"} <= {each.id for each in node.upstream_nodes}
    half, pruned = json.loads(node.exec_properties["settings"])
    assert (half["name"], half["kind"], half["epochs"]) == ("half", "distilled", 2)
    assert half["model"] == {"name": "residual_cnn", "options": {"width": 16}}
    assert (pruned["name"], pruned["kind"], pruned["sparsity"]) == ("pruned", "pruned", 0.5)
    assert node.exec_properties["seed"] == 3


@pytest.mark.parametrize(
    ("students", "words"),
    [
        ((HALF, HALF), "students: 2 are called 'half'"),
        ((Student(name="words", model=Model(name="text_cnn")),), "'words': text_cnn takes text"),
        ((Model(name="text_cnn"),), "Task.students"),
        ((Pruning(name="served"),), "'served' is what the pushed model itself is called"),
    ],
)
def test_students_that_cannot_be_are_refused_with_their_name(image_task, students, words):
    """Folders are called after them, and they see what the task's data are."""
    with pytest.raises(InputError, match=words):
        image_task.replace(students=students)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (Pruning, {"sparsity": 1.0}, "Pruning.sparsity = 1.0: Input should be less than 1"),
        (Student, {"name": "x", "temperature": 0.0}, "Student.temperature = 0.0"),
        (Student, {"name": "a/b", "model": Model(name="text_cnn")}, "Student.name = 'a/b'"),
    ],
)
def test_values_that_make_no_sense_are_refused(kind, fields, words):
    """All weights zero, a temperature of zero, a name that is no folder's."""
    with pytest.raises(InputError, match=words):
        kind(**fields)
