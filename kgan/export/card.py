"""The card of a model: what it is, where it comes from, and how to ask it."""

import json
import shlex
import time
import urllib.parse

import keras
import tensorflow as tf

from kgan.export import batching, versions, warmup

NAME = "README.md"
# What a model in Python needs besides the signatures.
RECORD = "kgan.json"
_RUNS = (
    "It runs in TensorFlow Serving and wherever a SavedModel does; neither Python nor "
    "kgan is needed."
)


def text(name, game, servable, provenance):
    """Returns a model's card as Markdown, with a header that model hubs read."""
    parts = [
        _header(provenance),
        f"# {name}\n\n{servable.summary} {_RUNS}",
        origin(game, servable, provenance),
        figures(provenance),
        _signatures(servable),
        _requests(name, servable.example),
        _FILES + _record(servable.record),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(provenance):
    lines = [
        "---",
        # In small letters, as hubs name licenses.
        f"license: {json.dumps((provenance.license or 'unknown').lower())}",
        "library_name: kgan",
        "tags: [gan, generative-adversarial-network, keras, tensorflow]",
    ]
    if provenance.data is not None:
        lines.append(f"datasets: [{json.dumps(provenance.data)}]")
    return "\n".join([*lines, "---"])


def origin(game, servable, provenance):
    """Returns the section about where a model comes from."""
    elsewhere = game.notice is not None
    rows = {
        "recipe": provenance.recipe or "none" + ": trained in Python" * (not elsewhere),
        "data": provenance.data or "not recorded",
        "license": provenance.license or "not given",
        **({"notice": game.notice} if elsewhere else {}),
        "training": f"{game.step:,} rounds of the game",
        **servable.facts,
        "exported": f"{time.strftime('%Y-%m-%d', time.gmtime())}, with TensorFlow "
        f"{tf.__version__} and Keras {keras.__version__}",
    }
    table = _table(("what", "value"), list(rows.items()))
    settings = ""
    if provenance.settings:
        lines = json.dumps(provenance.settings, indent=2, ensure_ascii=False)
        settings = f"\n\nAll settings of the run:\n\n```json\n{lines}\n```"
    return f"## Where it comes from\n\n{table}{settings}"


def figures(provenance):
    """Returns the section with the figures that were recorded."""
    if not provenance.figures:
        return "## Figures\n\nNone were recorded with the model."
    parts = ["## Figures"]
    for source, values in provenance.figures:
        rows = [(f"`{name}`", f"{value:.4g}") for name, value in values.items()]
        parts.append(f"{source}:\n\n{_table(('figure', 'value'), rows)}")
    return "\n\n".join(parts)


def _signatures(servable):
    lines = []
    for name, endpoint in servable.endpoints.items():
        takes = "; ".join(map(_input, endpoint.inputs))
        gives = "; ".join(f"`{key}` {what}" for key, what in endpoint.outputs.items())
        lines.append((f"`{name}`", takes, gives))
    table = _table(("signature", "inputs", "outputs"), lines)
    return f"## Signatures\n\n{table}\n\n{servable.notes}".rstrip()


def _input(given):
    shape = given.spec.shape
    sides = "" if shape.rank is None else f" {_shape(shape)}"
    default = "" if given.default is None else f"; default {given.default:g}"
    text = f"`{given.spec.name}` {given.spec.dtype.name}{sides}, {given.values}"
    return text + default.replace("-", "−")


def _shape(shape):
    sides = ("any" if d is None else str(d) for d in shape[1:])
    return f"({', '.join(('batch', *sides))})"


_FILES = f"""## Files

| file | what |
|---|---|
| `saved_model.pb`, `variables/` | the networks |
| `{warmup.PATH}` | requests that TensorFlow Serving sends at start |
| `{batching.NAME}` | how it joins requests |
| `{versions.MANIFEST}` | checksums: `sha256sum --check {versions.MANIFEST}` |"""


def _record(record):
    if record is None:
        return ""
    translates = "directions" in record
    what = "shapes of its directions" if translates else "shape and prior"
    command = f"kgan {'translate' if translates else 'generate'} --model=."
    return f"\n| `{RECORD}` | {what}: `{command}` in this folder reads it |"


def _requests(name, example):
    volume = f'"$(dirname "$PWD")":{shlex.quote(f"/models/{name}")}'
    return f"""## An example

In this folder:

```sh
docker run --rm -p 8501:8501 -v {volume} -e MODEL_NAME={shlex.quote(name)} \\
    tensorflow/serving
```

and in another terminal:

```sh
{_curl(name, example)}
```"""


def _curl(name, example):
    """Asks an endpoint, or where there is no short request for the signatures."""
    url = f"http://localhost:8501/v1/models/{urllib.parse.quote(name)}"
    if example is None:
        return f"curl {url}/metadata"
    signature, inputs = example
    request = json.dumps({"signature_name": signature, "inputs": inputs})
    return f"curl -d '{request}' \\\n    {url}:predict"


def _table(header, rows):
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
