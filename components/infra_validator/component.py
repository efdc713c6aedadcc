"""The node before the Pusher: a model that a server cannot serve is not pushed.

TFX's own InfraValidator wants Docker, or a pod of Kubeflow Pipelines 1; TFX's compiler for version
2 refuses it. This one is a process beside the run, on a laptop and in the container of its node,
and its blessing is as that of TFX's.
"""

import json
import logging
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

from tfx.components.util.model_utils import is_model_blessed
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.standard_artifacts import Examples, InfraBlessing, Model, ModelBlessing
from tfx.utils import path_utils

from components.blessing import REASON
from components.examples import read_splits
from components.infra_validator.requests import (
    real_requests,
    warm_up_requests,
    write_warm_up,
)
from components.infra_validator.server import NotServable
from components.infra_validator.validate import Settings, validate
from components.source_hash import source_hash

SPLITS = ("test", "eval")
"""Where the requests' examples come from: the first of these splits that there is."""
ASKED = 100
"""Examples."""

progress = logging.getLogger("progress")


@component
def _infra_validator(
    model: InputArtifact[Model],
    examples: InputArtifact[Examples],
    model_blessing: InputArtifact[ModelBlessing],
    blessing: OutputArtifact[InfraBlessing],
    task: Parameter[str],
    settings: Parameter[str],
    largest_batch: Parameter[int],
    code: Parameter[str],
) -> None:
    reason = "the model is not blessed"
    if is_model_blessed(model_blessing):
        serialized = list(islice(read_splits(examples.uri, SPLITS), ASKED))
        stamped = Path(path_utils.stamped_model_path(blessing.uri))
        shutil.copytree(path_utils.serving_model_path(model.uri), stamped)
        write_warm_up(warm_up_requests(task, serialized, largest_batch), stamped)
        requests = real_requests(task, serialized)
        try:
            served = validate(task, stamped, requests, Settings(**json.loads(settings)))
        except NotServable as error:
            shutil.rmtree(stamped)
            reason = str(error)
            progress.info("not servable: %s", reason)
        else:
            reason = ""
            progress.info("%s", served)
    # As TFX's own does, for the Pusher and whoever else reads blessings.
    blessing.set_int_custom_property("blessed", int(not reason))
    blessing.set_int_custom_property("has_model", int(not reason))
    blessing.set_string_custom_property(REASON, reason)
    name = "INFRA_NOT_BLESSED" if reason else "INFRA_BLESSED"
    Path(blessing.uri, name).touch()


def InfraValidator(
    model: BaseChannel,
    examples: BaseChannel,
    model_blessing: BaseChannel,
    *,
    task: str,
    settings: dict[str, Any],
    largest_batch: int,
) -> BaseNode:
    """Serves a blessed model in a process of its own, with warm-up requests written into it.

    Args:
      model: the candidate.
      examples: raw, for the requests.
      model_blessing: of the gate; without one there is nothing to validate.
      task: the task's name, under which it is served.
      settings: the fields of `validate.Settings`.
      largest_batch: examples that the server computes at once.

    Returns:
      A node with the output `blessing`, which holds the model with its warm-up requests, and says
      in the custom property `reason` why it is no blessing.
    """
    return _infra_validator(
        model=model,
        examples=examples,
        model_blessing=model_blessing,
        task=task,
        settings=json.dumps(settings, sort_keys=True),
        largest_batch=largest_batch,
        code=source_hash(__name__),
    ).with_id("InfraValidator")
