"""The recurring runs of a task, as the server has them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.errors import InputError
from pipeline.kubeflow.client.errors import Refused
from pipeline.kubeflow.client.server import Server
from pipeline.kubeflow.client.submit import Say
from pipeline.kubeflow.client.trigger import Trigger

if TYPE_CHECKING:
    from kfp_server_api import V2beta1RecurringRun

ENDED = ("SUCCEEDED", "SKIPPED", "FAILED", "CANCELED")


@dataclass(frozen=True)
class Ours:
    """The recurring runs of a task, the newest first."""

    server: Server
    experiment_id: str
    all: "tuple[V2beta1RecurringRun, ...]"

    @classmethod
    def of(cls, server: Server, experiment_id: str, name: str) -> "Ours":
        """Returns those of an experiment that bear a task's name."""
        found = server.recurring_runs(experiment_id)
        return cls(server, experiment_id, tuple(r for r in found if r.display_name == name))

    @property
    def enabled(self) -> "tuple[V2beta1RecurringRun, ...]":
        """Those that start runs."""
        return tuple(each for each in self.all if is_enabled(each))

    def delete(self, recurring_run: "V2beta1RecurringRun", say: Say) -> bool:
        """Deletes one that is disabled, unless a run of it goes on, which would die with it."""
        going = self._going(recurring_run.recurring_run_id)
        if going:
            say(f"note     {going} still goes on: its old schedule stays, disabled, so that it may")
            say("         end; the next `kubeflow schedule` or `unschedule` deletes it")
            return False
        try:
            self.server.delete_recurring_run(recurring_run.recurring_run_id)
        except Refused as error:
            if error.status != 404:
                raise
        return True

    def disable(self, recurring_run: "V2beta1RecurringRun") -> None:
        """Disables one; it may be gone already."""
        try:
            self.server.disable_recurring_run(recurring_run.recurring_run_id)
        except Refused as error:
            if error.status != 404:
                raise

    def _going(self, recurring_run_id: str) -> str:
        """Returns the name of a run that goes on, or nothing.

        One at a time is let go, so only the newest can.
        """
        for run in self.server.runs(self.experiment_id):
            if run.recurring_run_id == recurring_run_id:
                return "" if run.state in ENDED else run.display_name
        return ""


def is_enabled(recurring_run: "V2beta1RecurringRun") -> bool:
    """Returns whether it starts runs."""
    return recurring_run.status == "ENABLED"


def trigger_of(recurring_run: "V2beta1RecurringRun") -> Trigger | None:
    """Returns when it fires; None if it is nothing we could have made."""
    try:
        return Trigger.of(recurring_run.trigger)
    except InputError:
        return None


def recurring_run_page(server: Server, recurring_run_id: str) -> str:
    """Returns the address of a recurring run's page."""
    return f"{server.connection.ui}/#/recurringrun/details/{recurring_run_id}"
