"""The client of TensorFlow Serving says in one line why it saved nothing."""

import contextlib
import functools
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import pytest
import stand_in_models
import stand_in_servers
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

from serving import pictures
from serving.failures import sentence

SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts"
BOTH = pytest.mark.parametrize("protocol", ["rest", "grpc"])
REFUSED = {
    "--num_images=1000000000": "`num_images` must lie in [1, 256]. "
    "Received: 1000000000",
    "--truncation=2": "`truncation` must lie in [0.0, 1.0]. Received: 2",
    "--truncation=nan": "`truncation` must lie in [0.0, 1.0]. Received: nan",
    "--labels=3": "`labels` must lie in [-1, 2]. Received: 3",
    "--labels=0,1": "`labels` must be one number, or one for each request, or for "
    "each image. Received: 0 1",
}


@BOTH
@pytest.mark.parametrize("flag", REFUSED)
def test_the_servers_sentence_is_said(protocol, flag, fails):
    kind = {"rest": "400 Bad Request", "grpc": "INVALID_ARGUMENT"}[protocol]
    said = fails(protocol, "classes", flag)
    assert said == f"The server answered {kind}: {REFUSED[flag]}"


@BOTH
def test_scalars_for_a_server_that_joins_requests(protocol, address, fails):
    said = fails(protocol, "classes", server=address(protocol, "classes", True))
    assert said.endswith(
        "Batching Run() input tensors must have at least one dimension"
    )


@BOTH
def test_models_and_versions_that_are_not_there(protocol, address, fails):
    server = address(protocol, "rgb")
    kind = {"rest": "404 Not Found", "grpc": "NOT_FOUND"}[protocol]
    start = f"The server answered {kind}: Servable not found for request: "
    assert fails(protocol, "a b/c", server=server) == f"{start}Latest(a b/c)"
    assert fails(protocol, "rgb", "--version=9") == f"{start}Specific(rgb, 9)"
    said = fails(protocol, "cats", "--status", server=server)
    assert said.endswith("Could not find any versions of model cats")


@BOTH
def test_what_a_model_has_not(protocol, fails):
    said = fails(protocol, "rgb", "--labels=1")
    assert said == "rgb has no classes: leave out --labels"
    said = fails(protocol, "points")
    assert said == "points has no generate_png; it has generate, interpolate"
    said = fails(protocol, "points", "--signature=generate")
    assert said == "points gives points, which are no images"


@pytest.fixture
def silent():
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@BOTH
def test_a_server_that_never_answers(protocol, silent, fails):
    begin = time.monotonic()
    said = fails(protocol, "rgb", "--timeout=1", server=silent)
    assert said == f"{silent} gave no answer within 1 s (--timeout)"
    assert 0.9 < time.monotonic() - begin < 3.0


@BOTH
def test_a_dead_port(protocol, fails):
    with socket.create_server(("127.0.0.1", 0)) as server:
        dead = f"127.0.0.1:{server.getsockname()[1]}"
    said = fails(protocol, "rgb", server=dead)
    assert said.startswith(f"{dead} cannot be reached: ")
    assert "Connection refused" in said


class _Busy(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Has no room for another request."""

    def GetModelMetadata(self, request, context):
        context.abort(grpc.StatusCode.UNAVAILABLE, "The batching queue is full")


def test_a_server_that_is_busy(fails):
    with stand_in_servers.grpc_services(_Busy()) as server:
        said = fails("grpc", "rgb", server=server)
    assert said == "The server answered UNAVAILABLE: The batching queue is full"


def test_a_server_that_hangs_up_on_grpc(fails):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        said = fails("grpc", "rgb", server=address)
        thread.join()
    assert said.startswith(f"{address} cannot be reached: ")


@pytest.mark.parametrize(("protocol", "other"), [("rest", "grpc"), ("grpc", "rest")])
def test_a_server_of_the_other_protocol(protocol, other, address, fails):
    server = address(other, "rgb").removeprefix("http://")
    assert server in fails(protocol, "rgb", "--timeout=2", server=server)


METADATA = {
    "signature_def": {
        "signature_def": {
            "generate_png": {"inputs": {"seed": {}}, "outputs": {"image_bytes": {}}},
            "generate": {"inputs": {"seed": {}}, "outputs": {"images": {}}},
        }
    }
}
NO_IMAGES = "The answer's `images` are no images: "
NO_FILES = "The answer's `image_bytes` are no images: "
STRANGE = "answered what TensorFlow Serving's REST interface does not"
GARBAGE = [
    ("generate", "[[", STRANGE),
    ("generate", "[1]", STRANGE),
    ("generate", '{"predictions": []}', STRANGE),
    ("generate", '{"outputs": {"points": []}}', STRANGE),
    ("generate", '{"outputs": 3}', NO_IMAGES),
    ("generate", '{"outputs": null}', NO_IMAGES),
    ("generate", '{"outputs": []}', NO_IMAGES),
    ("generate", '{"outputs": [[[[1]]], [[[1, 2]]]]}', NO_IMAGES),
    ("generate", '{"outputs": [[[[256]]]]}', NO_IMAGES),
    ("generate", '{"outputs": [[[[0.5]]]]}', NO_IMAGES),
    ("generate", '{"outputs": [[[["a"]]]]}', NO_IMAGES),
    ("generate", '{"outputs": [[[[1]]]]}', "The server gave 1 images instead of 2"),
    ("generate_png", '{"outputs": ["abc"]}', NO_FILES),
    ("generate_png", '{"outputs": [{"b64": "!"}]}', STRANGE),
    ("generate_png", '{"outputs": [{"b64": "YWJj"}]}', NO_FILES),
    ("generate_png", '{"outputs": []}', NO_FILES),
]


class _Canned(http.server.BaseHTTPRequestHandler):
    """Answers each request with one text, and those for metadata with metadata."""

    def __init__(self, metadata, code, text, *rest):
        self.metadata = metadata
        self.code = code
        self.text = text
        super().__init__(*rest)

    def _send(self, code, text):
        self.send_response(code)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self._send(200, json.dumps({"metadata": self.metadata}))

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.code, self.text)

    def log_message(self, *_):
        pass


@pytest.fixture
def canned(fails):
    """Returns what the client says of a REST server that has one answer to all."""

    def run(text, *flags, signature="generate", code=200, metadata=METADATA):
        handler = functools.partial(_Canned, metadata, code, text)
        flags = [f"--signature={signature}", "--num_images=2", *flags]
        with stand_in_servers.http_server(handler) as server:
            return fails("rest", "rgb", *flags, server=server)

    return run


@pytest.mark.parametrize(("signature", "text", "said"), GARBAGE)
def test_garbage_over_rest(signature, text, said, canned):
    assert said in canned(text, signature=signature)


@pytest.mark.parametrize("outputs", ["3", "[]", "[[[[1]]]]"])
def test_an_answer_without_an_axis_of_requests(outputs, canned):
    said = canned(f'{{"outputs": {outputs}}}', "--batching")
    assert said.startswith(NO_IMAGES)


def test_errors_that_are_not_tensorflow_servings(canned):
    said = canned("<h1>Bad\n gateway</h1>", code=502)
    assert said == "The server answered 502 Bad Gateway: <h1>Bad gateway</h1>"
    said = canned("", code=500)
    assert said.endswith("500 Internal Server Error: without a reason")
    assert len(canned("x" * 10_000, code=500)) < 600


@pytest.mark.parametrize("metadata", [[], {"signature_def": 3}, {"signature_def": {}}])
def test_metadata_of_another_kind(metadata, canned):
    assert STRANGE in canned("", metadata=metadata)


class _Garbage(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers requests with one `PredictResponse`."""

    def __init__(self, metadata, response=None):
        self.metadata = metadata
        self.response = response

    def GetModelMetadata(self, request, context):
        return self.metadata

    def Predict(self, request, context):
        return self.response


def _response(output, value):
    response = predict_pb2.PredictResponse()
    response.outputs[output].CopyFrom(tf.make_tensor_proto(value))
    return response


RESPONSES = [
    (predict_pb2.PredictResponse(), "The answer holds no `image_bytes`"),
    (_response("image_bytes", [b"abc", b""]), NO_FILES),
    (_response("image_bytes", 3.0), NO_FILES),
    (_response("images", np.zeros((2, 1, 1, 1), np.uint8)), "The answer holds no"),
]


@pytest.fixture(scope="module")
def metadata(served):
    """What a gRPC server says about a model."""
    with contextlib.closing(stand_in_models.Model(served / "rgb", "rgb")) as model:
        return model.metadata("rgb")


@pytest.mark.parametrize(("response", "said"), RESPONSES, ids=range(len(RESPONSES)))
def test_garbage_over_grpc(response, said, metadata, fails):
    with stand_in_servers.grpc_services(_Garbage(metadata, response)) as server:
        assert said in fails("grpc", "rgb", "--num_images=2", server=server)


def test_answers_above_the_limit_of_grpc_are_read(metadata, ask):
    large = np.random.default_rng(0).integers(0, 256, (2, 1500, 1500, 3), np.uint8)
    services = _Garbage(metadata, _response("images", large))
    flags = ["--signature=generate", "--num_images=2"]
    with stand_in_servers.grpc_services(services) as server:
        saved = ask("grpc", "rgb", *flags, server=server)
    np.testing.assert_array_equal(saved, large)


EMPTY = get_model_metadata_pb2.GetModelMetadataResponse()
UNREADABLE = get_model_metadata_pb2.GetModelMetadataResponse()
UNREADABLE.metadata["signature_def"].Pack(get_model_metadata_pb2.SignatureDefMap())
UNREADABLE.metadata["signature_def"].value = b"garbage"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (EMPTY, "rgb has no generate_png; it has none of this script"),
        (UNREADABLE, "gave unreadable metadata"),
    ],
    ids=["empty", "unreadable"],
)
def test_metadata_that_hold_nothing(answer, said, fails):
    with stand_in_servers.grpc_services(_Garbage(answer)) as server:
        assert said in fails("grpc", "rgb", server=server)


@pytest.mark.parametrize("output", ["file/images", "file/grid.png", "file"])
def test_a_disk_that_cannot_be_written(output, tmp_path, fails):
    (tmp_path / "file").touch()
    output = tmp_path / output
    said = fails("rest", "rgb", "--num_images=1", f"--output={output}")
    assert said.startswith(f"{output} cannot be written: ")


def test_a_picture_that_is_not_finished_leaves_nothing(tmp_path, monkeypatch):
    def save(self, path):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(Image.Image, "save", save)
    with pytest.raises(pictures.Failure, match="No space left on device"):
        pictures.write(tmp_path, np.zeros((1, 2, 2, 1), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_grpc_without_its_package(monkeypatch, fails):
    monkeypatch.setitem(sys.modules, "serving.by_grpc", None)
    said = fails("grpc", "rgb", server="localhost:1")
    assert "needs `pip install tensorflow-serving-api`" in said


SENTENCES = {
    "2 root error(s) found.\n  (0) INVALID_ARGUMENT: assertion failed: [`seed` must be "
    "at least 0. Received:] [-1]\n\t [[{{node A/Assert}}]]\n\t [[B/_7]]\n  (1) "
    "INVALID_ARGUMENT: assertion failed: [`seed` must be at least 0. Received:] [-1]\n"
    "\t [[{{node A/Assert}}]]\n0 successful operations.": "`seed` must be at least 0. "
    "Received: -1",
    "Shapes differ\n\t [[{{function_node f}}{{node g}}]]": "Shapes differ",
    "Batching queue\n is full": "Batching queue is full",
}


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences_without_tensorflows_words(text):
    assert sentence(text) == SENTENCES[text]


def _start(server, *flags):
    """Starts the client as a program."""
    flags = ["--model=a", "--status", f"--server={server}", *flags]
    return subprocess.Popen(
        [sys.executable, str(SCRIPTS / "serving_client.py"), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        text=True,
        # A shell starts what runs in its background deaf to interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_the_program_ends_with_the_status_of_a_failure(silent):
    with _start(silent, "--timeout=0.1") as program:
        out, err = program.communicate(timeout=60)
    said = f"serving_client.py: {silent} gave no answer within 0.1 s (--timeout)\n"
    assert (program.returncode, out, err) == (1, "", said)


def test_an_interrupt_ends_quietly():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        # Longer than a machine may stall: its own deadline is not what ends it.
        with _start(address, "--timeout=60") as program:
            connection, _ = server.accept()
            with connection:
                connection.recv(1)
                program.send_signal(signal.SIGINT)
                out, err = program.communicate(timeout=60)
    assert (program.returncode, out, err) == (130, "", "")
