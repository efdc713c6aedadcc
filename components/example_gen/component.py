"""The component: images or texts in, Examples out."""

import json
from collections.abc import Mapping
from typing import Any

from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import BaseChannel, Channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.artifacts import RawData
from components.example_gen.driver import Driver
from components.example_gen.executor import Executor
from components.source_hash import source_hash


class ExampleGenSpec(ComponentSpec):
    """What the node takes and makes; settings are JSON."""

    PARAMETERS = {
        "data": ExecutionParameter(type=str),
        "split": ExecutionParameter(type=str),
        "code": ExecutionParameter(type=str),
    }
    INPUTS = {"source": ChannelParameter(type=RawData, optional=True)}
    OUTPUTS = {"examples": ChannelParameter(type=standard_artifacts.Examples)}


class ExampleGen(BaseBeamComponent):
    """Ingests the newest span of a folder of images or texts, or of tables of texts."""

    SPEC_CLASS = ExampleGenSpec
    EXECUTOR_SPEC = BeamExecutorSpec(Executor)
    DRIVER_CLASS = Driver

    def __init__(
        self, data: Mapping[str, Any], split: Mapping[str, int], source: BaseChannel | None = None
    ) -> None:
        """Makes the node.

        Args:
          data: fields of `ImageData` or `TextData`, with an absolute `path`.
          split: per cent of train, eval and test, where no splits come ready-made; or the shares of
            folds, for which ready-made splits are pooled.
          source: channel of the `RawData` to read, where the path is not to be read itself.
        """
        super().__init__(
            ExampleGenSpec(
                data=json.dumps(dict(data), sort_keys=True),
                split=json.dumps(dict(split)),
                code=source_hash("components.example_gen.executor"),
                source=source,
                examples=Channel(type=standard_artifacts.Examples),
            )
        )
