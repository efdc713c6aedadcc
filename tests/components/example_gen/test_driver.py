import json

import pytest
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.types.standard_artifacts import Examples

from components.errors import InputError
from components.example_gen.driver import Driver


@pytest.fixture
def drive(image_data):
    """Runs the driver as TFX's launcher does."""

    def run():
        settings = {"data": json.dumps(image_data), "split": "{}", "code": "0"}
        info = ExecutionInfo(exec_properties=settings, output_dict={"examples": [Examples()]})
        return Driver(None).run(info)

    return run


def test_the_newest_span_and_the_fingerprint_enter_the_cache_key(write, drive):
    """They are properties of the execution and of the artifact; the rest stays as it was."""
    for span in (3, 12):
        write(f"span-{span}/cat/a.png", b"one")
        write(f"span-{span}/dog/a.png", b"two")
    output = drive()
    artifact = output.output_artifacts["examples"].artifacts[0]
    assert output.exec_properties["split"].string_value == "{}"
    assert output.exec_properties["code"].string_value == "0"
    for properties in (output.exec_properties, artifact.custom_properties):
        assert properties["span"].int_value == 12
        assert properties["input_fingerprint"].string_value.startswith("content-")


def test_same_data_same_properties(write, drive):
    """Nothing but a change of the data changes what the driver returns."""
    write("cat/a.png", b"one")
    path = write("dog/a.png", b"two")
    first = drive()
    assert drive() == first
    path.write_bytes(b"six")
    assert drive() != first


def test_unusable_input_stops_before_the_executor(drive):
    """The driver lists the files, so it finds what is wrong with the layout."""
    with pytest.raises(InputError, match="is empty"):
        drive()
