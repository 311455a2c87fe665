"""The client of TensorFlow Serving ends in time, however slow a server is."""

import contextlib
import functools
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time

import pytest
import stand_in_models
import stand_in_servers
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "serving_client.py"
HEAD = b"HTTP/1.0 200 OK\r\n\r\n"
DRIPS = {
    "head": [b"HTTP/1.0 200 OK\r\nX-Pieces: ", *[b"a"] * 400],
    "body": [HEAD, *[b" "] * 400],
    "error": [b"HTTP/1.0 503 Busy\r\n\r\n", *[b" "] * 400],
}
SIGNATURE = {"inputs": {"seed": {}}, "outputs": {"image_bytes": {}}}
METADATA = {"signature_def": {"signature_def": {"generate_png": SIGNATURE}}}


class _Slow(http.server.BaseHTTPRequestHandler):
    """Answers in pieces, with a pause before each."""

    def __init__(self, ended, pieces, pause, *rest):
        self.ended = ended
        self.pieces = pieces
        self.pause = pause
        super().__init__(*rest)

    def do_GET(self):
        with contextlib.suppress(ConnectionError):
            for piece in self.pieces:
                if self.ended.wait(self.pause):
                    break
                self.wfile.write(piece)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def slow():
    """Starts REST servers that answer in pieces, with a pause before each."""
    ended = threading.Event()
    with contextlib.ExitStack() as stack:

        def start(pieces, pause):
            handler = functools.partial(_Slow, ended, pieces, pause)
            server = stack.enter_context(stand_in_servers.http_server(handler))
            stack.callback(ended.set)
            return server

        yield start


class _SlowPredictions(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers after a pause."""

    def __init__(self, model, pause):
        self.model = model
        self.pause = pause

    def GetModelMetadata(self, request, context):
        time.sleep(self.pause)
        return self.model.metadata("rgb")

    def Predict(self, request, context):
        time.sleep(self.pause)
        return predict_pb2.PredictResponse()


@pytest.fixture
def late(fails):
    """Runs the client with a timeout of a second, which it keeps and names."""

    def run(protocol, server):
        begin = time.monotonic()
        said = fails(protocol, "rgb", "--timeout=1", server=server)
        assert said == f"{server} gave no answer within 1 s (--timeout)"
        assert 0.9 < time.monotonic() - begin < 2.0

    return run


@pytest.mark.parametrize("drip", DRIPS)
def test_a_server_that_drips(drip, slow, late):
    late("rest", slow(DRIPS[drip], 0.05))


def test_requests_over_rest_share_the_time(slow, late):
    text = json.dumps({"metadata": METADATA}).encode()
    late("rest", slow([HEAD + text], 0.6))


def test_requests_over_grpc_share_the_time(served, late):
    with contextlib.closing(stand_in_models.Model(served / "rgb", "rgb")) as model:
        services = _SlowPredictions(model, 0.6)
        with stand_in_servers.grpc_services(services) as server:
            late("grpc", server)


def test_a_slow_server_has_its_time(slow, fails):
    text = json.dumps({"metadata": METADATA}).encode()
    said = fails("rest", "rgb", "--timeout=60", server=slow([HEAD, text], 0.3))
    assert "answered what TensorFlow Serving's REST interface does not" in said


def test_the_program_ends_before_the_drip(slow):
    server = slow(DRIPS["body"], 0.05)
    flags = ["--model=rgb", "--status", f"--server={server}", "--timeout=1"]
    command = [sys.executable, "-W", "error", str(SCRIPT), *flags]
    begin = time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True)
    assert time.monotonic() - begin < 10.0  # of 20 s, with the imports
    said = f"serving_client.py: {server} gave no answer within 1 s (--timeout)\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", said)
