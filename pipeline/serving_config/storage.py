"""Where a cluster finds the versions of a model: a folder, bucket or claim that holds them all."""

import re
from dataclasses import dataclass
from typing import Literal

VALID = (
    "gs://BUCKET/PATH, s3://BUCKET/PATH, pvc://CLAIM/PATH, or the absolute path of a folder that "
    "every node has"
)


@dataclass(frozen=True)
class ObjectStore:
    """A prefix of a bucket; below it lies one folder a version."""

    scheme: Literal["gs", "s3"]
    bucket: str
    path: str

    def uri(self, version: int) -> str:
        """Returns the address of a version."""
        return f"{self.scheme}://{'/'.join(filter(None, (self.bucket, self.path, str(version))))}"


@dataclass(frozen=True)
class Claim:
    """A folder of a PersistentVolumeClaim; in it lies one folder a version."""

    name: str
    path: str

    def uri(self, version: int) -> str:
        """Returns the address of a version, as KServe takes it."""
        return f"pvc://{'/'.join(filter(None, (self.name, self.path, str(version))))}"


@dataclass(frozen=True)
class NodeFolder:
    """A folder of every node's own disk, for clusters of one machine such as kind and minikube."""

    path: str


Storage = ObjectStore | Claim | NodeFolder


def storage(address: str) -> Storage:
    """Reads an address.

    Raises:
      ValueError: it is none; the message says what is valid.
    """
    if re.fullmatch(r"/[^:]*", address) and ".." not in address.split("/"):
        return NodeFolder(address.rstrip("/") or "/")
    found = re.fullmatch(r"(gs|s3|pvc)://([a-z0-9][a-z0-9._-]*)(/[^:?#]*)?", address)
    path = ((found and found[3]) or "").strip("/")
    if found is None or ".." in path.split("/"):
        raise ValueError(f"{address!r} is no place for models; valid: {VALID}")
    scheme, name = found[1], found[2]
    return Claim(name, path) if scheme == "pvc" else ObjectStore(scheme, name, path)
