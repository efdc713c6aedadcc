"""The image itself: what is in it, and the compiled DAG of digits in containers of it.

Runs only where `PIPELINE_IMAGE` names an image and docker or podman has it; `docs/image.md` has the
recipe.
"""

import os
import shlex
import shutil
import subprocess

import pytest

from data import digits
from pipeline.kubeflow.compile import compile_pipeline
from pipeline.kubeflow.settings import Settings
from pipeline.load import load_task
from tests.image.containers import ContainerCluster, Image
from tests.pipeline.kubeflow.reenactment import NodeFailed

NAME = os.environ.get("PIPELINE_IMAGE", "")
OPTIONS = tuple(shlex.split(os.environ.get("PIPELINE_IMAGE_OPTIONS", "")))
"""How containers have to be started here, such as `--network host`."""
SETTINGS = Settings("registry.example.com/pipeline:1.0", "minio://mlpipeline/tasks")

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def image():
    """The image that `PIPELINE_IMAGE` names, with the engine that has it."""
    if not NAME:
        pytest.skip("PIPELINE_IMAGE names no image: see docs/image.md")
    for engine in filter(shutil.which, ("docker", "podman")):
        found = subprocess.run([engine, "image", "inspect", NAME], capture_output=True)
        if found.returncode == 0:
            return Image(NAME, engine, OPTIONS)
    pytest.skip(f"neither docker nor podman, or none that has {NAME}: see docs/image.md")


def test_the_user_has_a_number_and_is_not_root(image):
    """Kubernetes can't hold `runAsNonRoot` against a name."""
    user, group = image.configuration()["User"].split(":")
    assert int(user) > 0 and int(group) > 0


def test_nothing_of_where_it_was_built_is_in_its_settings(image):
    configuration = image.configuration()
    names = {setting.partition("=")[0] for setting in configuration["Env"]}
    assert names == {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED", "HOME", "USER"}
    assert {name for name in configuration["Labels"] if name.startswith("org.opencontainers.")} == {
        f"org.opencontainers.image.{name}"
        for name in ("title", "description", "licenses", "revision", "base.name")
    }


IN_PLACE = """
import getpass, importlib.util, os, pathlib, shutil, sys
for folder in ("/gcs/a/b", "/minio/a/b", "/s3/a/b", "/tmp/a", os.path.expanduser("~/.cache/a")):
    os.makedirs(folder)
    pathlib.Path(folder, "file").write_text("")
getpass.getuser()
for name in ("pytest", "ruff", "uv"):
    assert not importlib.util.find_spec(name), name
for tool in ("g++", "gcc", "ld"):
    assert not shutil.which(tool), tool
for folder in ("/root/.cache", "/root/.config", "/etc/uv", "/etc/pip.conf"):
    assert not os.access(folder, os.R_OK), folder
for folder in ("/opt/venv", "/project"):
    assert not os.access(folder, os.W_OK), folder
"""


@pytest.mark.parametrize("user", ["", "54321:54321", "54321:0"])
def test_any_user_can_write_where_the_launcher_writes_and_finds_no_tools(image, user):
    options = ["--user", user] if user else []
    ended = image.run(["python", "-c", IN_PLACE], "--rm", *options)
    assert ended.returncode == 0, ended.stdout


def test_everything_that_may_be_imported_can_be(image):
    """What the builder took away is missed by nothing of ours, nor of what it imports."""
    script = """
import importlib, pkgutil
import pipeline, components, serving, data
for package in (pipeline, components, serving, data):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""
    ended = image.run(["python", "-W", "ignore", "-c", script], "--rm")
    assert ended.returncode == 0, ended.stdout


def test_a_container_that_dies_is_a_node_that_failed(image, tmp_path):
    specification = compile_pipeline(load_task("digits"), SETTINGS)
    cluster = ContainerCluster(tmp_path, image=image)
    with pytest.raises(NodeFailed, match="No module named pipeline"):
        cluster.run(
            specification.replace("pipeline.kubeflow.entrypoint", "pipeline.kubeflow.missing")
        )


def test_the_whole_dag_runs_in_containers_and_a_killed_one_is_run_again(image, tmp_path):
    """What was made is what counts: an engine may call a container that died a success."""
    cluster = ContainerCluster(tmp_path, image=image, kill={"Trainer": 15})
    home = f"{SETTINGS.root}/digits"
    digits.write(cluster.object(f"{home}/data"))
    made = cluster.run(compile_pipeline(load_task("digits"), SETTINGS))
    assert cluster.attempts.count("Trainer") == 2

    without_files = {
        (node, name)
        for node, artifacts in made.items()
        for name, artifact in artifacts.items()
        if not any(path.is_file() for path in cluster.object(artifact["uri"]).rglob("*"))
        and not artifact["metadata"].get("absent")
    }
    # Nothing was recorded before, and TFX's own blessing decides nothing here.
    assert without_files == {("Evaluator", "blessing")}
    assert made["ModelGate"]["blessing"]["metadata"]["verdict"] == "blessed"
    assert made["Pusher"]["pushed_model"]["metadata"]["pushed"] == 1
    folders = {kind: cluster.object(f"{home}/{kind}") for kind in ("serving", "tflite")}
    (served,) = (path for path in folders["serving"].iterdir() if path.name.isdigit())
    assert (served / "saved_model.pb").is_file()
    assert (folders["tflite"] / served.name / "model.tflite").is_file()
    assert any(cluster.object(f"{home}/in_service/{served.name}").iterdir())
