"""Every check bites: one value of what was rendered is changed, and the complaint names it."""

import json

import pytest

from components.errors import InputError
from pipeline.options.serving import Serving
from pipeline.serving_config import render as render_module
from pipeline.serving_config.release import Release
from pipeline.serving_config.render import render

CPU = "kubernetes/cpu/deployment.yaml"
BASE = "kubernetes/base"
POD = ("spec", "template", "spec")
SERVER = (*POD, "containers", 0)
FETCH = (*POD, "initContainers", 0)
KSERVE = "kserve/inference-service.yaml"
PREDICTOR = ("spec", "predictor")
ALERTS = "prometheus/alerts.yml"


def case(file, path, value, complaint):
    name = f"{file.rpartition('/')[2]} {'.'.join(map(str, path))} = {value}"
    return pytest.param(file, path, value, complaint, id=name)


@pytest.mark.parametrize(
    ("file", "path", "value", "complaint"),
    [
        # Pods: what runs, as whom, with how much.
        case(CPU, (*SERVER, "image"), "tensorflow/serving", "image = 'tensorflow/serving'"),
        case(CPU, (*FETCH, "image"), "rclone/rclone:latest", "initContainers[fetch-3].image"),
        case(CPU, (*SERVER, "resources", "limits"), {}, "cpu must be both requested and limited"),
        case(CPU, (*SERVER, "resources", "requests", "cpu"), "3", "requests.cpu = '3'"),
        case(CPU, (*FETCH, "resources", "requests", "memory"), "1Gi", "at most limits.memory"),
        case(CPU, (*SERVER, "securityContext", "readOnlyRootFilesystem"), False, "valid: True"),
        case(CPU, (*SERVER, "securityContext", "allowPrivilegeEscalation"), None, "valid: False"),
        case(CPU, (*SERVER, "securityContext", "runAsNonRoot"), None, "runAsNonRoot = None"),
        case(CPU, (*SERVER, "securityContext", "privileged"), True, "privileged = True"),
        case(CPU, (*FETCH, "securityContext", "capabilities"), {}, "valid: drop [ALL]"),
        case(CPU, (*FETCH, "securityContext", "seccompProfile"), None, "type RuntimeDefault"),
        case(CPU, (*POD, "securityContext", "runAsUser"), 0, "runAsUser: valid: a number above 0"),
        case(CPU, (*POD, "securityContext", "runAsUser"), None, "runAsUser: valid"),
        case(CPU, (*POD, "hostNetwork"), True, "hostNetwork = True"),
        # Pods: what is mounted, and whether the server finds it.
        case(CPU, (*POD, "volumes", 2), None, "volumeMounts[scratch]: no volume has this name"),
        case(CPU, (*POD, "volumes", 0, "name"), "m", "volumes[m]: no container mounts it"),
        case(CPU, (*SERVER, "volumeMounts", 1, "readOnly"), None, "[config].readOnly = False"),
        case(CPU, (*SERVER, "volumeMounts", 1, "mountPath"), "/tmp", "mounted twice"),
        case(CPU, (*SERVER, "volumeMounts", 1, "mountPath"), "/etc", "nothing is mounted there"),
        case(CPU, (*SERVER, "volumeMounts", 0, "mountPath"), "/m", "base_path = '/models/pets'"),
        # Pods: probes and ports.
        case(CPU, (*SERVER, "ports", 0, "containerPort"), 9000, "ports: 9000 is none that"),
        case(CPU, (*SERVER, "livenessProbe", "tcpSocket", "port"), "http", "port 'http': valid"),
        case(CPU, (*SERVER, "readinessProbe"), None, "readinessProbe: is required"),
        case(CPU, (*SERVER, "readinessProbe", "httpGet", "port"), "grpc", "valid: that of REST"),
        case(
            CPU,
            (*SERVER, "readinessProbe", "httpGet", "path"),
            "/v1/models/cats/labels/stable/metadata",
            "valid: /v1/models/pets/",
        ),
        case(
            CPU,
            (*SERVER, "startupProbe", "httpGet", "path"),
            "/v1/models/pets/labels/new/metadata",
            "models.config has no label 'new'",
        ),
        # The Deployment and its neighbours.
        case(CPU, ("spec", "replicas"), 2, "the HorizontalPodAutoscaler says"),
        case(CPU, ("spec", "selector", "matchLabels"), {"a": "b"}, "the template's labels"),
        case(CPU, ("spec", "strategy", "rollingUpdate", "maxSurge"), 0, "maxSurge of at least 1"),
        case(CPU, (*POD, "serviceAccountName"), "default", "serviceAccountName = 'default'"),
        case(CPU, (*POD, "terminationGracePeriodSeconds"), 45, "more than the 45"),
        case(
            CPU,
            (*POD, "topologySpreadConstraints", 0, "labelSelector", "matchLabels"),
            {"a": "b"},
            "selects other pods",
        ),
        case(CPU, (*POD, "volumes", 1, "configMap", "name"), "x", "no ConfigMap is called 'x'"),
        case(CPU, (*SERVER, "args", 4), "--monitoring_config_file=/config/x", "has no key 'x'"),
        case(f"{BASE}/config-map.yaml", ("data", "notes"), "x", "no flag names 'notes'"),
        case(f"{BASE}/config-map.yaml", ("data", "models.config"), "", "no model is called 'pets'"),
        case(f"{BASE}/config-map.yaml", ("metadata", "name"), "x", "no ConfigMap is called 'pets-"),
        case(f"{BASE}/service.yaml", ("spec", "selector"), {"a": "b"}, "service.yaml: spec.selec"),
        case(f"{BASE}/service.yaml", ("spec", "selector"), {}, "selects nothing"),
        case(f"{BASE}/service.yaml", ("spec", "ports", 1, "targetPort"), "http", "valid: grpc, r"),
        case(f"{BASE}/autoscaler.yaml", ("spec", "minReplicas"), 9, "minReplicas = 9: valid: 1 to"),
        case(f"{BASE}/autoscaler.yaml", ("spec", "scaleTargetRef", "name"), "x", "no Deployment x"),
        case(
            f"{BASE}/autoscaler.yaml",
            ("spec", "metrics", 0, "resource", "target", "averageUtilization"),
            0,
            "averageUtilization = 0",
        ),
        case(f"{BASE}/disruption-budget.yaml", ("spec", "maxUnavailable"), 0, "could be drained"),
        case(f"{BASE}/disruption-budget.yaml", ("spec", "selector", "matchLabels"), {}, "nothing"),
        case(f"{BASE}/network-policy.yaml", ("spec", "podSelector", "matchLabels"), {}, "nothing"),
        case(f"{BASE}/network-policy.yaml", ("spec", "ingress", 0, "from"), [], "lets everybody"),
        case(f"{BASE}/network-policy.yaml", ("spec", "egress"), [], "something where models are"),
        case(f"{BASE}/network-policy.yaml", ("spec", "policyTypes"), ["Ingress"], "valid: Ingress"),
        case(
            f"{BASE}/network-policy.yaml",
            ("spec", "ingress", 0, "ports", 0, "port"),
            8600,
            "port 8600 is open, but nothing listens",
        ),
        case(
            f"{BASE}/network-policy.yaml",
            ("spec", "ingress", 0, "ports", 0),
            None,
            "port 8500 is served, but closed to all",
        ),
        # Monitoring.
        case(
            "kubernetes/prometheus-operator/service-monitor.yaml",
            ("spec", "endpoints", 0, "port"),
            "metrics",
            "port = 'metrics': valid: grpc, rest",
        ),
        case(
            "kubernetes/prometheus-operator/service-monitor.yaml",
            ("spec", "endpoints", 0, "path"),
            "/metrics",
            "path = '/metrics'",
        ),
        case(
            "kubernetes/prometheus-operator/service-monitor.yaml",
            ("spec", "selector", "matchLabels"),
            {"a": "b"},
            "selects nothing",
        ),
        case(ALERTS, ("groups", 0, "rules", 0, "expr"), "up == 0", "NoServer.expr: asks for ano"),
        case(
            ALERTS,
            ("groups", 0, "rules", 1, "expr"),
            ':tensorflow:serving:errors{job="pets"}',
            "no metric is called :tensorflow:serving:errors",
        ),
        case("compose.yaml", ("services", "serving", "ports", 0), "8500:8500", "valid: 127.0.0.1"),
        case("compose.yaml", ("volumes", "grafana"), None, "no volume 'grafana'"),
        case("compose.yaml", ("services", "prometheus"), None, "no service is called 'prometheus'"),
        case(
            "prometheus/prometheus.yml",
            ("scrape_configs", 0, "static_configs", 0, "targets"),
            ["serving:8502"],
            "serving does not listen there",
        ),
        # KServe.
        case(KSERVE, (*PREDICTOR, "canaryTrafficPercent"), 101, "canaryTrafficPercent = 101"),
        case(KSERVE, (*PREDICTOR, "minReplicas"), 9, "minReplicas: valid: 0 to 6"),
        case(KSERVE, (*PREDICTOR, "containers", 0, "name"), "server", "valid: kserve-container"),
        case(
            KSERVE,
            (*PREDICTOR, "containers", 0, "ports"),
            [{"name": "a", "containerPort": 8500}, {"name": "b", "containerPort": 8501}],
            "Knative takes no second",
        ),
        case(
            KSERVE,
            (*PREDICTOR, "containers", 0, "env", 0, "value"),
            "s3://bucket/pets/4",
            "the server looks for another version",
        ),
        case(KSERVE, (*PREDICTOR, "containers", 0, "args", 0), "--a=b", "--model_name=pets"),
        case(KSERVE, (*PREDICTOR, "volumes", 0, "configMap", "name"), "x", "no ConfigMap is call"),
        case("kserve/config-map.yaml", ("data", "batching.config"), None, "has no such key"),
    ],
)
def test_what_would_not_work_is_told(rendered, file, path, value, complaint):
    made = rendered(release=Release(3), models="s3://bucket/pets")
    made.set(file, path, value)
    complaints = made.complaints()
    assert complaints, "nothing was said"
    assert any(complaint in each for each in complaints), complaints


def test_a_budget_may_also_say_how_many_stay(rendered):
    made = rendered(replicas=3)
    budget = f"{BASE}/disruption-budget.yaml"
    made.set(budget, ("spec", "maxUnavailable"), None)
    made.set(budget, ("spec", "minAvailable"), 2)
    assert made.complaints() == []
    made.set(budget, ("spec", "minAvailable"), 3)
    assert made.complaints()


def test_labels_of_versions_that_are_not_loaded_are_told(rendered):
    made = rendered()
    config = made.document(f"{BASE}/config-map.yaml")["data"]["models.config"]
    changed = config.replace("versions: 7", "versions: 8")
    made.set(f"{BASE}/config-map.yaml", ("data", "models.config"), changed)
    assert any("'canary' = 7: is not loaded" in each for each in made.complaints())


def test_queries_of_the_dashboard_are_checked(rendered):
    made = rendered()
    file = "grafana/dashboards/serving.json"
    dashboard = json.loads(made.texts[file])
    dashboard["panels"][1]["targets"][0]["expr"] = ":tensorflow:serving:queries{}"
    made.texts[file] = json.dumps(dashboard)
    assert [each for each in made.complaints() if "panel 'Predictions': no metric" in each]


def test_nothing_is_written_of_what_would_not_work(home, monkeypatch):
    """The user sees every complaint."""
    monkeypatch.setattr(render_module, "complaints_about", lambda *_: iter(["one", "two"]))
    place = home("pets", 3)
    with pytest.raises(InputError, match="one\ntwo"):
        render("pets", Serving(), place)
    assert not render_module.folder_of(place).exists()
