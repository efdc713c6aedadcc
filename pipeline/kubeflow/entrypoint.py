"""What a container of open-source KFP runs: TFX's entry point, told what it expects to be told.

    python -m pipeline.kubeflow.entrypoint --executor_class_path … \\
        --json_serialized_invocation_args … --json_serialized_inputs_spec_args …
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from components.errors import InputError
from components.mounts import MOUNTED
from pipeline.options.beam import DATAFLOW_RUNNER

_INVOCATION = "--json_serialized_invocation_args"
_INPUTS_SPEC = "--json_serialized_inputs_spec_args"
BAD_INPUT = 2


def run(arguments: Sequence[str]) -> None:
    """Runs a node.

    Args:
      arguments: as the compiled specification has them, with KFP's ExecutorInput filled in.

    Raises:
      InputError: something that the user can mend.
      Exception: whatever else the node's executor raises.
    """
    # Dataflow's workers see no copy of this container; TFX reads and writes gs:// by itself.
    if f"--runner={DATAFLOW_RUNNER}" not in arguments:
        # Absent on a cluster: the mounts are at the root.
        os.environ.setdefault(MOUNTED, "")
    from tfx.dsl.io import fileio
    from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor

    from pipeline.kubeflow.early_end import GOES_ON, goes_on
    from pipeline.kubeflow.executor_io import for_kfp, for_tfx

    given = list(arguments)
    place = given.index(_INVOCATION) + 1
    spec = json.loads(given[given.index(_INPUTS_SPEC) + 1])
    told = json.loads(given[place])
    executor_input = for_tfx(told, spec)
    given[place] = json.dumps(executor_input)
    for output in executor_input["outputs"]["artifacts"].values():
        for artifact in output["artifacts"]:
            # KFP's launcher makes the folder above; TFX's on a laptop makes this one.
            fileio.makedirs(artifact["uri"])
    # TFX's own, which expects the program's name first.
    kubeflow_v2_run_executor.main(kubeflow_v2_run_executor._parse_flags(["tfx", *given]))
    output = Path(executor_input["outputs"]["outputFile"])
    made = for_kfp(json.loads(output.read_text(encoding="utf-8")))
    if GOES_ON in told["outputs"].get("parameters", {}):
        made["parameterValues"] = {GOES_ON: goes_on(made)}
    output.write_text(json.dumps(made), encoding="utf-8")


def main() -> int:
    """Returns 0 when the node is done, 2 where the user can mend it; else it raises."""
    try:
        run(sys.argv[1:])
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
