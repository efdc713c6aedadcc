"""The compiled DAG of digits under KFP's own DockerRunner, in containers of the image.

Runs only where `PIPELINE_IMAGE` names an image, `PIPELINE_KFP_PYTHON` a Python that has `kfp` and
`docker`, and an engine listens where `DOCKER_HOST` says; `docs/image.md` has the recipe.

DockerRunner knows no object store, so a folder that every container sees takes its place.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from data import digits
from pipeline.kubeflow.compile import compile_pipeline
from pipeline.kubeflow.settings import Settings
from pipeline.load import load_task

IMAGE = os.environ.get("PIPELINE_IMAGE", "")
PYTHON = os.environ.get("PIPELINE_KFP_PYTHON", "")
OPTIONS = os.environ.get("PIPELINE_KFP_OPTIONS", "{}")
"""In JSON, what the engine gets with each container, such as `{"network_mode": "host"}`."""
STORE = "minio://mlpipeline/tasks"
RUNNER = Path(__file__).with_name("local_runner.py")

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]


def for_docker_runner(specification, store):
    """Returns a specification with a folder for the store, and importers as DockerRunner has them.

    It takes for granted that what an importer makes is called `artifact`; with TFX it is `result`.
    """
    spec = yaml.safe_load(specification.replace(STORE, str(store)))
    executors = spec["deploymentSpec"]["executors"]
    importers = set()
    for name, component in spec["components"].items():
        if "importer" in executors.get(component.get("executorLabel"), {}):
            importers.add(name)
            made = component["outputDefinitions"]["artifacts"]
            made["artifact"] = made.pop("result")
    for task in spec["root"]["dag"]["tasks"].values():
        for given in task.get("inputs", {}).get("artifacts", {}).values():
            if given["taskOutputArtifact"]["producerTask"] in importers:
                given["taskOutputArtifact"]["outputArtifactKey"] = "artifact"
    return yaml.safe_dump(spec)


@pytest.mark.skipif(not IMAGE, reason="PIPELINE_IMAGE names no image: see docs/image.md")
@pytest.mark.skipif(not PYTHON, reason="PIPELINE_KFP_PYTHON names no Python: see docs/image.md")
def test_the_whole_dag_runs_under_kfps_own_runner(tmp_path):
    """Its word is not enough: it has called containers that died a success."""
    settings = Settings(IMAGE, STORE)
    home = tmp_path / "store" / "digits"
    digits.write(home / "data")
    file = tmp_path / "digits.yaml"
    file.write_text(for_docker_runner(compile_pipeline(load_task("digits"), settings), home.parent))
    for folder in (tmp_path, home.parent, home):
        # The user in the containers is another one.
        folder.chmod(0o777)
    ended = subprocess.run(
        [PYTHON, RUNNER, file, tmp_path, json.dumps(json.loads(OPTIONS))],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout[-5000:]
    (served,) = (path for path in (home / "serving").iterdir() if path.name.isdigit())
    assert (served / "saved_model.pb").is_file()
    assert (served / "assets.extra" / "tf_serving_warmup_requests").is_file()
    assert (home / "tflite" / served.name / "model.tflite").is_file()
    assert any((home / "in_service" / served.name).iterdir())
