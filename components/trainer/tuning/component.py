"""TFX's Tuner, with a search that outlives its execution and an account of every trial."""

import json
import os
from typing import Any

import tensorflow as tf
from tfx.components import Tuner as TFXTuner
from tfx.components.tuner import executor as tfx_executor
from tfx.dsl.components.base.base_executor import BaseExecutor
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import artifact_utils
from tfx.types import standard_component_specs as keys
from tfx.types.artifact import Artifact

TRIALS = "trials.json"
"""In the artifact of the tuner's results: the values and the score of each trial, best first."""


class Executor(BaseExecutor):
    """TFX's executor, but for where the search keeps its state, and for `TRIALS`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Searches, and writes what was found. See `tuner_fn` for what it raises."""
        results = artifact_utils.get_single_uri(output_dict[keys.TUNER_RESULTS_KEY])
        # TFX gives a node that is started again a new execution and new folders; the one above
        # `tuner_results/<execution>` stays.
        node = os.path.dirname(os.path.dirname(results.rstrip("/")))
        search = tfx_executor.search(input_dict, exec_properties, node, print_tuning_summary=False)
        tfx_executor.write_best_hyperparameters(search, output_dict)
        with tf.io.gfile.GFile(f"{results}/{TRIALS}", "w") as file:
            file.write(json.dumps(search.report(), indent=2) + "\n")
        search.discard()


class Tuner(TFXTuner):
    """TFX's Tuner."""

    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
