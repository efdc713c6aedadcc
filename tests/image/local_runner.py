"""Runs a compiled pipeline with KFP's own DockerRunner; for a Python that has `kfp` and `docker`.

    python local_runner.py SPECIFICATION PIPELINE_ROOT OPTIONS

OPTIONS, in JSON, go to the engine with every container.
"""

import json
import sys

from kfp import components, local

specification, pipeline_root, options = sys.argv[1:]
local.init(
    runner=local.DockerRunner(**json.loads(options)),
    pipeline_root=pipeline_root,
    raise_on_error=True,
)
components.load_component_from_file(specification)()
