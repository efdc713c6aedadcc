"""What a task says of Beam, as Beam's own options read it."""

import os
import re

import pytest
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, PortableOptions

from components.errors import InputError
from pipeline.beam import Direct, Flink, Spark
from pipeline.home import PROJECT
from pipeline.kubeflow.settings import check_task
from pipeline.load import load_task


def parsed(beam):
    """Returns the options of what Beam read; it says nothing of those it does not know."""
    options = PipelineOptions(beam.arguments)
    known = {name.replace("-", "_") for name in options.get_all_options()}
    assert {each[2:].split("=")[0] for each in beam.arguments} <= known
    return options


@pytest.mark.parametrize(
    ("beam", "mode", "workers"),
    [
        (Direct(), "in_memory", 1),
        (Direct(mode="multi_processing", workers=3), "multi_processing", 3),
        (Direct(mode="multi_threading"), "multi_threading", os.cpu_count()),
    ],
)
def test_the_direct_runner_has_the_workers_that_the_task_says(beam, mode, workers):
    options = parsed(beam).view_as(DirectOptions)
    assert options.direct_running_mode == mode
    assert options.direct_num_workers == workers


@pytest.mark.parametrize("engine", [Flink, Spark])
def test_an_engine_is_reached_by_its_job_server(engine):
    pool = parsed(engine(job_server="jobs:8099", parallelism=4, worker_pool="localhost:50000"))
    portable = pool.view_as(PortableOptions)
    assert portable.job_endpoint == "jobs:8099"
    assert (portable.environment_type, portable.environment_config) == (
        "EXTERNAL",
        "localhost:50000",
    )
    image = parsed(engine(job_server="jobs:8099", parallelism=4, image="pipeline:1.0"))
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
        (lambda: Direct(workers=2), "'multi_threading' or 'multi_processing'"),
        (lambda: Direct(mode="threads"), r"Direct\.mode"),
    ],
)
def test_what_is_missing_or_wrong_is_told(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_the_example_of_the_documentation_is_right():
    page = (PROJECT / "docs/beam.md").read_text()
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    found = {}
    exec(source, found)
    assert isinstance(found["beam"], Flink)


def test_kubeflow_refuses_an_engine():
    task = load_task("digits")
    task = task.replace(beam=Flink(job_server="a:1", parallelism=2, worker_pool="b:1"))
    with pytest.raises(InputError, match=r"beam = Flink\(.*no worker elsewhere sees"):
        check_task(task, "kubeflow")
