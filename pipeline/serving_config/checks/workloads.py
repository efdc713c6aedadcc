"""Kubernetes objects against each other: selectors, ports, names, bounds."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.serving_config.checks.pods import check_pod, config_files
from pipeline.serving_config.release import parse_models_config
from pipeline.serving_config.server_protos import METRICS_PATH

Object = dict[str, Any]


def check_workload(objects: Mapping[str, Object], model: str) -> Iterator[str]:
    """Yields what is wrong with one Deployment and the objects that are applied with it.

    Args:
      objects: by file.
      model: the name that clients ask for.
    """
    of_kind = {document["kind"]: (file, document) for file, document in objects.items()}
    deployment_file, deployment = of_kind["Deployment"]
    template = deployment["spec"]["template"]
    pod, labels = template["spec"], template["metadata"]["labels"]
    where = "spec.template.spec"
    complaints = [f"{where}.{what}" for what in check_pod(pod, model)]
    complaints += _deployment(deployment, of_kind)
    complaints += _config(pod, of_kind, model)
    yield from (f"{deployment_file}: {what}" for what in complaints)
    for kind, check in (
        ("Service", _service),
        ("HorizontalPodAutoscaler", _autoscaler),
        ("PodDisruptionBudget", _disruption_budget),
        ("NetworkPolicy", _network_policy),
    ):
        file, document = of_kind[kind]
        yield from (f"{file}: {what}" for what in check(document, deployment, labels, of_kind))


def check_service_monitor(file: str, monitor: Object, service: Object) -> Iterator[str]:
    """Yields what keeps a ServiceMonitor from finding a Service and its metrics."""
    yield from _selects(file, "spec.selector", monitor["spec"]["selector"]["matchLabels"], service)
    ports = [port["name"] for port in service["spec"]["ports"]]
    for endpoint in monitor["spec"]["endpoints"]:
        if endpoint["port"] not in ports:
            yield f"{file}: spec.endpoints.port = {endpoint['port']!r}: valid: {', '.join(ports)}"
        if endpoint["path"] != METRICS_PATH:
            yield f"{file}: spec.endpoints.path = {endpoint['path']!r}: valid: {METRICS_PATH}"


def _deployment(deployment: Object, of_kind: Mapping[str, tuple[str, Object]]) -> Iterator[str]:
    spec = deployment["spec"]
    pod = spec["template"]["spec"]
    matched = spec["selector"]["matchLabels"]
    if not matched.items() <= spec["template"]["metadata"]["labels"].items():
        yield f"spec.selector.matchLabels = {matched}: the template's labels are others"
    if "replicas" in spec:
        yield "spec.replicas: the HorizontalPodAutoscaler says how many there are; leave it out"
    rolling = spec["strategy"].get("rollingUpdate", {})
    if (rolling.get("maxUnavailable"), rolling.get("maxSurge", 0)) == (0, 0):
        yield "spec.strategy.rollingUpdate: with maxUnavailable = 0 it needs maxSurge of at least 1"
    account = of_kind["ServiceAccount"][1]["metadata"]["name"]
    if (named := pod.get("serviceAccountName")) != account:
        yield f"spec.template.spec.serviceAccountName = {named!r}: valid: {account}"
    for spread in pod.get("topologySpreadConstraints", []):
        if spread["labelSelector"]["matchLabels"] != matched:
            yield "spec.template.spec.topologySpreadConstraints: selects other pods"
    age, grace = _connection_ages(pod)
    if age + grace >= 1000 * pod["terminationGracePeriodSeconds"]:
        yield (
            "spec.template.spec.terminationGracePeriodSeconds = "
            f"{pod['terminationGracePeriodSeconds']}: valid: more than the "
            f"{(age + grace) / 1000:g} that a connection of gRPC lives"
        )


def _connection_ages(pod: Object) -> tuple[int, int]:
    """Returns the longest life of a connection and its grace, in milliseconds."""
    (server,) = pod["containers"]
    flag = next((a for a in server["args"] if a.startswith("--grpc_channel_arguments=")), "=")
    settings = dict(pair.split("=") for pair in flag.partition("=")[2].split(",") if pair)
    return (
        int(settings.get("grpc.max_connection_age_ms", 0)),
        int(settings.get("grpc.max_connection_age_grace_ms", 0)),
    )


def _config(pod: Object, of_kind: Mapping[str, tuple[str, Object]], model: str) -> Iterator[str]:
    file, config_map = of_kind["ConfigMap"]
    (server,) = pod["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in server["volumeMounts"]}
    named = set()
    for volume in pod["volumes"]:
        if "configMap" not in volume:
            continue
        name = volume["configMap"]["name"]
        if name != config_map["metadata"]["name"]:
            yield f"spec.template.spec.volumes: no ConfigMap is called {name!r}"
        for flag, path in config_files(server).items():
            folder, _, key = path.rpartition("/")
            named.add(key)
            if folder == mounts.get(volume["name"]) and key not in config_map["data"]:
                yield f"args: {flag}={path}: {file} has no key {key!r}"
    for key in sorted(config_map["data"].keys() - named):
        yield f"args: no flag names {key!r} of {file}"
    yield from _models(server, config_map["data"].get("models.config", ""), model)


def _models(server: Object, text: str, model: str) -> Iterator[str]:
    config = parse_models_config(text, "models.config")
    entries = {entry.name: entry for entry in config.model_config_list.config}
    if model not in entries:
        yield f"models.config: no model is called {model!r}"
        return
    entry = entries[model]
    loaded = set(entry.model_version_policy.specific.versions)
    for label, version in entry.version_labels.items():
        if version not in loaded:
            yield f"models.config: version_labels {label!r} = {version}: is not loaded"
    folders = [mount["mountPath"] for mount in server["volumeMounts"]]
    if entry.base_path not in folders:
        yield f"models.config: base_path = {entry.base_path!r}: nothing is mounted there"
    for name in ("startupProbe", "readinessProbe"):
        path = server.get(name, {}).get("httpGet", {}).get("path", "")
        label = path.removeprefix(f"/v1/models/{model}/labels/").partition("/")[0]
        if path and label not in entry.version_labels:
            yield f"{name}.httpGet.path = {path!r}: models.config has no label {label!r}"


def _service(
    service: Object, deployment: Object, labels: dict[str, str], _: object
) -> Iterator[str]:
    yield from _selects("", "spec.selector", service["spec"]["selector"], labels)
    (server,) = deployment["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in server["ports"]}
    for port in service["spec"]["ports"]:
        target = port.get("targetPort", port["port"])
        if target not in ports and target not in ports.values():
            yield f"spec.ports[{port['name']}].targetPort = {target!r}: valid: {', '.join(ports)}"


def _autoscaler(autoscaler: Object, deployment: Object, labels: object, _: object) -> Iterator[str]:
    spec = autoscaler["spec"]
    if not 1 <= spec["minReplicas"] <= spec["maxReplicas"]:
        yield f"spec.minReplicas = {spec['minReplicas']}: valid: 1 to {spec['maxReplicas']}"
    target = (spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"])
    if target != (deployment["kind"], deployment["metadata"]["name"]):
        yield f"spec.scaleTargetRef: there is no {' '.join(target)}"
    for metric in spec["metrics"]:
        share = metric["resource"]["target"]["averageUtilization"]
        if not 1 <= share <= 100:
            yield f"spec.metrics: averageUtilization = {share}: valid: 1 to 100"


def _disruption_budget(
    budget: Object,
    deployment: Object,
    labels: dict[str, str],
    of_kind: Mapping[str, tuple[str, Object]],
) -> Iterator[str]:
    spec = budget["spec"]
    yield from _selects("", "spec.selector", spec["selector"]["matchLabels"], labels)
    fewest = of_kind["HorizontalPodAutoscaler"][1]["spec"]["minReplicas"]
    allowed = spec.get("maxUnavailable", fewest - spec.get("minAvailable", 0))
    if allowed < 1:
        yield f"spec: lets no pod of {fewest} go, so no node could be drained"


def _network_policy(
    policy: Object, deployment: Object, labels: dict[str, str], _: object
) -> Iterator[str]:
    spec = policy["spec"]
    yield from _selects("", "spec.podSelector", spec["podSelector"]["matchLabels"], labels)
    pod = deployment["spec"]["template"]["spec"]
    (server,) = pod["containers"]
    served = {port["containerPort"] for port in server["ports"]}
    open_to = {port["port"] for rule in spec["ingress"] for port in rule["ports"]}
    for port in sorted(open_to ^ served):
        state = "open, but nothing listens" if port in open_to else "served, but closed to all"
        yield f"spec.ingress: port {port} is {state}"
    if any(not rule.get("from") for rule in spec["ingress"]):
        yield "spec.ingress: a rule without `from` lets everybody in"
    if bool(pod.get("initContainers")) is not bool(spec["egress"]):
        yield "spec.egress: valid: something where models are fetched, else nothing"
    if set(spec["policyTypes"]) != {"Ingress", "Egress"}:
        yield f"spec.policyTypes = {spec['policyTypes']}: valid: Ingress and Egress"


def _selects(
    file: str, field: str, selector: dict[str, str], target: dict[str, Any]
) -> Iterator[str]:
    labels = target["metadata"]["labels"] if "metadata" in target else target
    if not selector or not selector.items() <= labels.items():
        yield f"{f'{file}: ' if file else ''}{field} = {selector}: selects nothing"
