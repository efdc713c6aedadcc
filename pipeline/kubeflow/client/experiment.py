"""The experiment of a task: where its runs and its schedule are found again."""

from components.errors import InputError
from pipeline.kubeflow.client.errors import Refused
from pipeline.kubeflow.client.server import Server


def ensured_experiment(server: Server, name: str) -> str:
    """Returns the id of an experiment that is created if there is none of that name.

    Raises:
      InputError: it was archived, or the server did not do it.
    """
    found = server.experiment(name)
    if found is None:
        try:
            found = server.create_experiment(name)
        except Refused as error:
            found = server.experiment(name) if error.status == 409 else None
            if found is None:
                raise
    if found.storage_state == "ARCHIVED":
        page = experiment_page(server, found.experiment_id)
        raise InputError(f"the experiment {name} is archived; restore it on {page}")
    return found.experiment_id


def experiment_page(server: Server, experiment_id: str) -> str:
    """Returns the address of an experiment's page."""
    return f"{server.connection.ui}/#/experiments/details/{experiment_id}"
