"""A model that TensorFlow Serving offers over REST."""

import base64
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request

from serving import connection
from serving.failures import Failure, refusal

PORT = 8501


class Connection(connection.Connection):
    """A model at a server that is asked over REST."""

    def __init__(self, address, model, version, label, deadline):
        super().__init__(address, model, version, label, deadline)
        base = address if "://" in address else f"http://{address}"
        self.url = f"{base.rstrip('/')}/v1/models/{_quoted(model)}"
        if version is not None:
            self.url += f"/versions/{version}"
        if label is not None:
            self.url += f"/labels/{_quoted(label)}"

    def states(self) -> list:
        """Lists `(version, state, message)` of the versions that are asked for."""
        try:
            # TensorFlow Serving gives all versions where one is named by its label.
            labeled = self.label and self._ask("/metadata")["model_spec"]["version"]
            return [
                (entry["version"], entry["state"], entry["status"]["error_message"])
                for entry in self._ask("")["model_version_status"]
                if labeled in (None, entry["version"])
            ]
        except (KeyError, TypeError):
            raise self._strange() from None

    def signatures(self) -> dict:
        """Returns `(names of inputs, names of outputs)` by signature."""
        try:
            found = self._ask("/metadata")["metadata"]["signature_def"]
            return {
                name: (list(entry["inputs"]), list(entry["outputs"]))
                for name, entry in found["signature_def"].items()
            }
        except (AttributeError, KeyError, TypeError):
            raise self._strange() from None

    def predict(self, signature: str, inputs: dict, output: str):
        """Returns one output of a request: nested lists of numbers or of bytes."""
        body = json.dumps({"signature_name": signature, "inputs": inputs})
        try:
            outputs = self._ask(":predict", body.encode())["outputs"]
            # An output that is the only one stands there without its name.
            return outputs[output] if isinstance(outputs, dict) else outputs
        except (KeyError, TypeError):
            raise self._strange() from None

    def close(self) -> None:
        """Does nothing: each request has a connection of its own."""

    def _ask(self, path, body=None):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers)
        try:
            return _loads(self.deadline.wait_for(_answer, request))
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise Failure(f"{self.address} cannot be reached: {reason}") from None
        except (ValueError, RecursionError):
            raise self._strange() from None

    def _strange(self):
        return Failure(
            f"{self.address} answered what TensorFlow Serving's REST interface does "
            "not: is it the port of gRPC, or another server?"
        )


def _quoted(name):
    return urllib.parse.quote(name, safe="")


def _answer(request):
    """Returns the text of an answer, however long that takes."""
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error) from None


def _loads(text):
    """Reads JSON whose binary values are `{"b64": ...}`."""

    def value(entry):
        if entry.keys() == {"b64"}:
            return base64.b64decode(entry["b64"], validate=True)
        return entry

    return json.loads(text, object_hook=value)


def _refusal(error):
    try:
        text = error.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        text = ""
    try:
        text = str(json.loads(text)["error"])
    except (KeyError, TypeError, ValueError):
        # A proxy before the server answers in its own way.
        text = text or "without a reason"
    return refusal(f"{error.code} {error.reason}", text)
