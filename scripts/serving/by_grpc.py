"""A model that TensorFlow Serving offers over gRPC; needs `tensorflow-serving-api`."""

import functools
import os
import queue

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import grpc
import tensorflow as tf
from google.protobuf.message import DecodeError
from serving import connection
from serving.failures import Failure, refusal
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

PORT = 8500
# A few images are larger than gRPC's 4 MB; −1 is no limit.
_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
]


class Connection(connection.Connection):
    """A model at a server that is asked over gRPC."""

    def __init__(self, address, model, version, label, deadline):
        super().__init__(address, model, version, label, deadline)
        self.channel = grpc.insecure_channel(address, _OPTIONS)
        self.predictions = prediction_service_pb2_grpc.PredictionServiceStub(
            self.channel
        )
        self.models = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def states(self) -> list:
        """Lists `(version, state, message)` of the versions that are asked for."""
        # TensorFlow Serving gives all versions where one is named by its label.
        labeled = self.label and self._metadata.model_spec.version.value
        request = self._about_model(get_model_status_pb2.GetModelStatusRequest())
        answer = self._ask(self.models.GetModelStatus, request)
        name = get_model_status_pb2.ModelVersionStatus.State.Name
        return [
            (str(entry.version), name(entry.state), entry.status.error_message)
            for entry in answer.model_version_status
            if labeled in (None, entry.version)
        ]

    def signatures(self) -> dict:
        """Returns `(names of inputs, names of outputs)` by signature."""
        return {
            name: (list(entry.inputs), list(entry.outputs))
            for name, entry in self._definitions.items()
        }

    def predict(self, signature: str, inputs: dict, output: str):
        """Returns one output of a request: an array of numbers or of bytes."""
        request = self._about_model(predict_pb2.PredictRequest())
        request.model_spec.signature_name = signature
        specs = self._definitions[signature].inputs
        for name, value in inputs.items():
            # Unlike REST, gRPC converts no types.
            tensor = tf.make_tensor_proto(value, specs[name].dtype)
            request.inputs[name].CopyFrom(tensor)
        answer = self._ask(self.predictions.Predict, request)
        try:
            return tf.make_ndarray(answer.outputs[output])
        except (TypeError, ValueError):
            raise Failure(f"The answer holds no `{output}`") from None

    def close(self) -> None:
        """Ends the connection."""
        self.channel.close()

    @functools.cached_property
    def _metadata(self):
        request = self._about_model(get_model_metadata_pb2.GetModelMetadataRequest())
        request.metadata_field.append("signature_def")
        return self._ask(self.predictions.GetModelMetadata, request)

    @functools.cached_property
    def _definitions(self):
        found = get_model_metadata_pb2.SignatureDefMap()
        try:
            self._metadata.metadata["signature_def"].Unpack(found)
        except DecodeError:
            raise Failure(f"{self.address} gave unreadable metadata") from None
        return found.signature_def

    def _about_model(self, request):
        request.model_spec.name = self.model
        if self.version is not None:
            request.model_spec.version.value = self.version
        if self.label is not None:
            request.model_spec.version_label = self.label
        return request

    def _ask(self, method, request):
        try:
            return method(request, timeout=self.deadline.remaining())
        except grpc.RpcError as error:
            code, details = error.code(), error.details() or "without a reason"
            if code == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise self.deadline.missed() from None
            if code == grpc.StatusCode.UNAVAILABLE and not self._is_connected():
                raise Failure(f"{self.address} cannot be reached: {details}") from None
            raise refusal(code.name, details) from None

    def _is_connected(self):
        """Returns whether a server is there, so that what was said is its own word."""
        states = queue.SimpleQueue()
        self.channel.subscribe(states.put)
        return states.get() is grpc.ChannelConnectivity.READY
