"""Each recorded request runs against its signature."""

import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from kgan.export import warmup


def records(folder):
    """Reads the requests as TensorFlow Serving does."""
    for record in tf.data.TFRecordDataset(str(folder / warmup.PATH)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        assert log.WhichOneof("log_type") == "predict_log"
        yield log.predict_log.request


@pytest.mark.parametrize("kind", ["images", "classes", "points"])
def test_every_request_is_answered(folder, served, kind):
    asked = []
    for request in records(folder(kind)):
        name = request.model_spec.signature_name
        signature = served(kind)[name]
        inputs = {
            key: tf.constant(tf.make_ndarray(value))
            for key, value in request.inputs.items()
        }
        assert set(inputs) == set(signature.structured_input_signature[1])
        rows = {tensor.shape[0] for tensor in inputs.values()}
        assert len(rows) == 1  # TensorFlow Serving joins along this axis
        for output in signature(**inputs).values():
            assert output.shape[0] in rows
        assert request.model_spec.name == kind
        asked.append((name, *rows))
    expected = {(name, 1) for name in served(kind)}
    expected |= {("serving_default", 64), ("discriminate", 64)}
    assert set(asked) == expected
    assert len(asked) == len(expected)
