"""Where Kubeflow Pipelines' launcher puts what lies in an object store.

Before a node runs, open-source KFP copies its inputs to the local disk, and afterwards its outputs
back: `minio://bucket/path` is `/minio/bucket/path` meanwhile, `s3://` is `/s3/`, `gs://` is `/gcs/`
(`LocalPathForURI` in KFP's `component/util.go`). Elsewhere URIs are left as they are: on Vertex AI
and on a laptop, nodes read and write them by themselves.
"""

import os

MOUNTED = "KFP_MOUNTED"
"""Environment variable that is set where a launcher has done so: the folder above the mounts, which
is empty on a cluster, and a test's own elsewhere."""
_MOUNTS = {"minio://": "/minio/", "s3://": "/s3/", "gs://": "/gcs/"}


def is_mounted(uri: str) -> bool:
    """Returns whether a launcher copies what lies at a URI, so that nodes see copies alone."""
    return to_local(uri) != uri


def to_local(uri: str) -> str:
    """Returns where a node finds a URI."""
    above = os.environ.get(MOUNTED)
    for scheme, mount in _MOUNTS.items() if above is not None else ():
        if uri.startswith(scheme):
            return f"{above}{mount}{uri.removeprefix(scheme)}"
    return uri


def to_remote(path: str) -> str:
    """Returns the URI of what a node finds at a path."""
    above = os.environ.get(MOUNTED)
    for scheme, mount in _MOUNTS.items() if above is not None else ():
        if path.startswith(f"{above}{mount}"):
            return f"{scheme}{path.removeprefix(f'{above}{mount}')}"
    return path
