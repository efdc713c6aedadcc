"""TFX's Pusher, with an executor that pushes whole versions or none."""

from tfx.components import Pusher as TFXPusher
from tfx.proto.pusher_pb2 import PushDestination
from tfx.types import BaseChannel

from components.pusher import executor
from components.source_hash import source_hash


def Pusher(
    model: BaseChannel,
    model_blessing: BaseChannel,
    infra_blessing: BaseChannel,
    base_directory: str,
) -> TFXPusher:
    """Pushes a blessed model to `<base directory>/<version>/`.

    Args:
      model: the candidate.
      model_blessing: of the gate.
      infra_blessing: of the infra validator, with the model's warm-up requests.
      base_directory: the folder that a server watches.

    Returns:
      A node with the output `pushed_model`.
    """
    return TFXPusher(
        model=model,
        model_blessing=model_blessing,
        infra_blessing=infra_blessing,
        push_destination=PushDestination(
            filesystem=PushDestination.Filesystem(base_directory=base_directory)
        ),
        custom_executor_spec=executor.executor_class_spec,
        custom_config={"code": source_hash(executor.__name__)},
    )
