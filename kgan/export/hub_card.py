"""The card of a model on the Hugging Face Hub, with its figures as metadata."""

import math
import pathlib

from kgan.data.registry import short
from kgan.export import card

# What the Hub calls that which an endpoint of a name does, and how Python asks for it.
_TASKS = {
    "generate": ("unconditional-image-generation", "generate(64, seed=1)"),
    "translate": ("image-to-image", "translate(sources)"),
}


def text(repository, game, servable, provenance, license, files):
    """Returns the card as Markdown, with a header that the Hub reads.

    Args:
        repository: `user/name` on the Hub.
        game: The game.
        servable: What it serves, a `kgan.export.endpoints.Servable`.
        provenance: A `Provenance`.
        license: Terms, as the Hub names them, or None: those of `provenance`.
        files: Names of the files beside the model; PNG files are shown.
    """
    name = repository.rpartition("/")[2]
    task, method = _task(servable)
    pictures = [file for file in files if file.endswith(".png")]
    parts = [
        f"---\n{_metadata(name, task, provenance, license)}\n---",
        f"# {name}\n\n{servable.summary}",
        *(f"![{pathlib.PurePath(file).stem}]({file})" for file in pictures),
        _use(repository, method, type(game)),
        card.origin(game, servable, provenance),
        card.figures(provenance),
    ]
    return "\n\n".join(parts) + "\n"


def _task(servable):
    """Returns the Hub's name of what a game does, and the call; None for either."""
    for name, (task, call) in _TASKS.items():
        endpoint = servable.endpoints.get(name)
        if endpoint is not None:
            return (task if "images" in endpoint.outputs else None), call
    return None, None


def _metadata(name, task, provenance, license):
    from huggingface_hub import EvalResult, ModelCardData

    results = [
        EvalResult(
            task_type=task or "other",
            dataset_type=short(m.provenance["dataset"]),
            dataset_name=short(m.provenance["dataset"]),
            dataset_split=m.provenance.get("split"),
            metric_type=m.metric,
            metric_name=m.metric,
            metric_value=m.value,
            metric_args={k: m.provenance[k] for k in _ARGS if m.provenance.get(k)},
        )
        for m in provenance.measurements
        if math.isfinite(m.value)
    ]
    # The Hub reads names of licenses in small letters.
    license = (license or provenance.license or "unknown").lower()
    data = ModelCardData(
        license=license,
        library_name="kgan",
        tags=["gan", "generative-adversarial-network", "keras", "tensorflow"],
        pipeline_tag=task,
        datasets=None if provenance.data is None else [provenance.data],
        model_name=name,
        eval_results=results or None,
    )
    return data.to_yaml()


# What a figure depends on besides its data, in the Hub's metadata.
_ARGS = ("num_fake", "num_real", "seed", "truncation")


def _use(repository, method, kind):
    own = not kind.__module__.startswith("kgan.")
    others = f"\n# Import the module of {kind.__name__}, the game's class, too." * own
    call = f"\nresult = game.{method}" if method else ""
    command = f"""

On the command line:

```sh
kgan generate --model=hf://{repository} --num_images=64 --output=grid.png
```"""
    return f"""## To use it

kgan plays on Keras with its TensorFlow backend:

```python
import keras
import kgan  # registers the classes{others}

game = keras.models.load_model("hf://{repository}"){call}
```{command if method == _TASKS["generate"][1] else ""}"""
