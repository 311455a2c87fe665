"""Requests that TensorFlow Serving sends to a model before its first client does.

Graphs are optimised and memory is taken at a signature's first call: without these the
first client waits for it. TensorFlow Serving reads them as `PredictionLog` records.
"""

import pathlib

import tensorflow as tf

from kgan.export.requests import MAX_REQUESTS

PATH = "assets.extra/tf_serving_warmup_requests"


def examples(endpoints):
    """Yields one request for each endpoint, and for those of rows a large one.

    A request is the endpoint's name and its inputs, tensors by name, all with an axis
    of requests, as TensorFlow Serving's batching wants it.
    """
    for name, endpoint in endpoints.items():
        of_rows = all(given.is_of_rows for given in endpoint.inputs)
        for rows in (1, MAX_REQUESTS) if of_rows else (1,):
            yield name, {i.spec.name: i.examples(rows) for i in endpoint.inputs}


def write(endpoints, name: str, folder: pathlib.Path) -> None:
    """Writes a model's requests into a version's folder, for TensorFlow Serving."""
    from tensorflow_serving.apis import prediction_log_pb2

    path = folder / PATH
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as records:
        for signature, inputs in examples(endpoints):
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name = name
            request.model_spec.signature_name = signature
            for key, value in inputs.items():
                request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
            records.write(log.SerializeToString())
