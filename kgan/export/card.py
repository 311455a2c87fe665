"""The card of a model: what it is, where it comes from, and how to ask it."""

import json
import shlex
import time
import urllib.parse

import keras
import tensorflow as tf

from kgan.export import batching, versions, warmup
from kgan.export.requests import MAX_REQUESTS

NAME = "README.md"


def text(name, gan, signatures, provenance):
    """Writes a model's card as Markdown, with a header that model hubs read.

    Args:
        name: The model's name.
        gan: The `kgan.GAN`.
        signatures: Its `kgan.games.endpoints.Signatures`.
        provenance: A `kgan.export.provenance.Provenance`.

    Returns:
        The text of a `README.md`.
    """
    parts = [
        _header(provenance),
        f"# {name}\n\n{_sentence(gan, signatures)}",
        _origin(gan, signatures, provenance),
        _figures(provenance),
        _signatures(signatures),
        _requests(name, signatures),
        _FILES,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(provenance):
    lines = [
        "---",
        f"license: {json.dumps(provenance.license or 'unknown')}",
        "library_name: kgan",
        "tags: [gan, generative-adversarial-network, keras, tensorflow]",
    ]
    if provenance.data is not None:
        lines.append(f"datasets: [{json.dumps(provenance.data)}]")
    return "\n".join([*lines, "---"])


def _sentence(gan, signatures):
    what = "images" if signatures.is_image else "points"
    shape = " × ".join(map(str, gan.data_shape))
    classes = "" if gan.num_classes is None else f" of {gan.num_classes} classes"
    return (
        f"A generator of {what} of shape {shape}{classes}, trained as a generative "
        "adversarial network. It runs in TensorFlow Serving and wherever a SavedModel "
        "does; neither Python nor kgan is needed."
    )


def _origin(gan, signatures, provenance):
    network = signatures.sampler.network
    averaged = network is gan.ema_generator
    weights = "averaged over the steps" if averaged else "of the last step"
    rows = {
        "recipe": provenance.recipe or "none: trained in Python",
        "data": provenance.data or "not recorded",
        "license": provenance.license or "not given",
        "training": f"{gan.step:,} rounds of the game",
        "weights": f"{network.count_params():,}, {weights}",
        "latents": f"{gan.latent_dim}, {type(gan.prior).__name__} prior",
        "loss": type(gan.adversarial_loss).__name__,
        "exported": f"{time.strftime('%Y-%m-%d', time.gmtime())}, with TensorFlow "
        f"{tf.__version__} and Keras {keras.__version__}",
    }
    table = _table(("what", "value"), list(rows.items()))
    settings = ""
    if provenance.settings:
        lines = json.dumps(provenance.settings, indent=2, ensure_ascii=False)
        settings = f"\n\nAll settings of the run:\n\n```json\n{lines}\n```"
    return f"## Where it comes from\n\n{table}{settings}"


def _figures(provenance):
    if not provenance.figures:
        return "## Figures\n\nNone were recorded with the model."
    parts = ["## Figures"]
    for source, figures in provenance.figures:
        rows = [(f"`{name}`", f"{value:.4g}") for name, value in figures.items()]
        parts.append(f"{source}:\n\n{_table(('figure', 'value'), rows)}")
    return "\n\n".join(parts)


def _signatures(signatures):
    lines = []
    for name, endpoint in signatures.endpoints.items():
        takes = "; ".join(map(_input, endpoint.inputs))
        gives = "; ".join(f"`{key}` {what}" for key, what in endpoint.outputs.items())
        lines.append((f"`{name}`", takes, gives))
    table = _table(("signature", "inputs", "outputs"), lines)
    limits = _LIMITS.format(rows=signatures.max_rows, requests=MAX_REQUESTS)
    return f"## Signatures\n\n{table}\n\n{limits.strip()}"


def _input(given):
    shape = given.spec.shape
    sides = "" if shape.rank is None else f" {_shape(shape)}"
    default = "" if given.default is None else f"; default {given.default:g}"
    text = f"`{given.spec.name}` {given.spec.dtype.name}{sides}, {given.values}"
    return text + default.replace("-", "−")


def _shape(shape):
    return f"({', '.join('batch' if d is None else str(d) for d in shape)})"


_LIMITS = """
Image i of a seed is always the same, whatever `num_images`. `truncation` below 1 moves
latents towards the centre: images become more typical and less diverse. What is out of
its range is refused with a sentence that says so. At most {rows} rows are taken at a
time. Name all inputs: only gRPC, and only newer servers, fill in defaults.

Numbers of requests (all inputs without a `batch`) may be vectors with an entry for each
of up to {requests} requests; the answer then has one axis more, each request's images
filled up to the longest with zeros. A server that joins requests into batches needs
that axis, even for one request. It refuses all that it joined with a wrong one, and
wants labels of one shape from all: one for each request.
"""

_FILES = f"""## Files

| file | what |
|---|---|
| `saved_model.pb`, `variables/` | the networks |
| `{warmup.PATH}` | requests that TensorFlow Serving sends at start |
| `{batching.NAME}` | how it joins requests |
| `{versions.MANIFEST}` | checksums: `sha256sum --check {versions.MANIFEST}` |"""


def _requests(name, signatures):
    inputs = {
        given.spec.name: given.example
        for given in signatures.endpoints["generate"].inputs
    }
    inputs |= {"num_images": 4, "seed": 7}
    request = json.dumps({"signature_name": "generate", "inputs": inputs})
    volume = f'"$(dirname "$PWD")":{shlex.quote(f"/models/{name}")}'
    url = f"http://localhost:8501/v1/models/{urllib.parse.quote(name)}:predict"
    return f"""## An example

In this folder:

```sh
docker run --rm -p 8501:8501 -v {volume} -e MODEL_NAME={shlex.quote(name)} \\
    tensorflow/serving
```

and in another terminal:

```sh
curl -d '{request}' \\
    {url}
```"""


def _table(header, rows):
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
