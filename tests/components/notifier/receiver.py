"""A webhook on this machine that keeps what is posted to it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Where to post, and what was posted."""

    def __init__(self, url, answers):
        self.url, self.texts, self.answers = url, [], list(answers)


@contextmanager
def receiving(*answers):
    """Listens meanwhile.

    Args:
      answers: status codes to give, one after the other; then 200. None closes the connection.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = receiver.answers.pop(0) if receiver.answers else 200
            if answer is None:
                self.close_connection = True
                return
            if answer == 200:
                assert self.headers["Content-Type"] == "application/json"
                receiver.texts.append(json.loads(body)["text"])
            self.send_response(answer)
            self.end_headers()
            self.wfile.write(b"ok" if answer == 200 else b"no_service")

        def log_message(self, *_):
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hooks/secret", answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
