"""Servers that speak as TensorFlow Serving does: over REST and over gRPC.

Messages, paths and JSON are those of its interfaces; the models are `stand_in_models`.
"""

import base64
import contextlib
import functools
import http.server
import json
import re
import threading
import urllib.parse
from concurrent import futures

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from stand_in_models import Model, Refusal, invalid
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

_HTTP = {"INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "NOT_FOUND": 404}
_PATH = re.compile(
    r"/v1/models/(?P<name>[^/:]+)"
    r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
    r"(?P<what>/metadata|:predict)?"
)


class _Labeled(Model):
    """A model whose versions have labels, which may stand for a version's number."""

    def __init__(self, path, name, batching, labels):
        super().__init__(path, name, batching)
        self.labels = labels or {}

    def version(self, name, number=None):
        if isinstance(number, str):
            if number not in self.labels:
                raise invalid(f"Unrecognized servable version label: {number}")
            number = self.labels[number]
        return super().version(name, number)

    def status(self, name, number=None):
        # Labels are passed over here.
        return super().status(name, None if isinstance(number, str) else number)


@contextlib.contextmanager
def rest_server(path, name, seen=None, batching=False, labels=None):
    """Serves a model over REST.

    Args:
        path: Folder of all versions of the model.
        name: The model's name.
        seen: A list that gets `(method, path, JSON)` of each request, or None.
        batching: As in `stand_in_models.Version`.
        labels: Numbers of versions by their labels, or None.

    Yields:
        The server's URL, without a path.
    """
    with contextlib.closing(_Labeled(path, name, batching, labels)) as model:
        handler = functools.partial(_Handler, model, [] if seen is None else seen)
        with http_server(handler) as url:
            yield url


@contextlib.contextmanager
def http_server(handler):
    """Runs an HTTP server with a handler of `http.server`; yields its URL."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, model, seen, *rest):
        self.model = model
        self.seen = seen
        super().__init__(*rest)

    def do_GET(self):
        self._answer("GET", {None: self._status, "/metadata": self._metadata}, None)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer("POST", {":predict": functools.partial(self._predict, body)}, body)

    def log_message(self, *_):
        pass

    def _answer(self, method, answers, body):
        self.seen.append((method, self.path, body and json.loads(body)))
        try:
            found = _PATH.fullmatch(self.path)
            if not found or found["what"] not in answers:
                raise invalid(f"Malformed request: {method} {self.path}")
            name = urllib.parse.unquote(found["name"])
            version = found["version"] and int(found["version"])
            label = found["label"] and urllib.parse.unquote(found["label"])
            code, answer = 200, answers[found["what"]](name, label or version)
        except Refusal as refusal:
            code, answer = _HTTP[refusal.code], {"error": str(refusal)}
        text = json.dumps(answer, indent=4).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _status(self, name, number):
        answer = _as_json(self.model.status(name, number))
        for entry in answer["model_version_status"]:
            entry["status"]["error_code"] = "OK"
        return answer

    def _metadata(self, name, number):
        answer = self.model.metadata(name, number)
        found = get_model_metadata_pb2.SignatureDefMap()
        answer.metadata["signature_def"].Unpack(found)
        signatures = {"signature_def": _as_json(found)}
        return {"model_spec": _as_json(answer.model_spec), "metadata": signatures}

    def _predict(self, body, name, number):
        request = json.loads(body)
        _, version = self.model.version(name, number)
        signature = request.get("signature_name", "serving_default")
        if signature not in version.signatures:
            raise invalid(
                f'Serving signature name: "{signature}" not found in signature def'
            )
        infos = version.signatures[signature].inputs
        if ("instances" in request) == ("inputs" in request):
            raise invalid("Missing 'inputs' or 'instances' key")
        if "inputs" in request:
            outputs = version.run(signature, _columns(request["inputs"], infos))
            return {"outputs": _without_name(_written(outputs))}
        outputs = version.run(signature, _rows(request["instances"], infos))
        rows = zip(*_written(outputs).values(), strict=True)
        named = (dict(zip(outputs, row, strict=True)) for row in rows)
        return {"predictions": [_without_name(row) for row in named]}


def _columns(inputs, infos):
    """Reads the columnar format.

    Unlike gRPC it wants all inputs, those with defaults, too; it passes over others.
    """
    if not isinstance(inputs, dict):
        inputs = dict.fromkeys(infos, inputs) if len(infos) == 1 else {}
    for name in infos:
        if name not in inputs:
            raise invalid(f"Missing named input: {name} in 'inputs' object.")
    return {name: _read(inputs[name], info) for name, info in infos.items()}


def _rows(instances, infos):
    """Reads the row format, where each row has all inputs."""
    if not isinstance(instances[0], dict):
        instances = [dict.fromkeys(infos, row) for row in instances]
    for index, row in enumerate(instances):
        if row.keys() != infos.keys():
            raise invalid(
                f"Failed to process element: {index} of 'instances' list. JSON object: "
                f"{json.dumps(row)} keys must be equal to: {','.join(sorted(infos))}"
            )
    return {
        name: _read([row[name] for row in instances], info)
        for name, info in infos.items()
    }


def _read(value, info):
    dtype = tf.as_dtype(info.dtype)
    array = np.array(value)
    fits = array.dtype.kind in ("if" if dtype.is_floating else "i")
    if fits and not dtype.is_floating:
        fits = dtype.min <= array.min(initial=0) and array.max(initial=0) <= dtype.max
    if not fits:
        raise invalid(
            f"JSON Value: {json.dumps(value)} is not of expected type: {dtype.name}"
        )
    return array.astype(dtype.as_numpy_dtype)


def _written(outputs):
    """Turns arrays into what stands for them in JSON."""

    def plain(value):
        if isinstance(value, list):
            return [plain(entry) for entry in value]
        if isinstance(value, bytes):
            return {"b64": base64.b64encode(value).decode()}
        return value

    return {name: plain(array.tolist()) for name, array in outputs.items()}


def _without_name(values):
    """Drops the name of what stands alone."""
    return values if len(values) > 1 else next(iter(values.values()))


def _as_json(message):
    return json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )


@contextlib.contextmanager
def grpc_server(path, name, batching=False, labels=None):
    """Serves a model over gRPC.

    Args:
        path: Folder of all versions of the model.
        name: The model's name.
        batching: As in `stand_in_models.Version`.
        labels: As in `rest_server`.

    Yields:
        `host:port`.
    """
    with contextlib.closing(_Labeled(path, name, batching, labels)) as model:
        predictions, models = _Predictions(), _Models()
        predictions.model = models.model = model
        with grpc_services(predictions, models) as address:
            yield address


@contextlib.contextmanager
def grpc_services(predictions, models=None):
    """Runs a gRPC server with TensorFlow Serving's services.

    Args:
        predictions: A `PredictionServiceServicer`.
        models: A `ModelServiceServicer`, or None for a server without.

    Yields:
        `host:port`.
    """
    server = grpc.server(futures.ThreadPoolExecutor(2))
    add = prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server
    add(predictions, server)
    if models is not None:
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def _refusing(method):
    """Answers a `Refusal` with its status."""

    @functools.wraps(method)
    def answer(self, request, context):
        try:
            return method(self, request)
        except Refusal as refusal:
            context.abort(grpc.StatusCode[refusal.code], str(refusal))

    return answer


def _wanted(request):
    spec = request.model_spec
    chosen = {"version": spec.version.value, "version_label": spec.version_label}
    return spec.name, chosen.get(spec.WhichOneof("version_choice"))


class _Predictions(prediction_service_pb2_grpc.PredictionServiceServicer):
    @_refusing
    def Predict(self, request):
        number, version = self.model.version(*_wanted(request))
        signature = request.model_spec.signature_name or "serving_default"
        inputs = {name: tf.make_ndarray(t) for name, t in request.inputs.items()}
        answer = predict_pb2.PredictResponse()
        answer.model_spec.CopyFrom(request.model_spec)
        answer.model_spec.version.value = number
        for name, array in version.run(signature, inputs).items():
            answer.outputs[name].CopyFrom(tf.make_tensor_proto(array))
        return answer

    @_refusing
    def GetModelMetadata(self, request):
        if list(request.metadata_field) != ["signature_def"]:
            raise invalid("Metadata field is not supported")
        return self.model.metadata(*_wanted(request))


class _Models(model_service_pb2_grpc.ModelServiceServicer):
    @_refusing
    def GetModelStatus(self, request):
        return self.model.status(*_wanted(request))
