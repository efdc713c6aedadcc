"""What a task says of Beam, as Beam's own options read it."""

import re

import pytest
import yaml
from apache_beam.options.pipeline_options import (
    DirectOptions,
    GoogleCloudOptions,
    PipelineOptions,
    PortableOptions,
    WorkerOptions,
)
from apache_beam.options.pipeline_options_validator import PipelineOptionsValidator
from apache_beam.runners.dataflow.dataflow_runner import DataflowRunner

from components.errors import InputError
from pipeline.execute import executed
from pipeline.home import PROJECT
from pipeline.kubeflow.settings import Settings, check_task
from pipeline.load import load_task
from pipeline.options.beam import Dataflow, Direct, Flink, Spark

DATAFLOW = Dataflow(
    project="a-project", region="europe-west1", temporary="gs://a-bucket/tmp", image="an/image:1.0"
)


def parsed(arguments):
    """Returns the options of what Beam read; it says nothing of those it does not know."""
    # What is tried without a network.
    options = PipelineOptions(arguments, dry_run=True)
    known = {name.replace("-", "_") for name in options.get_all_options()}
    # Beam has two names for one of Dataflow's.
    known.add("machine_type")
    assert {each[2:].split("=")[0] for each in arguments} <= known
    return options


@pytest.mark.parametrize(
    ("beam", "examples", "cores", "mode", "workers"),
    [
        (Direct(), 249_999, 8, "in_memory", 1),
        (Direct(), 250_000, 8, "multi_processing", 4),
        (Direct(), 10**6, 3, "in_memory", 1),
        (Direct(), None, 8, "in_memory", 1),
        (Direct(workers=1), 10**6, 8, "in_memory", 1),
        (Direct(workers=3), 10**6, 8, "multi_processing", 3),
        (Direct(mode="in_memory"), 10**6, 8, "in_memory", 1),
        (Direct(mode="multi_processing", workers=3), 10, 8, "multi_processing", 3),
        (Direct(mode="multi_threading"), 10, 8, "multi_threading", 8),
    ],
)
def test_the_direct_runner_has_the_workers_that_the_task_says_or_that_pay(
    beam, examples, cores, mode, workers
):
    options = parsed(beam.settled(examples, cores).arguments).view_as(DirectOptions)
    assert options.direct_running_mode == mode
    assert options.direct_num_workers == workers


def test_dataflow_has_all_that_it_asks_for():
    options = parsed(DATAFLOW.engine_arguments)
    assert PipelineOptionsValidator(options, DataflowRunner()).validate() == []
    lacking = parsed([each for each in DATAFLOW.engine_arguments if "--region" not in each])
    assert PipelineOptionsValidator(lacking, DataflowRunner()).validate()
    worker = options.view_as(WorkerOptions)
    assert (worker.sdk_container_image, worker.max_num_workers) == ("an/image:1.0", None)
    chosen = DATAFLOW.replace(
        max_workers=7,
        machine_type="n2-standard-4",
        service_account="a@b.iam.gserviceaccount.com",
        subnetwork="https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/s",
    )
    options = parsed(chosen.engine_arguments)
    assert PipelineOptionsValidator(options, DataflowRunner()).validate() == []
    worker = options.view_as(WorkerOptions)
    assert (worker.max_num_workers, worker.machine_type) == (7, "n2-standard-4")
    assert worker.subnetwork == chosen.subnetwork
    assert options.view_as(GoogleCloudOptions).service_account_email == chosen.service_account


@pytest.mark.parametrize("engine", [Flink, Spark])
def test_an_engine_is_reached_by_its_job_server(engine):
    engine_with_pool = engine(job_server="jobs:8099", parallelism=4, worker_pool="localhost:50000")
    pool = parsed(engine_with_pool.arguments)
    portable = pool.view_as(PortableOptions)
    assert portable.job_endpoint == "jobs:8099"
    assert (portable.environment_type, portable.environment_config) == (
        "EXTERNAL",
        "localhost:50000",
    )
    image = parsed(engine(job_server="jobs:8099", parallelism=4, image="pipeline:1.0").arguments)
    portable = image.view_as(PortableOptions)
    assert (portable.environment_type, portable.environment_config) == ("DOCKER", "pipeline:1.0")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Flink(parallelism=2, worker_pool="a:1"), r"Flink\.job_server"),
        (lambda: Flink(job_server="a:1", worker_pool="a:1"), r"Flink\.parallelism"),
        (lambda: Flink(job_server="a", parallelism=2, worker_pool="a:1"), r"Flink\.job_server"),
        (lambda: Flink(job_server="a:1", parallelism=0, worker_pool="a:1"), "parallelism"),
        (lambda: Flink(job_server="a:1", parallelism=2), "either worker_pool or image"),
        (
            lambda: Spark(job_server="a:1", parallelism=2, worker_pool="a:1", image="b:1"),
            "either worker_pool or image",
        ),
        (
            lambda: Direct(mode="in_memory", workers=2),
            "'multi_threading' or 'multi_processing'",
        ),
        (lambda: DATAFLOW.replace(region="Europe"), r"Dataflow\.region"),
        (lambda: DATAFLOW.replace(temporary="/tmp"), r"Dataflow\.temporary"),
        (lambda: Dataflow(project="a", region="us-east1", image="b:1"), r"Dataflow\.temporary"),
        (lambda: Direct(mode="threads"), r"Direct\.mode"),
    ],
)
def test_what_is_missing_or_wrong_is_told(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_the_example_of_the_documentation_is_right():
    page = (PROJECT / "docs/beam.md").read_text()
    made = []
    for source in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        found = {}
        exec(source, found)
        made.append(type(found["beam"]))
    assert made == [Flink, Dataflow]


def test_the_manifests_of_the_documentation_fit_together():
    """Of Flink's operator: nobody has run them, so at least their names and ports agree."""
    page = (PROJECT / "docs/beam.md").read_text()
    (source,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    flink, server, service = yaml.safe_load_all(source)
    main, pool = flink["spec"]["taskManager"]["podTemplate"]["spec"]["containers"]
    (job_server,) = server["spec"]["template"]["spec"]["containers"]
    # The operator knows Flink's own container, and makes a service, by these names.
    assert main["name"] == "flink-main-container"
    assert f"--flink-master={flink['metadata']['name']}-rest:8081" in job_server["args"]
    assert {each["port"] for each in service["spec"]["ports"]} == {
        each["containerPort"] for each in job_server["ports"]
    }
    assert service["spec"]["selector"] == server["spec"]["template"]["metadata"]["labels"]
    mounted = [each["volumeMounts"] for each in (main, pool, job_server)]
    assert mounted == [[{"name": "work", "mountPath": "/work"}]] * 3
    task = re.search(r"`beam=(Flink\(.*?\))`", page, re.DOTALL)[1]
    asked = eval(task, {"Flink": Flink})
    assert asked.job_server == f"{service['metadata']['name']}:8099"
    assert f"--service_port={asked.worker_pool.split(':')[1]}" in pool["command"]
    slots = int(flink["spec"]["flinkConfiguration"]["taskmanager.numberOfTaskSlots"])
    assert asked.parallelism == slots * flink["spec"]["taskManager"]["replicas"]


def test_kubeflow_refuses_an_engine_that_reads_paths():
    task = load_task("digits")
    task = task.replace(beam=Flink(job_server="a:1", parallelism=2, worker_pool="b:1"))
    with pytest.raises(InputError, match=r"beam = Flink\(.*no worker elsewhere sees"):
        check_task(task, Settings("image:1", "gs://bucket/runs"))


def test_dataflow_needs_runs_in_google_s_object_store():
    task = load_task("digits").replace(beam=DATAFLOW)
    check_task(task, Settings("image:1", "gs://bucket/runs"))
    with pytest.raises(InputError, match=r"--root = 's3://.*valid: gs://BUCKET/PATH"):
        check_task(task, Settings("image:1", "s3://bucket/runs"))


def test_dataflow_is_refused_where_runs_are_on_a_disk():
    task = load_task("digits").replace(beam=DATAFLOW)
    with pytest.raises(InputError, match="valid here: Direct"), executed(task, None):
        pass
