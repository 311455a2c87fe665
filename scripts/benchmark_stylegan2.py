"""Measures where a step of a small StyleGAN2 spends its time, and what would be faster.

    python scripts/benchmark_stylegan2.py > stylegan2.md

First single operations with their gradients, in several forms that give the same result
(or nearly, where a line says so): the low-pass filter, the convolutions that double and
halve the sides. Then whole steps of the recipe `faces` in `kgan.GAN.fit` but for one
choice each. Last samples: its generator beside a DCGAN's of as many operations, as a
SavedModel and in Keras. All take turns in one process, medians count, and ratios are
those within a turn. It prints Markdown. Nothing else should run on the machine.
"""

import argparse
import functools
import os
import pathlib
import statistics
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import numpy as np
import tensorflow as tf
from benchmarking import machine, tables

import kgan
from kgan import latents, recipes
from kgan.data.arrays import ArraySource
from kgan.layers import resampling
from kgan.recipes.options.gan_parts import make_networks
from kgan.runs import prepare

PARTS = ("operations", "steps", "samples")
# What `main` reads from the command line.
CHOSEN = argparse.Namespace(turns=7, steps=16, batch=16, calls=100, parts=PARTS)

TAPS = np.array(resampling.TAPS, "float32") / np.sum(resampling.TAPS)


# === Forms of one operation ===


def separable(x, before=2, after=1):
    """The filter as two depthwise convolutions, rows and columns."""
    around = (before, after)
    x = tf.pad(x, ((0, 0), around, around, (0, 0)))
    taps = tf.tile(tf.cast(TAPS[:, None, None, None], x.dtype), (1, 1, x.shape[-1], 1))
    for kernel in (taps, tf.transpose(taps, (1, 0, 2, 3))):
        x = tf.nn.depthwise_conv2d(x, kernel, (1, 1, 1, 1), "VALID")
    return x


def as_matrices(x):
    """The filter as products with banded matrices, of rows and of columns."""
    batch, side, _, channels = x.shape
    band = sum(weight * np.eye(side, k=k - 2) for k, weight in enumerate(TAPS))
    band = tf.cast(band, x.dtype)
    y = tf.matmul(band, tf.reshape(x, (batch, side, side * channels)))
    return tf.matmul(band, tf.reshape(y, x.shape))


def strided(x):
    """The filter at every second pixel alone."""
    x = tf.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    kernel = np.outer(TAPS, TAPS)[:, :, None, None]
    kernel = tf.tile(tf.cast(kernel, x.dtype), (1, 1, x.shape[-1], 1))
    return tf.nn.depthwise_conv2d(x, kernel, (1, 2, 2, 1), "VALID")


def folded_kernel(kernel):
    """A kernel and the filter as one, 3 rows and columns larger."""
    size = kernel.shape[0]
    band = np.zeros((size + 3, size), "float32")
    for row in range(size):
        band[row : row + 4, row] = TAPS
    return tf.einsum("pa,qb,abio->pqio", band, band, tf.cast(kernel, tf.float32))


def folded_up(x, kernel):
    """A transposed convolution with kernel and filter in one."""
    kernel = tf.transpose(tf.cast(4.0 * folded_kernel(kernel), x.dtype), (0, 1, 3, 2))
    batch, height, width, _ = tf.unstack(tf.shape(x))
    shape = tf.stack([batch, 2 * height, 2 * width, kernel.shape[2]])
    return tf.nn.conv2d_transpose(x, kernel, shape, 2, "SAME")


def folded_down(x, kernel):
    """A strided convolution with kernel and filter in one."""
    return tf.nn.conv2d(x, tf.cast(folded_kernel(kernel), x.dtype), 2, "SAME")


def enlarged(x, kernel):
    """Bilinear enlarging, then the convolution: another border, 4 times the work."""
    size = [2 * side for side in x.shape[1:3]]
    large = tf.cast(tf.image.resize(x, size), x.dtype)
    return tf.nn.conv2d(large, tf.cast(kernel, x.dtype), 1, "SAME")


def pooled(x, kernel):
    """The convolution, then the mean of four pixels: another filter."""
    return tf.nn.avg_pool2d(tf.nn.conv2d(x, kernel, 1, "SAME"), 2, 2, "VALID")


def operations():
    """Yields name, side, channels in and out, and functions of a map and a kernel."""
    plain = functools.partial(resampling.low_pass, before=2, after=1)
    filters = {
        "depthwise (kgan)": lambda x, kernel: plain(x),
        "two depthwise": lambda x, kernel: separable(x),
        "matrix products": lambda x, kernel: as_matrices(x),
    }
    yield "low-pass filter", 64, 64, 64, filters
    halving = {
        "depthwise, every second pixel kept (kgan)": lambda x, kernel: (
            resampling.low_pass(x, 1, 1)[:, ::2, ::2]
        ),
        "strided depthwise": lambda x, kernel: strided(x),
    }
    yield "low-pass filter, halving", 64, 64, 64, halving
    up = {
        "transposed convolution, filter (kgan)": resampling.convolution_up,
        "both in one kernel of 6×6": folded_up,
        "bilinear enlarging, convolution": enlarged,
    }
    down = {
        "filter, strided convolution (kgan)": resampling.convolution_down,
        "both in one kernel of 6×6": folded_down,
        "convolution, mean of 4 pixels": pooled,
    }
    for channels in (32, 128):
        side = 1024 // channels
        yield "convolution, doubling", side, channels, channels, up
        yield "convolution, halving", 2 * side, channels, channels, down


def with_gradient(function, x, kernel):
    """Returns a compiled call of a function that also computes its gradient."""
    mixture = tf.cos(tf.cast(tf.range(tf.size(function(x, kernel))), tf.float32))

    @tf.function
    def call(x, kernel):
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            y = function(x, kernel)
            total = tf.reduce_sum(tf.cast(y, tf.float32) * tf.reshape(mixture, y.shape))
        found = tape.gradient(total, [x, kernel], unconnected_gradients="zero")
        return [tf.reduce_sum(tf.cast(g, tf.float32)) for g in found]

    return lambda: [g.numpy() for g in call(x, kernel)]


def in_turn(calls: dict, turns: int) -> dict:
    """Returns the milliseconds of each call in each turn, after a warm-up."""
    for call in calls.values():
        call()
    times = {name: [] for name in calls}
    for _ in range(turns):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            times[name].append(1000 * (time.perf_counter() - begun))
    return times


def rows_of(times: dict) -> list:
    """Returns name, milliseconds and ratio to the first of each, as texts."""
    first = next(iter(times.values()))
    rows = []
    for name, found in times.items():
        ratio = statistics.median(b / a for a, b in zip(first, found, strict=True))
        rows.append([name, f"{statistics.median(found):.1f}", f"{ratio:.2f}"])
    return rows


def measure_operations():
    """Prints a table of all operations, in both precisions."""
    body = []
    for name, side, inputs, outputs, functions in operations():
        found = {}
        for dtype in ("float32", "bfloat16"):
            x = tf.cast(tf.random.normal((CHOSEN.batch, side, side, inputs)), dtype)
            kernel = tf.cast(tf.random.normal((3, 3, inputs, outputs)), dtype)
            calls = {n: with_gradient(f, x, kernel) for n, f in functions.items()}
            found[dtype] = rows_of(in_turn(calls, CHOSEN.turns))
        for wide, half in zip(*found.values(), strict=True):
            what = f"{name}, {side}×{side}, {inputs} channels: {wide[0]}"
            body.append([what, *wide[1:], *half[1:]])
    head = [
        "operation with its gradient",
        "float32, ms",
        "ratio",
        "bfloat16, ms",
        "ratio",
    ]
    print(tables.table(head, body), flush=True)


# === Whole steps ===


def variants() -> dict:
    """Returns by name a recipe, and convolutions in place of kgan's."""
    faces = recipes.get("faces").override(batch_size=CHOSEN.batch)

    def networks(**options):
        return faces.override(model_options=faces.model_options | options)

    one_kernel = {"up": folded_up, "down": folded_down}
    return {
        "faces": (faces, {}),
        "kernel and filter in one": (faces, one_kernel),
        "real and generated in two passes": (networks(grouping="strided"), {}),
        "no style mixing": (networks(style_mixing=0.0), {}),
        "no noise": (networks(noise=False), {}),
        "path length every 4 steps": (
            faces.override(terms=[{"name": "path_length", "interval": 4}]),
            {},
        ),
        "float32": (faces.override(precision="float32"), {}),
        "twice the channels": (networks(channel_base=2048), {}),
        "half of the channels": (networks(channel_base=512, channel_max=64), {}),
    }


def step_of(recipe, convolutions):
    """Returns a call that plays some steps of a recipe on random images."""
    images = np.random.default_rng(0).integers(0, 256, (256, 64, 64, 1), "uint8")
    source = ArraySource("images", images)
    kept = dict(resampling.CONVOLUTIONS)
    resampling.CONVOLUTIONS.update(convolutions)
    gan = prepare.build(recipe, source, tf.distribute.get_strategy())

    def play():
        data = kgan.data.load(
            source, batch_size=recipe.batch_size, steps_per_epoch=CHOSEN.steps
        )
        gan.fit(data, verbose=0)

    play()  # traced while the convolutions are these
    resampling.CONVOLUTIONS.update(kept)
    return play


def measure_steps():
    """Prints a table of whole steps, and the numbers of weights."""
    calls, weights = {}, {}
    for name, (recipe, convolutions) in variants().items():
        calls[name] = step_of(recipe, convolutions)
        pair = make_networks(recipe, (64, 64, 1), None)
        weights[name] = " and ".join(f"{n.count_params():,}" for n in pair)
    times = in_turn(calls, CHOSEN.turns)
    body = []
    for name, _, ratio in rows_of(times):
        step = statistics.median(times[name]) / CHOSEN.steps
        rate = 1000 * CHOSEN.batch / step
        body.append([name, f"{step:.0f}", f"{rate:.0f}", ratio, weights[name]])
    head = ["step", "ms", "images/s", "ratio", "weights of G and D"]
    print(tables.table(head, body), flush=True)


# === Samples ===


def operations_of(network, latent_dim: int) -> int:
    """Returns the floating-point operations of a sample, as TensorFlow counts them."""
    spec = tf.TensorSpec((1, latent_dim), tf.float32)
    graph = tf.function(lambda x: network(x, training=False))
    profiler = tf.compat.v1.profiler
    found = profiler.profile(
        graph=graph.get_concrete_function(spec).graph,
        cmd="op",
        options=profiler.ProfileOptionBuilder(
            profiler.ProfileOptionBuilder.float_operation()
        )
        .with_empty_output()
        .build(),
    )
    return found.total_float_ops


def pairs() -> dict:
    """Returns by name a StyleGAN2 and the DCGAN whose operations are nearest."""
    faces = recipes.get("faces").override(precision="float32")
    styles = make_networks(faces, (64, 64, 1), None)
    wanted = operations_of(styles[0], faces.latent_dim)
    made = {
        width: kgan.models.dcgan((64, 64, 1), faces.latent_dim, width=width)
        for width in range(8, 65, 4)
    }
    counts = {w: operations_of(pair[0], faces.latent_dim) for w, pair in made.items()}
    nearest = min(counts, key=lambda width: abs(counts[width] - wanted))
    return {
        f"StyleGAN2, {wanted / 1e6:.0f} million operations": styles,
        f"DCGAN of width {nearest}, {counts[nearest] / 1e6:.0f} million": made[nearest],
    }


def samplers(networks: dict, folder: pathlib.Path, rows: int) -> dict:
    """Returns by name a call that makes so many samples as a NumPy array."""
    found = {}
    for number, (name, pair) in enumerate(networks.items()):
        gan = kgan.GAN(*pair, ema_momentum=None)
        gan.compile()
        drawn = latents.latents_at(gan.prior, latents.table(0), 0, rows)
        place = folder / str(number)
        if not place.exists():
            gan.export(place, allow_untrained=True)
        loaded = tf.saved_model.load(str(place / "1"))
        served = loaded.signatures["serving_default"]
        found[f"{name}, SavedModel"] = lambda drawn=drawn, served=served, kept=loaded: (
            served(latents=drawn)["images"].numpy()
        )
        found[f"{name}, Keras"] = lambda drawn=drawn, gan=gan: gan(drawn).numpy()
    return found


def measure_sampling():
    """Prints a table of samples a second."""
    networks, body = pairs(), []
    with tempfile.TemporaryDirectory() as folder:
        for rows in (1, 64):
            calls = samplers(networks, pathlib.Path(folder), rows)
            times = in_turn(calls, CHOSEN.calls)
            for name, middle, ratio in rows_of(times):
                rate = 1000 * rows / statistics.median(times[name])
                body.append([name, str(rows), middle, f"{rate:,.0f}", ratio])
    head = ["generator", "batch", "ms", "images/s", "ratio"]
    print(tables.table(head, body), flush=True)


def main() -> None:
    """Prints the machine, operations, steps and samples."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, help="measurements of each: 7")
    parser.add_argument("--steps", type=int, help="steps of a turn: 16")
    parser.add_argument("--batch", type=int, help="images of an operation or step: 16")
    parser.add_argument("--calls", type=int, help="calls of each sampler: 100")
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="default: all")
    given = vars(parser.parse_args())
    vars(CHOSEN).update({n: value for n, value in given.items() if value is not None})
    print(tables.of_machine(machine.describe()), flush=True)
    measured = measure_operations, measure_steps, measure_sampling
    for part, measure in zip(PARTS, measured, strict=True):
        if part in CHOSEN.parts:
            print(flush=True)
            measure()


if __name__ == "__main__":
    main()
