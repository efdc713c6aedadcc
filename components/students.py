"""The smaller networks that a run trains, for those that make them and those that convert them."""

from tfx.types.artifact import Artifact


class Students(Artifact):
    """One SavedModel a student, `<name>/`, each with a `student.json`; empty if none was pushed.

    No `Model`, so that a resolver never takes it for a baseline.
    """

    TYPE_NAME = "Students"
