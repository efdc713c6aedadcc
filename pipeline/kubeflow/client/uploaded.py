"""A compiled pipeline on the server: one pipeline a task, one version a content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipeline.kubeflow.client.errors import Refused
from pipeline.kubeflow.client.server import Server


@dataclass(frozen=True)
class Uploaded:
    """A version, and whether it was there before."""

    pipeline_id: str
    version_id: str
    version: str
    is_new: bool


def uploaded(server: Server, name: str, package: Path) -> Uploaded:
    """Returns the version whose content is that of a file; uploads it if there is none.

    The pipeline is created empty first: an upload that creates it would name its first version
    after the pipeline, not after the content.

    Args:
      server: to ask.
      name: of the pipeline.
      package: a compiled one, a .yaml file that is the same whenever the pipeline is.

    Raises:
      InputError: the server did not do it.
    """
    version_name = f"{name}-{hashlib.sha256(package.read_bytes()).hexdigest()[:12]}"
    pipeline = server.pipeline(name)
    if pipeline is None:
        try:
            pipeline = server.create_pipeline(name)
        except Refused as error:
            # Somebody was faster.
            pipeline = server.pipeline(name) if error.status == 409 else None
            if pipeline is None:
                raise
    version = server.version(pipeline.pipeline_id, version_name)
    if version:
        return Uploaded(pipeline.pipeline_id, version.pipeline_version_id, version_name, False)
    try:
        version = server.upload_version(pipeline.pipeline_id, version_name, package)
    except Refused as error:
        version = (
            server.version(pipeline.pipeline_id, version_name) if error.status == 409 else None
        )
        if version is None:
            raise
    return Uploaded(pipeline.pipeline_id, version.pipeline_version_id, version_name, True)
