"""What is rendered for the default tasks, and what is kept between two renderings."""

import json
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from components.errors import InputError
from pipeline.load import load_task
from pipeline.options.serving import RequestLog, Serving
from pipeline.serving_config.release import CANARY, Release, models_config, read_release
from pipeline.serving_config.render import folder_of, render
from pipeline.serving_config.server_protos import parse_batching, parse_monitoring

OTHER_GROUPS = ("kustomize.config.k8s.io", "monitoring.coreos.com", "serving.kserve.io")
STORES = ["", "pvc://claim/models", "gs://bucket/pets", "s3://bucket/pets", "/srv/pets"]


@pytest.mark.parametrize("name", ["digits", "docstrings"])
def test_the_default_tasks_are_rendered(name, home):
    """Into the task's home; TensorFlow Serving's own message reads models.config."""
    task = load_task(name)
    place = home(name, 1, 20, 3)
    written = render(task.name, Serving(), place)
    folder = folder_of(place)
    assert {*written} == {path for path in folder.rglob("*") if path.is_file()}
    config = text_format.Parse((folder / "models.config").read_text(), ModelServerConfig())
    (model,) = config.model_config_list.config
    assert (model.name, model.base_path) == (name, str(place.serving))
    assert dict(model.version_labels) == {"stable": 20}
    assert list(model.model_version_policy.specific.versions) == [20]
    parse_batching((folder / "batching.config").read_text())
    parse_monitoring((folder / "monitoring.config").read_text())
    for path in written:
        if path.suffix in (".yaml", ".yml"):
            assert isinstance(yaml.safe_load(path.read_text()), dict)
    json.loads((folder / "grafana/dashboards/serving.json").read_text())


@pytest.mark.parametrize("models", STORES)
@pytest.mark.parametrize("canary", [None, 7])
@pytest.mark.parametrize("batching", [True, False])
def test_whatever_is_asked_for_passes_the_checks(rendered, models, canary, batching):
    made = rendered(release=Release(3, canary, (1,)), models=models, batching=batching)
    assert made.complaints() == []
    assert ("batching.config" in made.texts) is batching


def test_a_collector_is_asked_for_on_this_machine_and_in_pods(rendered):
    own = RequestLog(share=0.1, collector="kafka", collector_prefix="topic")
    for logged, asks in ((own, True), (RequestLog(share=0.1), False), (None, False)):
        made = rendered(request_log=logged)
        assert made.complaints() == []
        in_pods = made.document("kubernetes/base/config-map.yaml")["data"]["models.config"]
        for text in (made.texts["models.config"], in_pods):
            assert ("logging_config" in text) is asks


def test_a_release_is_not_taken_back(home, tmp_path):
    """Rendered again, and elsewhere: the versions are those in service, not the newest pushed."""
    place = home("pets", 3, 7, 9)
    config = folder_of(place) / "models.config"
    render("pets", Serving(), place)
    config.write_text(models_config("pets", str(place.serving), Release(3, 7)))
    render("pets", Serving(), place)
    assert read_release(config, "pets") == Release(3, 7)
    render("pets", Serving(models="s3://bucket/pets"), place, tmp_path / "elsewhere")
    assert read_release(tmp_path / "elsewhere" / "models.config", "pets") == Release(3, 7)
    pod = (tmp_path / "elsewhere/kubernetes/cpu/deployment.yaml").read_text()
    assert "fetch-3" in pod and "fetch-7" in pod and "fetch-9" not in pod


def test_without_a_pushed_version_nothing_is_written(home):
    place = home("pets")
    with pytest.raises(InputError, match="no version was pushed; `make run TASK=pets` does"):
        render("pets", Serving(), place)
    assert not place.root.exists()


def test_a_version_that_is_gone_is_told(home):
    place = home("pets", 3)
    folder_of(place).mkdir()
    (folder_of(place) / "models.config").write_text(models_config("pets", "/m", Release(3, 7)))
    with pytest.raises(InputError, match=r"models\.config: version 7 is not in"):
        render("pets", Serving(), place)


def test_other_content_is_another_config_map(rendered):
    """So that pods are replaced when the release changes, and only then."""

    def name(**fields):
        document = rendered(**fields).document("kubernetes/base/config-map.yaml")
        return document["metadata"]["name"]

    same = name(release=Release(3))
    assert same == name(release=Release(3), replicas=4)
    assert len({same, name(release=Release(3, 7)), name(release=Release(3), cpu=4)}) == 3


def test_names_are_those_that_kubernetes_allows(rendered):
    """Underscores are none; the model keeps its own name."""
    made = rendered("my_pets_")
    assert made.document("kubernetes/base/service.yaml")["metadata"]["name"] == "my-pets"
    assert 'name: "my_pets_"' in made.texts["models.config"]
    assert made.complaints() == []


def test_kserve_gets_the_canary_with_its_share(rendered):
    def predictor(release):
        made = rendered(release=release, models="gs://bucket/pets", canary_percent=20)
        return made.document("kserve/inference-service.yaml")["spec"]["predictor"]

    stable, canary = predictor(Release(3)), predictor(Release(3, 7))
    assert "canaryTrafficPercent" not in stable
    assert canary["canaryTrafficPercent"] == 20
    addresses = [each["containers"][0]["env"][0]["value"] for each in (stable, canary)]
    assert addresses == ["gs://bucket/pets/3", "gs://bucket/pets/7"]


def test_kserve_is_left_out_where_it_could_not_read(rendered):
    """A folder of the nodes is out of its reach."""
    assert not [path for path in rendered(models="/srv/pets").texts if path.startswith("kserve")]


def test_a_rollout_waits_for_the_newest_version(rendered):
    """A canary that cannot be loaded stops it; requests come with the stable one."""
    made = rendered(release=Release(3, 7)).document("kubernetes/cpu/deployment.yaml")
    (server,) = made["spec"]["template"]["spec"]["containers"]
    assert f"/labels/{CANARY}/" in server["startupProbe"]["httpGet"]["path"]
    assert "/labels/stable/" in server["readinessProbe"]["httpGet"]["path"]


def test_the_gpu_variant_differs_in_what_a_gpu_needs(rendered):
    made = rendered(gpus=2)
    pods = [
        made.document(f"kubernetes/{variant}/deployment.yaml")["spec"]["template"]["spec"]
        for variant in ("cpu", "gpu")
    ]
    cpu, gpu = (pod["containers"][0] for pod in pods)
    assert gpu["image"].endswith("-gpu")
    assert gpu["resources"]["limits"]["nvidia.com/gpu"] == "2"
    assert "nvidia.com/gpu" not in cpu["resources"]["limits"]
    assert pods[1]["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert cpu["args"] == gpu["args"]


def test_dollar_signs_in_paths_are_no_variables(home):
    place = home("pets", 3)
    place = type(place)("pets", place.runs.rename(place.runs.with_name("a$HOME")))
    render("pets", Serving(), place)
    compose = yaml.safe_load((folder_of(place) / "compose.yaml").read_text())
    assert compose["services"]["serving"]["volumes"][0]["source"].endswith("/a$$HOME/pets/serving")


@pytest.mark.parametrize("models", STORES)
@pytest.mark.parametrize("version", ["1.29.0", "1.34.0"])
def test_every_manifest_is_one_by_kubernetes_own_schema(rendered, models, version):
    """By kubernetes-validate, strictly; it knows no CRDs and no kustomizations."""
    made = rendered(models=models)
    checked = set()
    for path in made.texts:
        document = made.document(path) if path.startswith(("kubernetes/", "kserve/")) else {}
        if document and not document["apiVersion"].startswith(OTHER_GROUPS):
            kubernetes_validate.validate(document, version, strict=True)
            checked.add(document["kind"])
    assert checked == {
        *("Deployment", "Service", "ServiceAccount", "ConfigMap", "HorizontalPodAutoscaler"),
        *("PodDisruptionBudget", "NetworkPolicy"),
    }


@pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl")
@pytest.mark.parametrize(
    ("folder", "kinds"),
    [
        ("kubernetes/cpu", 7),
        ("kubernetes/gpu", 7),
        ("kubernetes/prometheus-operator", 3),
        ("kserve", 3),
    ],
)
def test_kubectl_brings_the_folders_together(home, folder, kinds):
    place = home("pets", 3)
    render("pets", Serving(), place)
    command = ["kubectl", "kustomize", str(folder_of(place) / folder)]
    built = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    documents = list(yaml.safe_load_all(built.stdout))
    assert len(documents) == kinds
    assert len({(each["kind"], each["metadata"]["name"]) for each in documents}) == kinds


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool, Prometheus's own tool")
def test_prometheus_takes_its_configuration(home):
    place = home("pets", 3)
    render("pets", Serving(), place)
    command = ["promtool", "check", "config", str(folder_of(place) / "prometheus/prometheus.yml")]
    assert (
        "6 rules found"
        in subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    )
