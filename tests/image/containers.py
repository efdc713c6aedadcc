"""The re-enactment of Kubeflow Pipelines, its nodes in containers of the image.

`reenactment.py` starts a node as a process of this project. Here an engine starts it, in the image,
with nothing of this machine: the launcher's part inside is played by a shell, as whichever user the
container has, which copies what the node is given to `/minio`, makes the folders of its outputs and
then runs the command. What the node has made is copied out of the container that has ended.
"""

import json
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pipeline.kubeflow.reenactment import Cluster

_OUTPUTS = "/tmp/kfp_outputs"
_LAUNCHER = f'mkdir -p {_OUTPUTS} && cp -R /given/. /minio && exec "$@"'
_SECONDS = 900


@dataclass(frozen=True)
class Image:
    """An image, and how containers of it are started."""

    name: str
    engine: str
    """`docker` or `podman`."""
    options: tuple[str, ...] = ()
    """More options of the engine's `run`."""

    def run(
        self, command: Sequence[str], *more: str, seconds: float = _SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command in a container of the image.

        Args:
          command: What to run.
          *more: Options of the engine's `run`, beside those that all containers get.
          seconds: How long it may take.

        Raises:
          TimeoutExpired: it took longer; the container may still be there.
        """
        return subprocess.run(
            [self.engine, "run", *self.options, *more, self.name, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )

    def call(self, *arguments: str) -> str:
        """Returns what the engine says to something that it can do.

        Raises:
          CalledProcessError: it can't.
        """
        return subprocess.run(
            [self.engine, *arguments], check=True, capture_output=True, text=True
        ).stdout

    def configuration(self) -> dict:
        """Returns what the image says of itself."""
        return json.loads(self.call("image", "inspect", self.name))[0]["Config"]


@dataclass
class ContainerCluster(Cluster):
    """A cluster that starts every node in a container of its own."""

    image: Image | None = None
    user: str = "54321:54321"
    """Who runs the nodes; the image knows nobody of that number."""

    def _process(
        self, name: str, command: list[str], inside: Path, secrets: dict[str, str]
    ) -> tuple[int, str]:
        outputs = inside / "kfp_outputs"
        words = ["python", *(word.replace(str(outputs), _OUTPUTS) for word in command[1:])]
        container = f"node-{uuid.uuid4()}"
        given = inside / "minio"
        given.mkdir(exist_ok=True)
        options = [
            *("--name", container, "--user", self.user, "--volume", f"{given}:/given:ro"),
            *(word for pair in secrets.items() for word in ("--env", "=".join(pair))),
        ]
        try:
            ended = self.image.run(
                ["sh", "-c", _LAUNCHER, "launcher", *words],
                *options,
                seconds=self.kill.pop(name, _SECONDS),
            )
            if ended.returncode == 0:
                self.image.call("cp", f"{container}:/minio/.", str(given))
                self.image.call("cp", f"{container}:{_OUTPUTS}/.", str(outputs))
            return ended.returncode, ended.stdout
        except subprocess.TimeoutExpired as late:
            return -9, (late.stdout or b"").decode(errors="replace")
        finally:
            self.image.call("rm", "--force", container)
