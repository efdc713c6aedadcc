"""Artifact types are found again by the name that Kubeflow keeps of them."""

import re
import subprocess
import sys

import pytest
from tfx.orchestration.kubeflow.v2.compiler_utils import get_artifact_schema
from tfx.types.artifact import Artifact
from tfx.utils.import_utils import import_class_by_path

import components
from components import artifacts

OWN = [
    each
    for each in vars(artifacts).values()
    if isinstance(each, type) and issubclass(each, Artifact) and each is not Artifact
]


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.__name__)
def test_a_type_is_imported_by_its_name(kind):
    assert import_class_by_path(kind.TYPE_NAME) is kind
    assert re.search(f"^title: {kind.TYPE_NAME}$", get_artifact_schema(kind), re.MULTILINE)


@pytest.mark.parametrize("name", ["NoSuchType", "no_such_module"])
def test_there_is_nothing_of_another_name(name):
    assert not hasattr(components, name)


def test_to_import_a_component_is_not_to_import_tfx():
    """Else every command would take seconds to begin."""
    code = "import sys, components.errors; sys.exit('tfx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
