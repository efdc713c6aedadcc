"""Pushes a blessed model to the serving folder, whole or not at all.

Under Kubeflow's launcher the version is an output that the launcher copies to the serving folder.

TFX's own executor copies straight into the folder that TensorFlow Serving watches, and skips the
push without a word where a version of the same second exists. Everything else is as there.
"""

import logging
from typing import Any

from tfx.components.pusher import executor
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.types.artifact import Artifact
from tfx.utils import io_utils, path_utils, proto_utils

from components.atomic_push import push
from components.blessing import DECIDED
from components.mounts import is_mounted, to_local

progress = logging.getLogger("progress")


class Executor(executor.Executor):
    """TFX's Pusher to a file system, with `components.atomic_push` for the copy."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Pushes `model` if `model_blessing` and `infra_blessing`, where given, say so.

        Sets the custom properties `pushed` (0 or 1), `pushed_destination` (the version's path) and
        `pushed_version` of the output `pushed_model`, and copies the model there, too.

        Raises:
          InputError: the serving folder cannot be written.
          NotImplementedError: the push destination is no folder.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        pushed_model = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.PUSHED_MODEL_KEY]
        )
        if not self.CheckBlessing(input_dict):
            self._MarkNotPushed(pushed_model)
            progress.info("not pushed: the model is not blessed, or cannot be served")
            return
        destination = pusher_pb2.PushDestination()
        proto_utils.json_to_proto(
            exec_properties[standard_component_specs.PUSH_DESTINATION_KEY], destination
        )
        if not destination.HasField("filesystem"):
            raise NotImplementedError("only `filesystem` is supported as a push destination")
        model_path = self._model_path(input_dict)
        base = destination.filesystem.base_directory
        if is_mounted(base):
            version = str(_decided(input_dict))
            version_path = f"{base}/{version}"
            # The launcher copies an output to its URI, wherever that is.
            pushed_model.uri = to_local(version_path)
        else:
            version_path = push(model_path, base)
            version = version_path.rpartition("/")[2]
        io_utils.copy_dir(model_path, pushed_model.uri)
        self._MarkPushed(pushed_model, pushed_destination=version_path, pushed_version=version)
        progress.info("pushed version %s", version)

    def _model_path(self, input_dict: dict[str, list[Artifact]]) -> str:
        """Returns the model with warm-up requests, where there is one.

        TFX takes that one only where the Pusher isn't given the model itself, without which
        nothing would tell what a pushed version was made from.
        """
        given = input_dict.get(standard_component_specs.INFRA_BLESSING_KEY)
        blessing = artifact_utils.get_single_instance(given) if given else None
        if blessing and blessing.get_int_custom_property("has_model"):
            return path_utils.stamped_model_path(blessing.uri)
        return self.GetModelPath(input_dict)


def _decided(input_dict: dict[str, list[Artifact]]) -> int:
    """Returns the version for a model: a retry of this node pushes the same once more."""
    blessing = artifact_utils.get_single_instance(
        input_dict[standard_component_specs.MODEL_BLESSING_KEY]
    )
    return blessing.get_int_custom_property(DECIDED)


executor_class_spec = ExecutorClassSpec(Executor)
