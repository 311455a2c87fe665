"""Exported models as TensorFlow Serving runs them, whatever the protocol.

A model's graph runs in a session, as it does there, and its refusals are in the same
words. All versions of a model are served, which is the version policy `all`, and the
newest answers where none is named.
"""

import pathlib

import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2


class Refusal(Exception):
    """What is answered instead of a result.

    Args:
        code: Name of a gRPC status.
        message: A sentence.
    """

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def invalid(message):
    """Builds the refusal of a request that is wrong in itself."""
    return Refusal("INVALID_ARGUMENT", message)


class Version:
    """One version of a model.

    Args:
        path: The SavedModel's folder.
        batching: Whether inputs need an axis of requests, as with `--enable_batching`.
    """

    def __init__(self, path, batching):
        self.batching = batching
        graph = tf.Graph()
        self.session = tf.compat.v1.Session(graph=graph)
        with graph.as_default():
            loaded = tf.compat.v1.saved_model.load(self.session, ["serve"], str(path))
        self.signatures = loaded.signature_def

    def run(self, signature, inputs):
        """Returns arrays by name; inputs that were left out have their defaults."""
        if signature not in self.signatures:
            raise Refusal(
                "FAILED_PRECONDITION", f'Serving signature key "{signature}" not found.'
            )
        signature = self.signatures[signature]
        feeds = _feeds(signature, inputs)
        if self.batching:
            _check_axes(list(feeds.values()))
        outputs = {name: info.name for name, info in signature.outputs.items()}
        try:
            return self.session.run(outputs, feeds)
        except tf.errors.OpError as error:
            # Python's words, which a server does not add.
            message = error.message.removeprefix("Graph execution error:\n\n")
            raise invalid(message) from None


def _feeds(signature, inputs):
    extra = inputs.keys() - signature.inputs.keys()
    if extra:
        raise invalid(f"Inputs contains invalid name: {', '.join(extra)}")
    given = {
        name: tf.make_ndarray(default) for name, default in signature.defaults.items()
    } | inputs
    for name, info in signature.inputs.items():
        if name not in given:
            raise invalid(
                f"Signature input alias: {name}(feed name: {info.name}) not found "
                "in request and no default value provided."
            )
        _check_dtype(name, given[name].dtype, info.dtype)
    return {info.name: given[name] for name, info in signature.inputs.items()}


def _check_dtype(name, given, wanted):
    given, wanted = tf.as_dtype(given).name, tf.as_dtype(wanted).name
    if given != wanted:
        raise invalid(f"Expects {name} to be {wanted} but {given} is provided")


def _check_axes(values):
    must = "Batching Run() input tensors must have"
    if any(value.ndim == 0 for value in values):
        raise invalid(f"{must} at least one dimension")
    if len({len(value) for value in values}) > 1:
        raise invalid(f"{must} equal 0th-dimension size")


class Model:
    """All versions of a model.

    Args:
        path: Folder of the versions' folders.
        name: The model's name.
        batching: As in `Version`.
    """

    def __init__(self, path, name, batching=False):
        self.name = name
        self.versions = {
            int(folder.name): Version(folder, batching)
            for folder in pathlib.Path(path).iterdir()
            if folder.name.isdigit()
        }

    def version(self, name, number=None):
        """Returns the number of a version, and the `Version`."""
        chosen = max(self.versions) if number is None else number
        if name != self.name or chosen not in self.versions:
            wanted = (
                f"Latest({name})" if number is None else f"Specific({name}, {number})"
            )
            raise Refusal("NOT_FOUND", f"Servable not found for request: {wanted}")
        return chosen, self.versions[chosen]

    def status(self, name, number=None):
        """Returns a `GetModelStatusResponse`."""
        found = [n for n in self.versions if number in (None, n)]
        if name != self.name or not found:
            which = "any versions" if number is None else f"version {number}"
            raise Refusal("NOT_FOUND", f"Could not find {which} of model {name}")
        answer = get_model_status_pb2.GetModelStatusResponse()
        available = get_model_status_pb2.ModelVersionStatus.State.AVAILABLE
        for each in sorted(found, reverse=True):
            entry = answer.model_version_status.add(version=each, state=available)
            entry.status.SetInParent()
        return answer

    def metadata(self, name, number=None):
        """Returns a `GetModelMetadataResponse`."""
        number, version = self.version(name, number)
        found = get_model_metadata_pb2.SignatureDefMap()
        for key, signature in version.signatures.items():
            found.signature_def[key].CopyFrom(signature)
        answer = get_model_metadata_pb2.GetModelMetadataResponse()
        answer.model_spec.name = name
        answer.model_spec.version.value = number
        answer.metadata["signature_def"].Pack(found)
        return answer

    def close(self):
        """Ends the sessions."""
        for version in self.versions.values():
            version.session.close()
