import json

from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types.standard_artifacts import Examples

from components.example_gen.component import ExampleGen
from components.example_gen.driver import Driver
from components.example_gen.executor import Executor
from components.source_hash import source_hash


def test_settings_are_parameters_of_the_node(image_data):
    """Data, split and code are in the cache key, whatever the order of the fields."""
    split = {"train": 70, "eval": 10, "test": 20}
    node = ExampleGen(data=image_data, split=split)
    assert json.loads(node.exec_properties["data"]) == image_data
    assert json.loads(node.exec_properties["split"]) == split
    assert node.exec_properties["code"] == source_hash("components.example_gen.executor")
    turned = ExampleGen(data=dict(reversed(image_data.items())), split=split)
    assert turned.exec_properties == node.exec_properties


def test_the_node_makes_examples_by_our_executor_and_driver(image_data):
    """The node is a Beam component with one output."""
    node = ExampleGen(data=image_data, split={"train": 70, "eval": 10, "test": 20})
    assert node.outputs["examples"].type is Examples
    assert isinstance(node.executor_spec, BeamExecutorSpec)
    assert node.executor_spec.executor_class is Executor
    assert node.driver_class is Driver
