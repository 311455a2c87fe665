"""The card of a model: what it is, where it comes from, and how to ask it."""

import json
import time

import keras
import tensorflow as tf

from kgan.export import batching, versions, warmup
from kgan.export.requests import MAX_REQUESTS

NAME = "README.md"


def text(name, gan, signatures, averaged, provenance):
    """Writes a model's card as Markdown, with a header that model hubs read.

    Args:
        name: The model's name.
        gan: The `kgan.GAN`.
        signatures: Its `kgan.export.signatures.Signatures`.
        averaged: Whether the averaged generator was asked for.
        provenance: A `kgan.export.provenance.Provenance`.

    Returns:
        The text of a `README.md`.
    """
    parts = [
        _header(provenance),
        f"# {name}\n\n{_sentence(gan, signatures)}",
        _origin(gan, signatures, averaged, provenance),
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


def _origin(gan, signatures, averaged, provenance):
    network = signatures.sampler.network
    is_average = averaged and gan.ema_generator is not None
    weights = "averaged over the steps" if is_average else "of the last step"
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
    for name, (_, specs) in signatures.endpoints().items():
        inputs = "; ".join(_input(spec, signatures) for spec in specs)
        outputs = "; ".join(_outputs(name, signatures))
        lines.append((f"`{name}`", inputs, outputs))
    table = _table(("signature", "inputs", "outputs"), lines)
    return f"## Signatures\n\n{table}\n\n{_RULES.strip()}"


def _input(spec, signatures):
    described = {
        "latents": "any finite values",
        "images": "in [0, 255]",
        "points": "any finite values",
        "num_images": f"in [1, {signatures.max_images}]",
        "steps": f"in [2, {signatures.max_images}]",
        "truncation": "in [0, 1], default 1",
        "labels": _labels(spec, signatures),
    }.get(spec.name, "at least 0")
    return f"`{spec.name}` {spec.dtype.name}{_shape(spec.shape)}, {described}"


def _labels(spec, signatures):
    classes = f"in [0, {(signatures.num_classes or 1) - 1}]"
    if spec.shape.rank is not None:
        return classes
    return f"{classes}, default −1: all classes in turn (in a walk: 0)"


def _outputs(name, signatures):
    shape = signatures.data_shape
    kind, values = ("uint8", "in [0, 255]") if signatures.is_image else ("float32", "")
    if name == "serving_default" and signatures.is_image:
        kind, values = "float32", "in [0, 1]"
    if name == "generate_png":
        return ["`image_bytes` string (num_images,), PNG files"]
    if name == "discriminate":
        outputs = ["`score` float32 (batch,)"]
        if signatures.scorer.loss.probabilistic:
            outputs.append("`probability` float32 (batch,), in [0, 1]: of being real")
        return outputs
    first = {"serving_default": "batch", "interpolate": "steps"}.get(name, "num_images")
    dimensions = ", ".join(map(str, (first, *shape)))
    return [f"`{signatures.data_name}` {kind} ({dimensions}) {values}".rstrip()]


_RULES = f"""
Image i of a seed is always the same, whatever `num_images`. `truncation` below 1 moves
latents towards the centre: images become more typical and less diverse. What is out of
its range is refused with a sentence that says so. Requests over REST must name all
inputs; over gRPC those with a default may be left out.

Numbers of requests (all inputs but `latents`, `images` and `points`) may be vectors
with an entry for each request; the answer then has one axis more, each request's images
filled up to the longest with zeros. A server that joins requests into batches needs
that axis, even for one request. It joins at most {MAX_REQUESTS}, refuses all that it
joined with a wrong one, and wants labels of one shape from all: one for each request.
"""

_FILES = f"""## Files

| file | what |
|---|---|
| `saved_model.pb`, `variables/` | the networks |
| `{warmup.PATH}` | requests that TensorFlow Serving sends at start |
| `{batching.NAME}` | how it joins requests |
| `{versions.MANIFEST}` | checksums: `sha256sum --check {versions.MANIFEST}` |"""


def _requests(name, signatures):
    body = {"signature_name": "generate", "inputs": {"num_images": 4, "seed": 7}}
    if signatures.num_classes is not None:
        body["inputs"]["labels"] = -1
    body["inputs"]["truncation"] = 1.0
    request = json.dumps(body)
    return f"""## An example

```sh
docker run --rm -p 8501:8501 -v "$PWD/..:/models/{name}" -e MODEL_NAME={name} \\
    tensorflow/serving
curl -d '{request}' \\
    http://localhost:8501/v1/models/{name}:predict
```"""


def _shape(shape):
    if shape.rank is None:
        return ""
    return " (" + ", ".join("batch" if d is None else str(d) for d in shape) + ")"


def _table(header, rows):
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
