"""The clients, by what they send and, on the stand-in server, by what comes back."""

import base64
import json
import runpy
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipeline.options.serving import Serving
from pipeline.serving_config.compose import compose
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.release import Release, models_config

PROJECT = Path(__file__).resolve().parents[2]
CLIENTS = PROJECT / "serving_config" / "clients"
README = (PROJECT / "serving_config" / "README.md").read_text()


@pytest.fixture
def recorded():
    """A server that answers every request alike; yields its address and what it was sent."""
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append((self.path, json.loads(body)))
            answer = json.dumps({"predictions": [{"label": "cat", "probability": 0.75}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()
        thread.join()


def test_rest_sends_what_tensorflow_serving_documents(recorded):
    """Row format, base64 in an object with the key `b64`, the signature by its name."""
    address, requests = recorded
    predict = runpy.run_path(str(CLIENTS / "rest.py"))["predict"]
    assert predict(address, "pets/labels/canary", b"\x00\xff") == {
        "label": "cat",
        "probability": 0.75,
    }
    instance = {"b64": base64.b64encode(b"\x00\xff").decode()}
    body = {"signature_name": "predict", "instances": [instance]}
    assert requests == [("/v1/models/pets/labels/canary:predict", body)]


def free_ports():
    """Returns two ports that were free a moment ago."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def save_model(folder):
    """Saves a model that calls texts of more than four bytes long."""
    import tensorflow as tf

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
        def predict(self, text):
            label = tf.where(tf.strings.length(text) > 4, "long", "short")
            return {"label": label, "probability": tf.fill(tf.shape(text), 0.75)}

    model = Model()
    tf.saved_model.save(model, str(folder), signatures={"predict": model.predict})


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The stand-in server with a model; yields the ports of REST and gRPC."""
    pytest.importorskip("serving")
    folder = tmp_path_factory.mktemp("serving")
    save_model(folder / "digits" / "3")
    config = folder / "models.config"
    config.write_text(models_config("digits", str(folder / "digits"), Release(3)))
    rest, grpc = free_ports()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "serving", f"--model_config_file={config}"),
            *(f"--rest_api_port={rest}", f"--port={grpc}"),
        ],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
    )
    try:
        wait_until_ready(rest, process)
        yield rest, grpc
    finally:
        process.terminate()
        process.communicate(timeout=60)


def wait_until_ready(port, process, seconds=90):
    path = plan().ready_path()
    for _ in range(seconds * 5):
        assert process.poll() is None, process.stderr.read().decode()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise TimeoutError("the server is not ready")


def plan(model="digits"):
    return Plan(model, "/nowhere", Serving(), Release(3))


def run(script, *arguments):
    command = [sys.executable, str(CLIENTS / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.e2e
def test_both_clients_say_the_label(served, tmp_path):
    rest, grpc = served
    (tmp_path / "text.txt").write_text("a text")
    address = f"http://127.0.0.1:{rest}"
    assert run("rest.py", address, "digits", tmp_path / "text.txt") == "long 0.7500\n"
    assert run("rest.py", address, "digits/versions/3", tmp_path / "text.txt") == "long 0.7500\n"
    said = run("grpc_client.py", f"127.0.0.1:{grpc}", "digits", tmp_path / "text.txt", "stable")
    assert said == "long 0.7500 (version 3)\n"


@pytest.mark.e2e
@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_readmes_line_with_curl_works(served, tmp_path):
    (line,) = (line for line in README.splitlines() if "| curl" in line)
    (tmp_path / "digit.png").write_bytes(b"abc\xff")
    command = line.replace("8501", str(served[0]))
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    assert json.loads(done.stdout)["predictions"][0]["label"] == "short"


@pytest.mark.e2e
@pytest.mark.parametrize(("model", "code"), [("digits", 0), ("others", 1)])
def test_composes_health_check_tells_whether_the_model_answers(served, model, code):
    server = compose(plan(model), "1:1")["services"]["serving"]
    command = server["healthcheck"]["test"][1:]
    command = [word.replace("8501", str(served[0])) for word in command]
    assert subprocess.run(command, timeout=60).returncode == code
