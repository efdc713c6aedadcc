"""A task's DAG as Kubeflow Pipelines takes it.

    UPDATE_GOLDEN=1 .venv/bin/python -m pytest tests/pipeline/kubeflow/test_compile.py

writes what is compiled now into `golden/`, to be looked at before it is committed.
"""

import os
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.options.pipeline_options_validator import PipelineOptionsValidator
from apache_beam.runners.dataflow.dataflow_runner import DataflowRunner
from kfp import components

from components.errors import InputError
from pipeline.kubeflow.compile import ENTRYPOINT, compile_pipeline
from pipeline.kubeflow.settings import Settings
from pipeline.load import load_task
from pipeline.options.beam import Dataflow
from pipeline.options.kubeflow import Kubeflow, Notify, Resources

GOLDEN = Path(__file__).with_name("golden")
SETTINGS = Settings("registry.example.com/pipeline:1.0", "minio://mlpipeline/tasks")
TASKS = ["digits", "docstrings", "cifar10", "imdb"]


@cache
def compiled(name):
    return compile_pipeline(load_task(name), SETTINGS)


def spec_of(name="digits", **changes):
    if not changes:
        return yaml.safe_load(compiled(name))
    return yaml.safe_load(compile_pipeline(load_task(name).replace(**changes), SETTINGS))


@pytest.mark.parametrize("name", TASKS)
def test_it_is_what_it_was(name):
    """But for the hashes of source code, which every edit changes."""
    found = re.sub(r"\b[0-9a-f]{16}\b", "CODE", compiled(name))
    golden = GOLDEN / f"{name}.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()


@pytest.mark.parametrize("name", TASKS)
def test_the_same_is_compiled_to_the_same_bytes(name):
    assert compile_pipeline(load_task(name), SETTINGS) == compiled(name)


@pytest.mark.parametrize("name", TASKS)
def test_kfp_loads_it(name):
    assert components.load_component_from_text(compiled(name)).name == name
    spec = spec_of(name)
    assert spec["schemaVersion"] == "2.1.0"
    assert {kind for each in spec["deploymentSpec"]["executors"].values() for kind in each} == {
        "container",
        "importer",
    }


def test_nothing_of_this_machine_is_in_it():
    assert str(Path(__file__).parents[3]) not in compiled("digits")


def test_every_node_runs_our_entry_point_in_the_image():
    for executor in spec_of()["deploymentSpec"]["executors"].values():
        if "container" in executor:
            assert executor["container"]["command"] == ENTRYPOINT
            assert executor["container"]["image"] == SETTINGS.image


def test_nodes_get_what_the_task_says():
    asked = Kubeflow(training=Resources(cpu=6, memory_gib=20, gpus=1), retries=1)
    spec = spec_of(kubeflow=asked)
    executors = spec["deploymentSpec"]["executors"]
    assert executors["Trainer_executor"]["container"]["resources"] == {
        "cpuLimit": 6.0,
        "memoryLimit": 21.475,
        "accelerator": {"type": "nvidia.com/gpu", "count": "1"},
    }
    assert "accelerator" not in executors["Evaluator_executor"]["container"]["resources"]
    assert spec["root"]["dag"]["tasks"]["Transform"]["retryPolicy"]["maxRetryCount"] == 1


def test_what_reads_beyond_its_run_is_never_cached():
    def cached(spec):
        tasks = spec["root"]["dag"]["tasks"]
        return {name for name, task in tasks.items() if task["cachingOptions"].get("enableCache")}

    assert {"Transform", "Trainer", "Evaluator"} <= cached(spec_of())
    assert not cached(spec_of()) & {"ExampleGen", "BaselineModel", "DriftReference", "Pusher"}
    assert cached(spec_of(kubeflow=Kubeflow(cache=False))) == set()


def test_who_is_told_gets_the_secret_and_runs_at_the_end():
    asked = Kubeflow(notify=Notify(secret="slack", key="hook", pages="https://kfp.example.com"))
    compiled = compile_pipeline(load_task("digits").replace(kubeflow=asked), SETTINGS)
    spec, platforms = yaml.safe_load_all(compiled)
    assert components.load_component_from_text(compiled).name == "digits"
    executors = platforms["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert executors.keys() == {"ModelNotifier_executor", "FailureNotifier_executor"}
    for executor in executors.values():
        (secret,) = executor["secretAsEnv"]
        assert secret["secretName"] == "slack" and secret["optional"]
        assert secret["keyToEnv"] == [{"secretKey": "hook", "envVar": "NOTIFICATION_WEBHOOK"}]
    told = spec["root"]["dag"]["tasks"]["FailureNotifier"]
    (everything,) = told["dependentTasks"]
    assert told["triggerPolicy"]["strategy"] == "ALL_UPSTREAM_TASKS_COMPLETED"
    assert told["inputs"]["parameters"]["final_status"]["taskFinalStatus"] == {
        "producerTask": everything
    }
    assert "cachingOptions" in told and "retryPolicy" in told
    assert "Trainer" in spec["components"][everything]["dag"]["tasks"]


@pytest.mark.parametrize(("pages", "valid"), [("https://kfp/", False), ("kfp", False), ("", True)])
def test_an_address_of_pages_is_checked(pages, valid):
    if valid:
        assert Notify(secret="a", pages=pages).pages == pages
    else:
        with pytest.raises(InputError, match="pages"):
            Notify(secret="a", pages=pages)


def test_a_task_that_needs_a_gpu_has_to_ask_for_one():
    task = load_task("digits")
    task = task.replace(training=task.training.replace(precision="mixed_float16"))
    with pytest.raises(InputError, match=r"needs a GPU, and kubeflow\.training\.gpus is 0"):
        compile_pipeline(task, SETTINGS)
    asked = Kubeflow(training=Resources(gpus=1))
    assert compile_pipeline(task.replace(kubeflow=asked), SETTINGS)


@pytest.mark.parametrize(
    ("image", "root", "message"),
    [
        ("", "minio://mlpipeline/v2", "--image = ''"),
        ("pipeline", "minio://mlpipeline/v2", "says no version"),
        ("registry:5000/pipeline:latest", "minio://mlpipeline/v2", "says no version"),
        ("pipeline:1", "", "--root = ''"),
        ("pipeline:1", "/data", "--root = '/data'"),
        ("pipeline:1", "hdfs://a/b", "valid: minio://BUCKET/PATH"),
    ],
)
def test_an_image_or_a_root_that_is_missing_or_wrong_is_told(image, root, message):
    with pytest.raises(InputError, match=message):
        Settings(image, root)


def test_an_image_may_be_a_digest():
    assert Settings(f"registry:5000/a/b@sha256:{'0' * 64}", "gs://bucket")


def test_what_reads_artifacts_alone_runs_on_dataflow():
    """Ingest reads the raw data by their paths, which no worker elsewhere sees."""
    beam = Dataflow(
        project="a-project", region="europe-west1", temporary="gs://bucket/tmp", image="an/image:1"
    )
    settings = Settings(SETTINGS.image, "gs://bucket/tasks")
    text = compile_pipeline(load_task("digits").replace(beam=beam), settings)
    executors = yaml.safe_load(text)["deploymentSpec"]["executors"]
    on_dataflow = {
        name.removesuffix("_executor")
        for name, executor in executors.items()
        if "--runner=DataflowRunner" in executor.get("container", {}).get("args", [])
    }
    assert on_dataflow == {"StatisticsGen", "Transform", "Evaluator"}
    # TFX puts them behind those of all nodes, and the last one holds.
    args = executors["StatisticsGen_executor"]["container"]["args"]
    options = PipelineOptions(args, dry_run=True)
    assert PipelineOptionsValidator(options, DataflowRunner()).validate() == []
    assert options.get_all_options()["sdk_container_image"] == "an/image:1"


def test_vertex_reads_the_same_from_google_cloud_storage():
    image, root = SETTINGS.image, "gs://bucket/tasks"
    asked = Kubeflow(training=Resources(gpus=1, gpu_type="NVIDIA_TESLA_T4"))
    task = load_task("digits").replace(kubeflow=asked)
    vertex = compile_pipeline(task, Settings(image, root, flavor="vertex"))
    assert vertex == compile_pipeline(task, Settings(image, root))
    spec = yaml.safe_load(vertex)
    assert spec["defaultPipelineRoot"] == "gs://bucket/tasks/digits/artifacts"


@pytest.mark.parametrize(
    ("kubeflow", "root", "data", "message"),
    [
        (Kubeflow(), "s3://bucket", "", "--root = 's3://bucket': Vertex AI reads gs://"),
        (Kubeflow(), "gs://bucket", "s3://bucket/a", "--data = 's3://bucket/a'"),
        (Kubeflow(notify=Notify(secret="a")), "gs://bucket", "", r"kubeflow\.notify"),
        (Kubeflow(others=Resources(gpus=1)), "gs://bucket", "", r"kubeflow\.others\.gpu_type"),
    ],
)
def test_what_vertex_has_not_is_told(kubeflow, root, data, message):
    task = load_task("digits").replace(kubeflow=kubeflow)
    with pytest.raises(InputError, match=message):
        compile_pipeline(task, Settings(SETTINGS.image, root, data, flavor="vertex"))


def test_the_examples_of_the_documentation_are_right():
    page = (Path(__file__).parents[3] / "docs/kubeflow.md").read_text()
    sources = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(sources) == 2
    for source in sources:
        found = {}
        exec(source, found)
        assert isinstance(found["kubeflow"], Kubeflow)
