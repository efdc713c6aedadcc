"""Finds out at the start of a run which input there is, for the key of TFX's cache."""

import copy
import json

from tfx.components.example_gen.utils import FINGERPRINT_PROPERTY_NAME, SPAN_PROPERTY_NAME
from tfx.dsl.components.base import base_driver
from tfx.orchestration.metadata import Metadata
from tfx.orchestration.portable import base_driver as portable_base_driver
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.proto.orchestration.driver_output_pb2 import DriverOutput

from components.example_gen.fingerprint import fingerprint
from components.example_gen.layout import find_layout


class Driver(base_driver.BaseDriver, portable_base_driver.BaseDriver):
    """Adds the newest span and the input's fingerprint to the execution's properties.

    So TFX's cache is used exactly while data, settings and code stay what they were.
    """

    def __init__(self, metadata_handle: Metadata) -> None:
        base_driver.BaseDriver.__init__(self, metadata_handle)
        portable_base_driver.BaseDriver.__init__(self, metadata_handle)

    def run(self, execution_info: ExecutionInfo) -> DriverOutput:
        """Returns the properties of the execution and of its output, with what was found.

        Raises:
          InputError: the input cannot be used, see `find_layout`.
        """
        data = json.loads(execution_info.exec_properties["data"])
        layout = find_layout(data["path"], data["kind"])
        mark = fingerprint(layout)
        examples = copy.deepcopy(execution_info.output_dict["examples"][0].mlmd_artifact)
        output = DriverOutput()
        for name, value in execution_info.exec_properties.items():
            output.exec_properties[name].string_value = value
        for properties in (output.exec_properties, examples.custom_properties):
            properties[SPAN_PROPERTY_NAME].int_value = layout.span
            properties[FINGERPRINT_PROPERTY_NAME].string_value = mark
        output.output_artifacts["examples"].artifacts.append(examples)
        return output
