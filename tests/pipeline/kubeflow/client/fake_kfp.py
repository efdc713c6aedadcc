"""A server that plays KFP's API, its database and its controller of schedules.

Every request and every answer is held against KFP's own OpenAPI file; what breaks it is kept in
`violations`, which the fixture looks at. The rules beyond that file are those of KFP's source: who
may be empty, what is a duplicate, which namespace is asked for, which status an error has, when a
recurring run starts a run.
"""

import base64
import json
import re
import socket
import struct
import threading
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote_plus, urlparse

import jsonschema
import yaml
from tornado.httputil import HTTPFile, parse_multipart_form_data

from pipeline.kubeflow.client.trigger import Trigger

PROJECT = Path(__file__).resolve().parents[4]
OPENAPI = PROJECT.parent / "shared" / "kfp" / "kfp_api_v2beta1.swagger.json"

_BASE = "/apis/v2beta1"
_GRPC = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 500: 13}
LOGIN = "<!doctype html><title>Log in</title><form>Password <input></form>"
PAGE = "<!doctype html><title>Kubeflow</title><div id=root></div>"


class Answer(Exception):
    """An answer that is not 200."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Fault:
    """What happens to some requests: an HTTP status, or the name of a trouble.

    Attributes:
      where: regular expression of `METHOD path`.
      what: a status from 300 on; `hang`: no answer; `reset`: the connection dies before anything is
        done; `reset after`: it dies after; `login`, `page`: HTML with status 200.
      times: how often.
    """

    where: str
    what: int | str
    times: int = 1


class Spec:
    """KFP's OpenAPI file; names that are in no definition are mistakes."""

    def __init__(self):
        self.paths, self.definitions = (
            json.loads(OPENAPI.read_text())[key] for key in ("paths", "definitions")
        )
        for definition in self.definitions.values():
            if definition.get("properties") and "additionalProperties" not in definition:
                definition["additionalProperties"] = False
        _accept_numbers_for_int64(self.definitions)
        self._patterns = [
            (re.compile(re.sub(r"\\\{([\w.]+)\\\}", r"([^/:]+)", re.escape(path))), path)
            for path in sorted(self.paths, key=lambda path: path.count("{"))
        ]

    def operation(self, method, path):
        for pattern, template in self._patterns:
            match = pattern.fullmatch(path)
            if match and method.lower() in self.paths[template]:
                return template, self.paths[template][method.lower()], match.groups()
        return None, None, ()

    def check(self, schema, value):
        jsonschema.Draft4Validator({**schema, "definitions": self.definitions}).validate(value)

    def check_named(self, name, value):
        self.check({"$ref": f"#/definitions/{name}"}, value)


def _accept_numbers_for_int64(node):
    if isinstance(node, dict):
        if node.get("type") == "string" and node.get("format") == "int64":
            node["type"] = ["string", "integer"]
        for value in node.values():
            _accept_numbers_for_int64(value)
    elif isinstance(node, list):
        for value in node:
            _accept_numbers_for_int64(value)


class FakeKfp:
    """The server; `url` is its address once it is entered as a context."""

    def __init__(self):
        self.spec = Spec()
        self.now = datetime(2030, 1, 1, 12, tzinfo=UTC)
        self.step = timedelta(0)
        """What the clock goes on with each request."""
        self.multi_user, self.namespaces, self.token = False, (), None
        self.page_size = 2
        self.faults, self.requests, self.violations = [], [], []
        self.pipelines, self.versions, self.experiments = {}, {}, {}
        self.runs, self.recurring, self._triggers = {}, {}, {}
        self.last_times, self.started = {}, Counter()
        """When each recurring run started its last run; how many runs each time has started."""
        self.most_enabled = 0
        self.keeps_runs_going = False
        self.lateness = timedelta(0)
        """How long after its time a run is started."""
        self._lock = threading.Lock()

    def __enter__(self):
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fault(self, where, what, times=1):
        self.faults.append(Fault(where, what, times))

    def changes(self):
        """Returns the requests that were to change something, without their paths' base."""
        return [each for each in self.requests if not each.startswith("GET")]

    def advance(self, **duration):
        """Lets time go by."""
        until = self.now + timedelta(**duration)
        while self.now < until:
            self.now = min(until, self.now + timedelta(seconds=20))
            self._start_due()

    def enabled(self):
        return [each for each in self.recurring.values() if each["status"] == "ENABLED"]

    def end_runs(self, state="SUCCEEDED"):
        for run in self.runs.values():
            if run["state"] == "RUNNING":
                run.update(state=state, finished_at=_text(self.now))

    def handle(self, method, url, headers, raw):
        """Returns the status and the JSON of an answer."""
        parts = urlparse(url)
        with self._lock:
            self.now += self.step
            self._start_due()
            self.requests.append(f"{method} {parts.path.removeprefix(_BASE)}")
            try:
                answer = self._answer(method, parts, headers, raw)
            except Answer as error:
                if parts.path.startswith(f"{_BASE}/pipelines/upload"):
                    return error.status, {"error_message": error.message, "error_details": ""}
                body = {"code": _GRPC.get(error.status, 2), "message": error.message, "details": []}
                self.spec.check_named("googleRpcStatus", body)
                return error.status, body
            except jsonschema.ValidationError as error:
                self.violations.append(f"{method} {url}: {error.message}")
                return 400, {"message": error.message}
            self.most_enabled = max(self.most_enabled, len(self.enabled()))
            return 200, answer

    def _answer(self, method, parts, headers, raw):
        if self.token and headers.get("Authorization") != f"Bearer {self.token}":
            raise Answer(401, "User identity is empty in the request header")
        template, operation, ids = self.spec.operation(method, parts.path)
        if operation is None:
            raise Answer(404, "Not Found")
        query = {key: value for key, (value,) in parse_qs(parts.query).items()}
        known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
        if set(query) - known:
            raise jsonschema.ValidationError(f"unknown in the query: {set(query) - known}")
        body = None
        if headers.get("Content-Type", "").startswith("multipart/"):
            body = self._package(headers["Content-Type"], raw)
        elif raw and raw != b"null":
            body = json.loads(raw)
            (expected,) = (each for each in operation["parameters"] if each["in"] == "body")
            self.spec.check(expected["schema"], body)
        name = f"{method} {template.removeprefix(_BASE)}"
        answer = getattr(self, _CALLS[name])(*ids, query=query, body=body)
        schema = operation["responses"]["200"].get("schema")
        if schema:
            self.spec.check(schema, answer)
        return answer

    def _package(self, content_type, raw):
        files: dict[str, list[HTTPFile]] = {}
        boundary = content_type.split("boundary=")[1].encode()
        parse_multipart_form_data(boundary, raw, {}, files)
        (file,) = files["uploadfile"]
        if not file.filename.endswith((".yaml", ".yml", ".zip", ".tar.gz")):
            raise Answer(400, "Failed to read a pipeline spec file")
        found = yaml.safe_load(file.body)
        if found.get("schemaVersion") != "2.1.0":
            raise Answer(400, "KFP only supports schema version 2.1.0")
        return found

    def _open(self, namespace):
        """Checks a namespace as far as the server does."""
        if not self.multi_user:
            return
        if not namespace:
            raise Answer(400, "Namespace cannot be empty in multi-user mode")
        if namespace not in self.namespaces:
            raise Answer(403, f"User 'me' is not authorized with reason: (namespace {namespace})")

    def health(self, query, body):
        return {"multi_user": self.multi_user, "pipeline_store": "database"}

    def list_experiments(self, query, body):
        self._open(query.get("namespace"))
        return self._page("experiments", self.experiments, query)

    def create_experiment(self, query, body):
        self._open(body.get("namespace"))
        self._unique(self.experiments, body["display_name"])
        return self._add(self.experiments, "experiment_id", body, storage_state="AVAILABLE")

    def pipeline_by_name(self, name, query, body):
        self._open(query.get("namespace"))
        for each in self.pipelines.values():
            if each["display_name"] == unquote_plus(name):
                return each
        raise Answer(404, f"Failed to get a pipeline with name {name}: not found")

    def create_pipeline(self, query, body):
        self._open(body.get("namespace"))
        self._unique(self.pipelines, body["display_name"])
        return self._add(self.pipelines, "pipeline_id", body)

    def upload_pipeline(self, query, body):
        self._unique(self.pipelines, query["name"])
        return self._add(self.pipelines, "pipeline_id", {"display_name": query["name"]})

    def list_pipelines(self, query, body):
        return self._page("pipelines", self.pipelines, query)

    def list_versions(self, pipeline_id, query, body):
        _of(self.pipelines, pipeline_id)
        mine = {k: v for k, v in self.versions.items() if v["pipeline_id"] == pipeline_id}
        return self._page("pipeline_versions", mine, query)

    def version(self, pipeline_id, version_id, query, body):
        return _of(self.versions, version_id)

    def upload_version(self, query, body):
        _of(self.pipelines, query["pipelineid"])
        mine = {k: v for k, v in self.versions.items() if v["pipeline_id"] == query["pipelineid"]}
        self._unique(mine, query["name"])
        made = {
            "pipeline_id": query["pipelineid"],
            "display_name": query["name"],
            "pipeline_spec": body,
        }
        return self._add(self.versions, "pipeline_version_id", made)

    def list_runs(self, query, body):
        self._open(query.get("namespace"))
        mine = {k: v for k, v in self.runs.items() if v["experiment_id"] == query["experiment_id"]}
        return self._page("runs", mine, query)

    def create_run(self, query, body):
        _of(self.experiments, body["experiment_id"])
        _of(self.versions, body["pipeline_version_reference"]["pipeline_version_id"])
        return self._add(self.runs, "run_id", body, state="PENDING")

    def run(self, run_id, query, body):
        return _of(self.runs, run_id)

    def list_recurring(self, query, body):
        self._open(query.get("namespace"))
        wanted = query.get("experiment_id")
        mine = {
            key: each
            for key, each in self.recurring.items()
            if wanted in (None, each["experiment_id"])
        }
        return self._page("recurringRuns", mine, query)

    def create_recurring(self, query, body):
        _of(self.experiments, body["experiment_id"])
        _of(self.versions, body["pipeline_version_reference"]["pipeline_version_id"])
        if not 1 <= int(body.get("max_concurrency", 0)) <= 10:
            raise Answer(400, "Max concurrency of a recurring run must be at least 1")
        enabled = {"ENABLE": "ENABLED", "DISABLE": "DISABLED"}[body["mode"]]
        made = {**body, "service_account": body.get("service_account") or "pipeline-runner"}
        return self._add(self.recurring, "recurring_run_id", made, status=enabled)

    def recurring_run(self, recurring_run_id, query, body):
        return _of(self.recurring, recurring_run_id)

    def enable(self, recurring_run_id, query, body):
        _of(self.recurring, recurring_run_id).update(status="ENABLED", mode="ENABLE")
        return {}

    def disable(self, recurring_run_id, query, body):
        _of(self.recurring, recurring_run_id).update(status="DISABLED", mode="DISABLE")
        return {}

    def delete_recurring(self, recurring_run_id, query, body):
        _of(self.recurring, recurring_run_id)
        for run in self.runs.values():
            if run.get("recurring_run_id") == recurring_run_id and run["state"] == "RUNNING":
                run["state"] = "FAILED"
        del self.recurring[recurring_run_id]
        return {}

    def _add(self, table, key, body, **more):
        made = {**body, **more, key: str(uuid.uuid4()), "created_at": _text(self.now)}
        table[made[key]] = made
        return made

    def _unique(self, table, name):
        if any(each["display_name"] == name for each in table.values()):
            raise Answer(409, f"The name {name} already exist. Please specify a new name.")

    def _page(self, key, table, query):
        """Returns a page, as KFP filters, sorts and numbers them."""
        rows = list(table.values())
        if query.get("sort_by") == "created_at desc":
            rows = [row for _, row in sorted(enumerate(rows), key=_newest_first)]
        if query.get("filter"):
            # KFP unquotes it once more, takes names of values that its file does not have, and
            # numbers of operations for their names.
            written = unquote_plus(query["filter"]).replace('"stringValue":', '"string_value":')
            found = json.loads(written.replace('"operation": 1', '"operation": "EQUALS"'))
            self.spec.check_named("v2beta1Filter", found)
            for predicate in found["predicates"]:
                assert predicate["operation"] == "EQUALS"
                wanted = predicate["string_value"].lower()
                rows = [row for row in rows if row[predicate["key"]].lower() == wanted]
        options = [query.get("filter", ""), query.get("sort_by", "")]
        first = 0
        if query.get("page_token"):
            first, *before = json.loads(base64.b64decode(query["page_token"]))
            if before != options:
                raise Answer(400, "page token does not match the supplied sort by and/or filtering")
        last = first + min(int(query.get("page_size") or 20), self.page_size)
        answer = {key: rows[first:last], "total_size": len(rows)}
        if key == "recurringRuns":
            for row in answer[key]:
                assert row["status"] in ("ENABLED", "DISABLED")
        if last < len(rows):
            token = json.dumps([last, *options]).encode()
            answer["next_page_token"] = base64.b64encode(token).decode()
        return answer

    def _trigger(self, key):
        if key not in self._triggers:
            self._triggers[key] = Trigger.of(_Message(self.recurring[key]["trigger"]))
        return self._triggers[key]

    def _start_due(self):
        """Does what the controller of schedules does, without catching up."""
        for key, each in self.recurring.items():
            trigger = self._trigger(key)
            made = datetime.fromisoformat(each["created_at"])
            after = self.last_times.get(key) or trigger.start or made
            times = trigger.times(after, UTC, made)
            due = None
            for when in times:
                if when + self.lateness > self.now:
                    break
                due = when
            if due is None or each["status"] != "ENABLED":
                continue
            self.last_times[key] = due
            self.started[due] += 1
            state = "RUNNING" if self.keeps_runs_going else "SUCCEEDED"
            body = {
                "display_name": f"{each['display_name']}-{len(self.runs)}",
                "experiment_id": each["experiment_id"],
                "recurring_run_id": key,
                "pipeline_version_reference": each["pipeline_version_reference"],
            }
            run = self._add(self.runs, "run_id", body, state=state)
            if state == "SUCCEEDED":
                run["finished_at"] = _text(self.now)


_CALLS = {
    "GET /healthz": "health",
    "GET /experiments": "list_experiments",
    "POST /experiments": "create_experiment",
    "GET /pipelines": "list_pipelines",
    "POST /pipelines": "create_pipeline",
    "POST /pipelines/upload": "upload_pipeline",
    "POST /pipelines/upload_version": "upload_version",
    "GET /pipelines/names/{name}": "pipeline_by_name",
    "GET /pipelines/{pipeline_id}/versions": "list_versions",
    "GET /pipelines/{pipeline_id}/versions/{pipeline_version_id}": "version",
    "GET /runs": "list_runs",
    "POST /runs": "create_run",
    "GET /runs/{run_id}": "run",
    "GET /recurringruns": "list_recurring",
    "POST /recurringruns": "create_recurring",
    "GET /recurringruns/{recurring_run_id}": "recurring_run",
    "POST /recurringruns/{recurring_run_id}:enable": "enable",
    "POST /recurringruns/{recurring_run_id}:disable": "disable",
    "DELETE /recurringruns/{recurring_run_id}": "delete_recurring",
}


class _Message:
    """A trigger's JSON, with attributes as KFP's client has them."""

    def __init__(self, found):
        self._found = found

    def __getattr__(self, name):
        value = self._found.get(name)
        if isinstance(value, dict):
            return _Message(value)
        return datetime.fromisoformat(value) if value and name.endswith("_time") else value


def _of(table, key):
    if key not in table:
        raise Answer(404, f"ResourceNotFoundError: {key} not found")
    return table[key]


def _newest_first(numbered):
    number, row = numbered
    return (-datetime.fromisoformat(row["created_at"]).timestamp(), -number)


def _text(when):
    return when.isoformat().replace("+00:00", "Z")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that went away is no news."""


def _handler_of(fake):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # Head and body in one packet: the second would wait for 40 ms.

        def log_message(self, *_):
            pass

        def _respond(self):
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            what = self._fault()
            if what == "hang":
                fake._released.wait()
                return
            if what == "reset":
                self._reset()
                return
            if what in ("login", "page"):
                self._send(200, LOGIN if what == "login" else PAGE, "text/html")
                return
            if isinstance(what, int):
                self._send(what, json.dumps({"code": 2, "message": "as ordered"}))
                return
            status, answer = fake.handle(self.command, self.path, self.headers, raw)
            if what == "reset after":
                self._reset()
                return
            self._send(status, json.dumps(answer))
            self.wfile.flush()

        def _fault(self):
            for fault in fake.faults:
                if fault.times and re.search(fault.where, f"{self.command} {self.path}"):
                    fault.times -= 1
                    return fault.what
            return None

        def _reset(self):
            # Lingering for no time makes closing a reset.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True

        def _send(self, status, text, kind="application/json"):
            data = text.encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "https://login.example.com/auth")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _respond

    return Handler
