"""The parameters parse as TensorFlow Serving's message."""

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)

from kgan.export import batching
from kgan.export.requests import MAX_REQUESTS

# Fields of BatchingParameters in session_bundle_config.proto, which the package
# tensorflow-serving-api does not bring along.
WRAPPED = (
    "max_batch_size",
    "batch_timeout_micros",
    "max_enqueued_batches",
    "num_batch_threads",
)


def message():
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="batching.proto",
        package="tests",
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    kind = file.message_type.add(name="BatchingParameters")
    for number, name in enumerate(WRAPPED, start=1):
        kind.field.add(
            name=name,
            number=number,
            type=field.TYPE_MESSAGE,
            type_name=".google.protobuf.Int64Value",
            label=field.LABEL_OPTIONAL,
        )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("tests.BatchingParameters")
    )()


def test_parameters(tmp_path):
    batching.write(tmp_path)
    parameters = message()
    text_format.Parse((tmp_path / batching.NAME).read_text("utf-8"), parameters)
    assert all(getattr(parameters, name).value > 0 for name in WRAPPED)
    assert parameters.max_batch_size.value == MAX_REQUESTS
