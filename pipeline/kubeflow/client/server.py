"""The calls of KFP's API that we need, and nothing that prints or waits.

They go through kfp_server_api, the generated half of KFP's own client, and past `kfp.Client`: that
takes seconds to import, warns and prints links, keeps a namespace in the user's home folder,
retries the health check for half a minute, turns no error into words, and cannot read a token from
a file that is renewed. Two traits of kfp_server_api are mended here: a web page with status 200
becomes an empty object there, and urllib3 would repeat requests that failed.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.errors import InputError
from pipeline.kubeflow.client.connection import Connection
from pipeline.kubeflow.client.errors import Refused, Unanswered, is_page, of_page, of_status

if TYPE_CHECKING:
    from kfp_server_api import (
        V2beta1Experiment,
        V2beta1Pipeline,
        V2beta1PipelineVersion,
        V2beta1RecurringRun,
        V2beta1Run,
    )

_PAGE_SIZE = 100
_NEWEST_FIRST = "created_at desc"


def connected(connection: Connection) -> "Server":
    """Returns a server that answers and knows the namespace; changes nothing there.

    Raises:
      InputError: it does not answer, it is no KFP 2, it does not let us in, or the namespace is
        missing, unknown or out of place.
    """
    server = Server(connection)
    try:
        many_users = server.serves_many_users()
    except Refused as error:
        if error.status == 404:
            message = of_page(connection.host, "", 404, connection.is_known)
            raise Refused(message, 404) from None
        raise
    if many_users and not connection.namespace:
        raise InputError(
            f"{connection.host}: this KFP serves many users: --namespace says in whose profile"
        )
    if connection.namespace and not many_users:
        raise InputError(
            f"--namespace {connection.namespace}: this KFP has no namespaces of users; leave it out"
        )
    try:
        server.experiment("any")
    except Refused as error:
        if connection.namespace and error.status in (403, 404):
            raise Refused(
                f"--namespace {connection.namespace}: unknown, or not open to you; {error}",
                error.status,
            ) from None
        raise
    return server


class Server:
    """A server of KFP 2. Every method may raise Refused or Unanswered."""

    def __init__(self, connection: Connection) -> None:
        import kfp_server_api
        import urllib3

        self.connection = connection
        configuration = kfp_server_api.Configuration(host=connection.host)
        configuration.ssl_ca_cert = connection.ca_file and str(connection.ca_file)
        # What is not certain to have failed must not be asked twice, nor may a token be carried to
        # where a redirection points.
        configuration.retries = urllib3.Retry(0, redirect=False, raise_on_redirect=False)
        if connection.token():
            configuration.api_key_prefix["authorization"] = "Bearer"
            configuration.api_key["authorization"] = connection.token()
            configuration.refresh_api_key_hook = lambda settings: settings.api_key.update(
                authorization=connection.token()
            )
        self._client = kfp_server_api.ApiClient(configuration, cookie=connection.cookie or None)
        self._health = kfp_server_api.HealthzServiceApi(self._client)
        self._experiments = kfp_server_api.ExperimentServiceApi(self._client)
        self._pipelines = kfp_server_api.PipelineServiceApi(self._client)
        self._uploads = kfp_server_api.PipelineUploadServiceApi(self._client)
        self._runs = kfp_server_api.RunServiceApi(self._client)
        self._recurring = kfp_server_api.RecurringRunServiceApi(self._client)
        self._in_namespace = {"namespace": connection.namespace} if connection.namespace else {}

    def serves_many_users(self) -> bool:
        """Returns whether every user has a namespace."""
        return bool(
            self._call("ask for its health", self._health.healthz_service_get_healthz).multi_user
        )

    def experiment(self, name: str) -> "V2beta1Experiment | None":
        """Returns an experiment by its name."""
        found = self._all(
            "list the experiments",
            self._experiments.experiment_service_list_experiments,
            "experiments",
            filter=_equals("display_name", name),
            **self._in_namespace,
        )
        return next((each for each in found if each.display_name == name), None)

    def create_experiment(self, name: str) -> "V2beta1Experiment":
        """Returns a new experiment."""
        from kfp_server_api import V2beta1Experiment

        body = V2beta1Experiment(display_name=name, **self._in_namespace)
        create = self._experiments.experiment_service_create_experiment
        return self._call(f"create the experiment {name}", create, body)

    def pipeline(self, name: str) -> "V2beta1Pipeline | None":
        """Returns a pipeline by its name."""
        get = self._pipelines.pipeline_service_get_pipeline_by_name
        try:
            return self._call(f"look for the pipeline {name}", get, name, **self._in_namespace)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def create_pipeline(self, name: str) -> "V2beta1Pipeline":
        """Returns a new pipeline without a version."""
        from kfp_server_api import V2beta1Pipeline

        body = V2beta1Pipeline(display_name=name, **self._in_namespace)
        create = self._pipelines.pipeline_service_create_pipeline
        return self._call(f"create the pipeline {name}", create, body)

    def version(self, pipeline_id: str, name: str) -> "V2beta1PipelineVersion | None":
        """Returns a version of a pipeline by its name."""
        found = self._all(
            "list the pipeline's versions",
            self._pipelines.pipeline_service_list_pipeline_versions,
            "pipeline_versions",
            pipeline_id,
            filter=_equals("display_name", name),
        )
        return next((each for each in found if each.display_name == name), None)

    def version_by_id(self, pipeline_id: str, version_id: str) -> "V2beta1PipelineVersion":
        """Returns a version of a pipeline by its id."""
        get = self._pipelines.pipeline_service_get_pipeline_version
        return self._call("look for the pipeline's version", get, pipeline_id, version_id)

    def upload_version(
        self, pipeline_id: str, name: str, package: Path
    ) -> "V2beta1PipelineVersion":
        """Returns a new version of a pipeline, made from a compiled one, a .yaml file."""
        upload = self._uploads.upload_pipeline_version
        doing = f"upload {package.name} as version {name}"
        return self._call(doing, upload, str(package), name=name, pipelineid=pipeline_id)

    def runs(self, experiment_id: str) -> "Iterator[V2beta1Run]":
        """Yields the runs of an experiment, the newest first, page by page."""
        return self._all(
            "list the runs",
            self._runs.run_service_list_runs,
            "runs",
            experiment_id=experiment_id,
            sort_by=_NEWEST_FIRST,
            **self._in_namespace,
        )

    def run(self, run_id: str) -> "V2beta1Run":
        """Returns a run."""
        return self._call("ask for the run", self._runs.run_service_get_run, run_id)

    def create_run(self, body: "V2beta1Run") -> "V2beta1Run":
        """Starts a run."""
        doing = f"start the run {body.display_name}"
        return self._call(doing, self._runs.run_service_create_run, body)

    def recurring_runs(self, experiment_id: str) -> "list[V2beta1RecurringRun]":
        """Returns the recurring runs of an experiment, the newest first."""
        found = self._all(
            "list the recurring runs",
            self._recurring.recurring_run_service_list_recurring_runs,
            "recurring_runs",
            experiment_id=experiment_id,
            sort_by=_NEWEST_FIRST,
            **self._in_namespace,
        )
        return list(found)

    def create_recurring_run(self, body: "V2beta1RecurringRun") -> "V2beta1RecurringRun":
        """Returns a new recurring run; it is enabled if the body's mode says so."""
        create = self._recurring.recurring_run_service_create_recurring_run
        return self._call(f"create the recurring run {body.display_name}", create, body)

    def enable_recurring_run(self, recurring_run_id: str) -> None:
        """Lets a recurring run start runs."""
        enable = self._recurring.recurring_run_service_enable_recurring_run
        self._call("enable the recurring run", enable, recurring_run_id)

    def disable_recurring_run(self, recurring_run_id: str) -> None:
        """Keeps a recurring run from starting more runs; those that go on go on."""
        disable = self._recurring.recurring_run_service_disable_recurring_run
        self._call("disable the recurring run", disable, recurring_run_id)

    def delete_recurring_run(self, recurring_run_id: str) -> None:
        """Deletes a recurring run; since KFP 2.2 a run of it that goes on dies with it."""
        delete = self._recurring.recurring_run_service_delete_recurring_run
        self._call("delete the recurring run", delete, recurring_run_id)

    def _all(
        self, doing: str, method: Callable[..., Any], key: str, *arguments: str, **options: str
    ) -> Iterator[Any]:
        """Yields what a list call returns, asking for the next page when it is needed."""
        token = ""
        while True:
            page = self._call(
                doing, method, *arguments, page_size=_PAGE_SIZE, page_token=token, **options
            )
            yield from getattr(page, key) or ()
            token = page.next_page_token
            if not token:
                return

    def _call(self, doing: str, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Returns what a generated method returns, or raises what there is to say."""
        from kfp_server_api import ApiException
        from urllib3.exceptions import HTTPError

        host, known = self.connection.host, self.connection.is_known
        wait = (self.connection.timeout, self.connection.timeout)
        try:
            answer = method(*arguments, **options, _request_timeout=wait)
        except ApiException as error:
            if not error.status:
                raise Unanswered(f"{host}: cannot {doing}: {error.reason}") from None
            raise of_status(doing, host, error.status, error.body or "", known) from None
        except HTTPError as error:
            raise Unanswered(self._unreachable(doing, error)) from None
        except ValueError as error:
            raise Unanswered(f"{host}: cannot {doing}: not KFP's answer: {error}") from None
        last = self._client.last_response
        kind = last.getheader("content-type") or ""
        if is_page(str(last.data)) or "html" in kind:
            message = of_page(host, str(last.data), last.status, known)
            raise Refused(message, last.status)
        return answer

    def _unreachable(self, doing: str, error: Exception) -> str:
        """Returns what to say where no answer came."""
        import urllib3.exceptions as kinds

        host, timeout = self.connection.host, self.connection.timeout
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, kinds.NameResolutionError):
            return f"{host}: no machine has that name"
        if isinstance(reason, kinds.ReadTimeoutError):
            return f"{host}: cannot {doing}: no answer within {timeout:g} s (--timeout)"
        if isinstance(reason, kinds.NewConnectionError):
            return f"{host}: nobody listens there; is it up, and is a port-forward running?"
        if isinstance(reason, kinds.ConnectTimeoutError):
            return f"{host}: no connection within {timeout:g} s (--timeout)"
        if isinstance(reason, kinds.SSLError):
            return f"{host}: no trust in its certificate (--ca-file FILE): {reason}"
        return f"{host}: cannot {doing}: the connection broke: {reason}"


def _equals(key: str, value: str) -> str:
    """Returns KFP's filter in the form that every KFP 2 reads."""
    return json.dumps({"predicates": [{"key": key, "operation": "EQUALS", "stringValue": value}]})
