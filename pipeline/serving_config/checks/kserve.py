"""The InferenceService: Knative's and KServe's own limits, and the pod in it."""

from collections.abc import Iterator
from typing import Any

from pipeline.serving_config.checks.pods import check_pod, config_files

Object = dict[str, Any]


def check_inference_service(
    file: str, service: Object, config_map: Object, model: str
) -> Iterator[str]:
    """Yields what KServe would refuse, or could not serve."""
    predictor = service["spec"]["predictor"]
    yield from (f"{file}: spec.predictor.{what}" for what in check_pod(predictor, model))
    percent = predictor.get("canaryTrafficPercent", 100)
    if not 1 <= percent <= 100:
        yield f"{file}: spec.predictor.canaryTrafficPercent = {percent}: valid: 1 to 100"
    if not 0 <= predictor["minReplicas"] <= predictor["maxReplicas"]:
        yield f"{file}: spec.predictor.minReplicas: valid: 0 to {predictor['maxReplicas']}"
    (server,) = predictor["containers"]
    if server["name"] != "kserve-container":
        yield f"{file}: spec.predictor.containers.name: valid: kserve-container"
    if len(server["ports"]) != 1:
        yield f"{file}: spec.predictor.containers.ports: valid: one; Knative takes no second"
    address = next((e["value"] for e in server["env"] if e["name"] == "STORAGE_URI"), "")
    version = address.rpartition("/")[2]
    if f"/{version} " not in server["command"][2]:
        yield f"{file}: STORAGE_URI = {address!r}: the server looks for another version"
    if f"--model_name={model}" not in server["args"]:
        yield f"{file}: args: valid: --model_name={model}"
    (mounted,) = (v["configMap"]["name"] for v in predictor["volumes"] if "configMap" in v)
    if mounted != config_map["metadata"]["name"]:
        yield f"{file}: spec.predictor.volumes: no ConfigMap is called {mounted!r}"
    for flag, path in config_files(server).items():
        if path.rpartition("/")[2] not in config_map["data"]:
            yield f"{file}: args: {flag}={path}: the ConfigMap has no such key"
