"""Pods: security, amounts, probes, mounts, and the files that the server is told to read."""

from collections.abc import Iterator
from typing import Any

from pipeline.serving_config.quantity import amount

Pod = dict[str, Any]
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def check_pod(pod: Pod, model: str) -> Iterator[str]:
    """Yields what is wrong with a pod's `spec`, by field below it.

    Args:
      pod: the specification.
      model: that the probes are to ask for.
    """
    containers = {
        f"{group}[{container['name']}]": container
        for group in ("initContainers", "containers")
        for container in pod.get(group, [])
    }
    for where, container in containers.items():
        yield from (f"{where}.{what}" for what in _unpinned(container))
        yield from (f"{where}.{what}" for what in _amounts(container))
        yield from (f"{where}.{what}" for what in _privileges(container))
        yield from (f"{where}.{what}" for what in _mounts(container, pod))
        if where.startswith("containers"):
            yield from (f"{where}.{what}" for what in _probes(container, model))
    yield from _security(pod)
    mounted = {mount["name"] for c in containers.values() for mount in c.get("volumeMounts", [])}
    for volume in pod.get("volumes", []):
        if volume["name"] not in mounted:
            yield f"volumes[{volume['name']}]: no container mounts it"


def config_files(container: dict[str, Any]) -> dict[str, str]:
    """Returns the flags of a server that name files, and their paths."""
    flags = (argument.partition("=") for argument in container.get("args", []))
    return {flag: path for flag, _, path in flags if flag.endswith("_file")}


def _unpinned(container: dict[str, Any]) -> Iterator[str]:
    name, _, digest = container["image"].partition("@")
    if not digest and name.rpartition("/")[2].partition(":")[2] in ("", "latest"):
        yield f"image = {container['image']!r}: valid: NAME:TAG but for latest, or NAME@DIGEST"


def _amounts(container: dict[str, Any]) -> Iterator[str]:
    requests = container.get("resources", {}).get("requests", {})
    limits = container.get("resources", {}).get("limits", {})
    for resource in ("cpu", "memory"):
        if resource not in requests or resource not in limits:
            yield f"resources: {resource} must be both requested and limited"
    for resource in sorted(requests.keys() & limits.keys()):
        asked, most = amount(requests[resource]), amount(limits[resource])
        # Kubernetes has no half devices to lend.
        if asked > most or ("/" in resource and asked != most):
            valid = "at most" if "/" not in resource else "exactly"
            yield (
                f"resources.requests.{resource} = {requests[resource]!r}: valid: {valid} "
                f"limits.{resource} = {limits[resource]!r}"
            )


def _privileges(container: dict[str, Any]) -> Iterator[str]:
    """Yields what Pod Security `restricted` asks for and is not given, and a writable root."""
    context = container.get("securityContext", {})
    for field, valid in (
        ("allowPrivilegeEscalation", False),
        ("readOnlyRootFilesystem", True),
        ("runAsNonRoot", True),
    ):
        if context.get(field) is not valid:
            yield f"securityContext.{field} = {context.get(field)}: valid: {valid}"
    if context.get("privileged"):
        yield "securityContext.privileged = True: valid: False"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield f"securityContext.capabilities = {context.get('capabilities')}: valid: drop [ALL]"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "securityContext.seccompProfile: valid: type RuntimeDefault"


def _security(pod: Pod) -> Iterator[str]:
    context = pod.get("securityContext", {})
    users = [context.get("runAsUser")] + [
        container.get("securityContext", {}).get("runAsUser")
        for container in pod.get("initContainers", []) + pod["containers"]
    ]
    if 0 in users or not any(users):
        yield "securityContext.runAsUser: valid: a number above 0"
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield f"{field} = True: valid: False"


def _mounts(container: dict[str, Any], pod: Pod) -> Iterator[str]:
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    mounts = container.get("volumeMounts", [])
    paths = [mount["mountPath"] for mount in mounts]
    for mount in mounts:
        volume = volumes.get(mount["name"])
        if volume is None:
            yield f"volumeMounts[{mount['name']}]: no volume has this name"
        elif "emptyDir" not in volume and not mount.get("readOnly"):
            yield f"volumeMounts[{mount['name']}].readOnly = False: valid: True"
        if paths.count(mount["mountPath"]) > 1:
            yield f"volumeMounts[{mount['name']}].mountPath = {mount['mountPath']!r}: mounted twice"
    for flag, path in config_files(container).items():
        if not any(path.startswith(f"{folder}/") for folder in paths):
            yield f"args: {flag}={path}: nothing is mounted there"


def _probes(container: dict[str, Any], model: str) -> Iterator[str]:
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    arguments = container.get("args", [])
    for port in ports.values():
        if f"--rest_api_port={port}" not in arguments and f"--port={port}" not in arguments:
            yield f"ports: {port} is none that the server is told to listen on"
    for name in _PROBES:
        probe = container.get(name, {})
        asked = probe.get("httpGet") or probe.get("tcpSocket") or {}
        number = ports.get(asked.get("port"), asked.get("port"))
        if probe and number not in ports.values():
            yield f"{name}: port {asked.get('port')!r}: valid: {', '.join(ports)}"
        if "httpGet" in probe:
            if f"--rest_api_port={number}" not in arguments:
                yield f"{name}.httpGet.port = {asked['port']!r}: valid: that of REST"
            if not asked.get("path", "").startswith(f"/v1/models/{model}/"):
                yield f"{name}.httpGet.path = {asked.get('path')!r}: valid: /v1/models/{model}/…"
    if "readinessProbe" not in container:
        yield "readinessProbe: is required"
