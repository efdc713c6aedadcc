"""Runs a pipeline once on KFP."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from components.errors import InputError
from pipeline.kubeflow.client.errors import Unanswered
from pipeline.kubeflow.client.experiment import ensured_experiment
from pipeline.kubeflow.client.server import Server
from pipeline.kubeflow.client.uploaded import Uploaded, uploaded

if TYPE_CHECKING:
    from kfp_server_api import V2beta1Run, V2beta1RuntimeConfig

Say = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """What is to be run: a task's name, its compiled pipeline, and how.

    Attributes:
      name: of the task; the pipeline's and the experiment's too.
      package: the compiled pipeline, a .yaml file.
      root: where runs keep what they make; empty for the one that was compiled in.
      service_account: of Kubernetes; empty for KFP's own.
    """

    name: str
    package: Path
    root: str = ""
    service_account: str = ""

    def runtime_config(self) -> "V2beta1RuntimeConfig | None":
        """Returns it for KFP."""
        from kfp_server_api import V2beta1RuntimeConfig

        return V2beta1RuntimeConfig(pipeline_root=self.root) if self.root else None


def submit(server: Server, work: Work, say: Say, run_name: str = "") -> str:
    """Starts a run.

    Args:
      server: where.
      work: what.
      say: tells the user a line.
      run_name: for people; without one, the task's and the time.

    Returns:
      The id of the run.

    Raises:
      InputError: the server did not do it, or it is not known whether it did.
    """
    from kfp_server_api import V2beta1PipelineVersionReference, V2beta1Run

    version = told_upload(server, work, say)
    experiment_id = ensured_experiment(server, work.name)
    body = V2beta1Run(
        display_name=run_name or f"{work.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}",
        experiment_id=experiment_id,
        pipeline_version_reference=V2beta1PipelineVersionReference(
            pipeline_id=version.pipeline_id, pipeline_version_id=version.version_id
        ),
        runtime_config=work.runtime_config(),
        service_account=work.service_account or None,
    )
    run = _started(server, body, experiment_id)
    say(f"run      {run.display_name}")
    say(f"         {run_page(server, run.run_id)}")
    return run.run_id


def told_upload(server: Server, work: Work, say: Say) -> Uploaded:
    """Returns the version with the work's content, and says whether it is new."""
    version = uploaded(server, work.name, work.package)
    news = "uploaded" if version.is_new else "there already, with the same content"
    say(f"version  {version.version}: {news}")
    return version


def run_page(server: Server, run_id: str) -> str:
    """Returns the address of a run's page."""
    return f"{server.connection.ui}/#/runs/details/{run_id}"


def _started(server: Server, body: "V2beta1Run", experiment_id: str) -> "V2beta1Run":
    """Returns the run; where no answer came, it looks whether it was started all the same."""
    known = {run.run_id for run in islice(server.runs(experiment_id), 100)}
    try:
        return server.create_run(body)
    except Unanswered as error:
        try:
            runs = list(islice(server.runs(experiment_id), 100))
        except InputError:
            runs = []
        for run in runs:
            if run.display_name == body.display_name and run.run_id not in known:
                return run
        raise Unanswered(
            f"{error}\nThe run {body.display_name} may still start: `kubeflow status` shows it"
        ) from None
