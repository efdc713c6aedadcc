"""The build: what is pinned, what goes into it, and a script that says why it can't."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def lock(name):
    return (PROJECT / f"requirements{name}.lock").read_text()


def pinned(name):
    return dict(PIN.findall(lock(name)))


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_the_locks_pin_every_version_with_hashes_and_nothing_else(variant):
    """No index host, path, option or comment that would tie them to one machine."""
    hashes = r"( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.fullmatch(rf"([\w.-]+==[\w.+!]+{hashes})+", lock(f"-{variant}"))


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_the_image_has_the_versions_that_are_tested_and_none_of_the_tools(variant):
    tested, imaged = pinned(""), pinned(f"-{variant}")
    own = {name for name in imaged if name == "tensorflow-cpu" or name.startswith("nvidia-")}
    assert {name: imaged[name] for name in imaged.keys() - own}.items() <= tested.items()
    assert not imaged.keys() & {"pytest", "ruff", "uv", "kubernetes-validate"}


def test_the_variants_differ_in_what_is_for_gpus():
    cpu, gpu, tested = pinned("-cpu"), pinned("-gpu"), pinned("")["tensorflow"]
    assert cpu.pop("tensorflow-cpu") == gpu.pop("tensorflow") == tested
    assert gpu.items() >= cpu.items()
    assert {name.split("-")[0] for name in gpu.keys() - cpu.keys()} == {"nvidia"}


def test_every_package_of_this_project_is_copied_and_reaches_the_build():
    copied = set(re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.MULTILINE))
    assert copied >= {"components", "data", "pipeline", "serving", "schemas"}
    sent = (PROJECT / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in copied - {"data"}} | {"!data/*.py"} <= set(sent)
    assert "!data" not in sent and sent.index("*") < sent.index("!pipeline")


def test_the_container_starts_as_the_compiled_nodes_expect():
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.search(r"^WORKDIR /project$", last, re.MULTILINE)
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert "apt-get" not in last
    for mount in ("/gcs", "/minio", "/s3"):
        assert re.search(rf"mkdir --mode 1777 .*{mount}\b", last)


TOOLS = "bash cat dirname env git"
FAKE_ENGINE = """#!/bin/sh
[ "$1" = info ] && exit "${INFO:-0}"
echo "$(basename "$0")" "$@" >"$CALLS"
"""


class Builder:
    """The build script, with engines that only note down how they were called."""

    def __init__(self, folder):
        self.bin, self.calls = folder / "bin", folder / "calls"
        self.bin.mkdir()
        for tool in filter(shutil.which, [*TOOLS.split(), "basename"]):
            (self.bin / tool).symlink_to(shutil.which(tool))

    def engine(self, name):
        (self.bin / name).write_text(FAKE_ENGINE)
        (self.bin / name).chmod(0o755)

    def build(self, *arguments, **environment):
        """Returns the exit code, what was said, and how the engine was called."""
        ended = subprocess.run(
            [PROJECT / "scripts/image.sh", *arguments],
            env={
                **{"PATH": str(self.bin), "CALLS": str(self.calls), "HOME": os.environ["HOME"]},
                **{"IMAGE": "pipeline:1.0", "VARIANT": "cpu"},
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=30,
        )
        called = self.calls.read_text().split() if self.calls.exists() else []
        return ended.returncode, ended.stderr, called


@pytest.fixture
def builder(tmp_path):
    return Builder(tmp_path)


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_whichever_engine_is_there_builds(builder, engine):
    builder.engine(engine)
    code, _, called = builder.build("--network", "host", VARIANT="gpu")
    assert code == 0
    assert called[:4] == [engine, "build", "--tag", "pipeline:1.0"]
    assert called[-3:] == ["--network", "host", "."]
    assert "VARIANT=gpu" in called


def test_an_engine_can_be_chosen(builder):
    builder.engine("docker")
    builder.engine("podman")
    assert builder.build()[2][0] == "docker"
    assert builder.build(ENGINE="podman")[2][0] == "podman"


def test_without_an_engine_it_says_what_to_install(builder):
    code, said, called = builder.build()
    assert (code, called) == (1, [])
    assert "neither docker nor podman is here" in said and "apt install podman" in said
    assert "nerdctl is not here" in builder.build(ENGINE="nerdctl")[1]


def test_an_engine_whose_service_is_down_is_told_from_none(builder):
    builder.engine("docker")
    code, said, called = builder.build(INFO="1")
    assert (code, called) == (1, [])
    assert "found docker" in said and "Is its service running?" in said


def test_an_unknown_variant_is_refused_with_the_valid_ones(builder):
    builder.engine("docker")
    code, said, called = builder.build(VARIANT="tpu")
    assert (code, called) == (1, [])
    assert "VARIANT=tpu: valid: cpu, gpu" in said
