"""Path lengths of a linear synthesis network, which have a closed form."""

import types

import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf
import term_views

import kgan
from kgan.core import draws, seeds
from kgan.losses import PathLength

WIDTH, SHAPE = 3, (2, 4, 1)
DRAW = np.random.default_rng(0)
LATENTS = DRAW.normal(size=(6, WIDTH)).astype("float32")
MATRIX = DRAW.normal(size=(WIDTH, 8)).astype("float32")


def noise(rows):
    """What the term draws from `seeds.root(3)`: N(0, I) / √(H·W)."""
    state = tf.cast(seeds.root(3), tf.int32)
    uniform = seeds.uniform_like(tf.zeros((rows, *SHAPE)), state)
    return draws.normal(uniform, 1.0).numpy().reshape(rows, -1) / np.sqrt(8)


def lengths(matrix, rows=6, layers=1):
    """‖J_wᵀ y‖ for the images w A; over layers, the root of the mean square."""
    gradient = noise(rows) @ np.asarray(matrix, "float64").T  # [N, width]
    squares = np.sum(gradient.reshape(rows, layers, -1) ** 2, axis=2)
    return np.sqrt(squares.mean(axis=1) + 1e-8)


def view(matrix, latents=LATENTS, mapping=lambda w: 2.0 * w, step=0, **known):
    """A view of the generator z ↦ mapping(z) A."""

    def synthesis(w):
        flat = tf.reshape(w, (tf.shape(w)[0], -1)) @ matrix
        return tf.reshape(flat, (-1, *SHAPE))

    generator = types.SimpleNamespace(mapping=mapping, synthesis=synthesis)
    nets = types.SimpleNamespace(frozen=types.SimpleNamespace(generator=generator))
    known = {"generator_inputs": tf.constant(latents), **known}
    return term_views.view(step, latents=tf.constant(latents), nets=nets, **known)


def test_config():
    arguments = {"weight": 3.0, "interval": 8, "decay": 0.1, "shrink": 1}
    term = PathLength(**arguments)
    contracts.check_object(term, arguments)
    found = kgan.terms.get({"name": "path_length", **arguments})
    assert found.get_config() == term.get_config()


@pytest.mark.parametrize("decay", [0.25, 0.0])
def test_value_and_moving_mean(decay):
    term, mean = PathLength(decay=decay, shrink=1), 0.7
    value, (new,) = term_views.run(term, "generator_term", view(MATRIX), [mean])
    expected = (1 - decay) * mean + decay * lengths(MATRIX).mean()
    np.testing.assert_allclose(new, expected, rtol=1e-5)
    np.testing.assert_allclose(value, (lengths(MATRIX) - expected) ** 2, rtol=1e-4)


def test_gradients():
    def formula(matrix):
        found = lengths(matrix)
        return np.mean((found - (0.75 * 0.7 + 0.25 * found.mean())) ** 2)

    term = PathLength(decay=0.25, shrink=1)
    term_views.check(term, "generator_term", view, formula, MATRIX, state=[0.7])


def test_an_image_that_w_does_not_move_has_a_slope():
    def formula(matrix):
        return np.mean(lengths(matrix) ** 2)

    zeros = tf.zeros_like(MATRIX)
    with tf.GradientTape() as tape:
        tape.watch(zeros)
        term = PathLength(decay=0.0, shrink=1)
        value, _ = term_views.run(term, "generator_term", view(zeros))
    assert np.isfinite(tape.gradient(value, zeros)).all()
    np.testing.assert_allclose(np.mean(value), formula(zeros), atol=1e-7)


def test_the_mean_over_layers_counts():
    """`w` has one row for each layer, of which every one moves the image."""
    matrix = DRAW.normal(size=(4 * WIDTH, 8)).astype("float32")
    seen = view(matrix, mapping=lambda z: tf.repeat(z[:, None], 4, axis=1))
    value, _ = term_views.run(
        PathLength(decay=0.0, shrink=1), "generator_term", seen, [0.0]
    )
    np.testing.assert_allclose(value, lengths(matrix, layers=4) ** 2, rtol=1e-4)


@pytest.mark.parametrize(("shrink", "rows"), [(1, 6), (2, 3), (4, 1), (9, 1)])
def test_a_part_of_the_batch_is_enough(shrink, rows):
    seen = []

    def mapping(inputs):
        seen.append([np.asarray(x) for x in inputs])
        return inputs[0]

    condition = tf.range(6)
    term = PathLength(shrink=shrink)
    value, _ = term_views.run(
        term,
        "generator_term",
        view(
            MATRIX, mapping=mapping, generator_inputs=[tf.constant(LATENTS), condition]
        ),
    )
    assert value.shape == (rows,)
    np.testing.assert_array_equal(seen[0][0], LATENTS[:rows])
    np.testing.assert_array_equal(seen[0][1], np.arange(rows))


def test_against_a_loop_with_mixed_styles_and_a_curved_synthesis():
    """Each example's Jacobian entry by entry, in float64, with its slope in A."""
    layers, cutoff, step = 3, 1, 1e-5
    matrix = DRAW.normal(size=(layers * WIDTH, 8)) / 2
    styles = np.tanh(DRAW.normal(size=(2, 4, WIDTH)))
    first, second = (np.repeat(w[:, None], layers, axis=1) for w in styles)
    mixed = np.where(np.arange(layers)[:, None] < cutoff, first, second)
    drawn = noise(4)

    def image(w, matrix):
        return np.tanh(w.reshape(-1) @ matrix) * (1.0 + np.sum(w**2))

    def length(w, y, matrix):
        squares = np.zeros(layers)
        for layer, column in np.ndindex(layers, WIDTH):
            move = np.zeros_like(w)
            move[layer, column] = step
            ends = image(w + move, matrix), image(w - move, matrix)
            squares[layer] += ((ends[0] - ends[1]) @ y / (2 * step)) ** 2
        return np.sqrt(squares.mean() + 1e-8)

    def formula(matrix):
        found = [length(w, y, matrix) for w, y in zip(mixed, drawn, strict=True)]
        mean = 0.7 + 0.01 * (np.mean(found) - 0.7)  # the new one, with its slope
        return np.mean([(each - mean) ** 2 for each in found])

    def seen(matrix):
        def synthesis(w):
            flat = tf.reshape(w, (-1, layers * WIDTH))
            scale = 1.0 + tf.reduce_sum(flat**2, axis=1, keepdims=True)
            return tf.reshape(tf.tanh(flat @ matrix) * scale, (-1, *SHAPE))

        constant = tf.constant(mixed, tf.float32)
        generator = types.SimpleNamespace(
            mapping=lambda inputs: constant, synthesis=synthesis
        )
        nets = types.SimpleNamespace(frozen=types.SimpleNamespace(generator=generator))
        latents = tf.zeros((8, 2))  # of which the term reads one half
        return term_views.view(0, latents=latents, generator_inputs=latents, nets=nets)

    term = PathLength()
    term_views.check(term, "generator_term", seen, formula, matrix, state=[0.7])


def test_the_decay_may_follow_a_schedule():
    decay = keras.optimizers.schedules.PolynomialDecay(1.0, 4, 0.0)
    term = PathLength(decay=decay, shrink=1)
    for step, share in ((0, 1.0), (2, 0.5), (4, 0.0)):
        seen = view(MATRIX, step=step)
        _, (new,) = term_views.run(term, "generator_term", seen, [0.0])
        np.testing.assert_allclose(new, share * lengths(MATRIX).mean(), rtol=1e-5)


def mapped(term):
    """A GAN of linear networks with that term alone, of which G does not learn else."""
    mapping = keras.Sequential([keras.Input((2,)), keras.layers.Dense(WIDTH)])
    dense = keras.layers.Dense(8, use_bias=False)
    layers = [keras.Input((WIDTH,)), dense, keras.layers.Reshape(SHAPE)]
    generator = kgan.models.Mapped(mapping, keras.Sequential(layers))
    flat = [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1)]
    gan = kgan.GAN(generator, keras.Sequential(flat), ema_momentum=None)
    sgd = keras.optimizers.SGD
    gan.compile(sgd(0.1), sgd(0.0), terms=[term], run_eagerly=True)
    return gan


def played(term, rounds=1):
    keras.utils.set_random_seed(0)
    gan = mapped(term)
    data = np.full((6 * rounds, *SHAPE), -0.5, "float32")
    history = gan.fit(data, batch_size=6, verbose=0).history
    return gan, history


def test_a_lazy_term_is_as_strong_on_average():
    strong, _ = played(PathLength(8.0, interval=1))
    lazy, history = played(PathLength(2.0, interval=4))
    for mine, other in zip(
        lazy.generator.weights, strong.generator.weights, strict=True
    ):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-6)
    term = lazy.terms[0]
    assert term.mean.numpy() > 0.0
    assert history["g_path_length"][0] > 0.0


def test_the_mean_stands_still_between():
    first, _ = played(PathLength(interval=3))
    third, _ = played(PathLength(interval=3), rounds=3)
    fourth, _ = played(PathLength(interval=3), rounds=4)
    means = [gan.terms[0].mean.numpy() for gan in (first, third, fourth)]
    assert means[0] == means[1] < means[2]


def test_a_generator_without_mapping_is_refused():
    generator, discriminator = kgan.models.mlp((2,), latent_dim=2)
    gan = kgan.GAN(generator, discriminator)
    with pytest.raises(
        ValueError,
        match=r"'path_length' needs a generator with `mapping` and `synthesis`\. "
        r"Received: a Functional without mapping and synthesis",
    ):
        gan.compile(terms=["path_length"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weight": -1.0}, "`weight`"),
        ({"interval": 0}, "`interval` must be a positive integer"),
        ({"decay": 1.5}, "`decay`"),
        ({"shrink": 0}, "`shrink` must be a positive integer"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        PathLength(**arguments)


def test_labels_that_an_objective_reads_do_not_reach_the_mapping():
    generator = kgan.models.mapped_dcgan_generator((8, 8, 1), 4, 2, width=4)
    discriminator = kgan.models.dcgan_discriminator(
        (8, 8, 1), width=4, heads={"styles": 3}
    )
    gan = kgan.GAN(generator, discriminator, ema_momentum=None)
    terms = [PathLength(), kgan.objectives.StyleAmbiguity()]
    gan.compile(terms=terms, run_eagerly=True)
    images, styles = np.full((8, 8, 8, 1), -0.5, "float32"), np.arange(8) % 3
    history = gan.fit(images, styles, batch_size=8, verbose=0).history
    assert np.isfinite(history["g_path_length"]).all()
    assert np.isfinite(history["g_style_ambiguity"]).all()
