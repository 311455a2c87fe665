"""Measures an exported generator: latency and images a second, against Keras in Python.

    python scripts/benchmark_serving.py --model=runs/mnist-TIME
    python scripts/benchmark_serving.py --model=gan.keras --batches=1,64,256

The signature `serving_default` of the SavedModel, which TensorFlow Serving would run,
and the Keras model that it came from get the same latents, in turn, in one process;
both give the result as a NumPy array. Medians of single calls are shown, and the median
of the ratios of calls that ran one right after the other. What a network and a server
add is not among it. Nothing else should run on the machine meanwhile.
"""

import os
import pathlib
import statistics
import tempfile
import time

from absl import app, flags

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# As the command `kgan` sets it, and as TensorFlow Serving has it on newer processors.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import tensorflow as tf
from benchmarking import machine, tables

from kgan import latents
from kgan.runs import directory

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "Run directory or .keras file.", required=True)
flags.DEFINE_list("batches", ["1", "64"], "Numbers of rows in a call.")
flags.DEFINE_integer("calls", 200, "Calls of each side.", lower_bound=1)

_WARM_UP = 20


def sides(gan, served) -> dict:
    """Returns the functions that are compared, each from inputs by name to an array."""

    def saved_model(inputs):
        (samples,) = served(**inputs).values()
        return samples.numpy()

    def keras_model(inputs):
        labels = inputs.get("labels")
        drawn = inputs["latents"]
        return gan(drawn if labels is None else [drawn, labels]).numpy()

    return {"SavedModel": saved_model, "Keras": keras_model}


def inputs_of(gan, rows: int) -> dict:
    """Returns latents, and labels where the model has classes."""
    inputs = {"latents": latents.latents_at(gan.prior, latents.table(0), 0, rows)}
    if gan.num_classes is not None:
        inputs["labels"] = tf.range(rows) % gan.num_classes
    return inputs


def measure(functions: dict, inputs: dict, calls: int) -> dict:
    """Calls all sides in turn; gives the seconds of each call, by side."""
    seconds = {name: [] for name in functions}
    for call in range(-_WARM_UP, calls):
        for name, function in functions.items():
            start = time.perf_counter()
            function(inputs)
            if call >= 0:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def row(rows: int, seconds: dict) -> list:
    """Returns a line of the table: medians, and the median of the ratios."""
    served, python = seconds["SavedModel"], seconds["Keras"]
    ratios = [a / b for a, b in zip(served, python, strict=True)]
    middle = statistics.median(served)
    return [
        f"{rows}",
        f"{1e3 * middle:.2f} ms",
        f"{1e3 * statistics.quantiles(served, n=100)[98]:.2f} ms",
        f"{rows / middle:,.0f}",
        f"{1e3 * statistics.median(python):.2f} ms",
        f"{statistics.median(ratios):.2f}",
    ]


HEAD = ["batch", "SavedModel", "99% below", "images/s", "Keras", "SavedModel / Keras"]


def main(argv) -> None:
    """Exports the model, measures, and prints a table."""
    del argv
    gan = directory.load_model(FLAGS.model)
    with tempfile.TemporaryDirectory() as folder:
        # The functions live as long as what was loaded.
        loaded = tf.saved_model.load(gan.export(pathlib.Path(folder) / "model"))
        functions = sides(gan, loaded.signatures["serving_default"])
        lines = [
            row(rows, measure(functions, inputs_of(gan, rows), FLAGS.calls))
            for rows in map(int, FLAGS.batches)
        ]
    print(tables.of_machine(machine.describe()))
    print(tables.table(HEAD, lines))


if __name__ == "__main__":
    app.run(main)
