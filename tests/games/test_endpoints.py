"""What is served equals what Python gives, and wrong requests are refused."""

import io

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan import latents
from kgan.games.endpoints import Signatures, in_chunks
from kgan.games.sampler import Sampler
from kgan.latents import priors

CLASSES = 3
DTYPES = {"num_images": tf.int32, "steps": tf.int32, "labels": tf.int32}


def numbers(**given):
    """Returns the inputs of a request, those left out at their defaults."""
    given = {"truncation": 1.0, **given}
    dtypes = DTYPES | {"truncation": tf.float32}
    return {n: tf.constant(v, dtypes.get(n, tf.int64)) for n, v in given.items()}


def ask(signatures, name, output, **given):
    """Asks a signature for its one output, as an array."""
    inputs = numbers(**given)
    if "labels" in signatures[name].structured_input_signature[1]:
        inputs.setdefault("labels", tf.constant(-1))
    outputs = signatures[name](**inputs)
    assert list(outputs) == [output]
    return outputs[output].numpy()


def drawn(gan, count=5):
    return latents.latents_at(gan.prior, latents.table(2), 0, count)


@pytest.mark.parametrize("count", [1, 5, 128, 129, 300])
@pytest.mark.parametrize("kind", ["images", "classes"])
def test_generate_gives_pythons_images(trained, served, kind, count):
    images = ask(served(kind), "generate", "images", num_images=count, seed=7)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, trained(kind).generate(count, seed=7))


@pytest.mark.parametrize("labels", [2, [2], [0, 2, 1, 1]])
def test_classes_are_those_asked_for(trained, served, labels):
    images = ask(
        served("classes"), "generate", "images", num_images=4, seed=7, labels=labels
    )
    expected = trained("classes").generate(4, 7, labels=np.broadcast_to(labels, 4))
    np.testing.assert_array_equal(images, expected)


@pytest.mark.parametrize("seed", [0, 2**31, 2**31 + 7, 2**62 - 1])
def test_seeds_have_62_bits(trained, served, seed):
    images = ask(served("images"), "generate", "images", num_images=2, seed=seed)
    np.testing.assert_array_equal(images, trained("images").generate(2, seed=seed))
    for other in {0, 7, 2**31 - 1} - {seed}:
        assert (images != trained("images").generate(2, seed=other)).any()


def test_truncation_of_uniform_latents(trained, served):
    points = ask(
        served("points"), "generate", "points", num_images=6, seed=1, truncation=0.3
    )
    expected = trained("points").generate(6, seed=1, truncation=0.3)
    np.testing.assert_allclose(points, expected, atol=1e-6)
    assert np.abs(points - trained("points").generate(6, seed=1)).max() > 1e-3


@pytest.mark.parametrize("psi", [0.0, 0.4])
def test_truncation(trained, served, psi):
    images = ask(
        served("images"), "generate", "images", num_images=6, seed=1, truncation=psi
    )
    expected = trained("images").generate(6, seed=1, truncation=psi)
    np.testing.assert_array_equal(images, expected)


def test_points_are_points(trained, served):
    signatures = served("points")
    assert set(signatures) == {
        "serving_default",
        "generate",
        "interpolate",
        "discriminate",
    }
    gan = trained("points")
    points = ask(signatures, "generate", "points", num_images=9, seed=7)
    assert points.dtype == np.float32
    np.testing.assert_allclose(points, gan.generate(9, seed=7), atol=1e-6)
    walk = ask(
        signatures, "interpolate", "points", steps=4, first_seed=1, second_seed=2
    )
    np.testing.assert_allclose(walk, gan.interpolate(1, 2, 4), atol=1e-6)
    default = signatures["serving_default"](latents=drawn(gan))["points"]
    np.testing.assert_allclose(default, gan(drawn(gan)), atol=1e-6)
    opinion = signatures["discriminate"](points=tf.constant(points))
    assert list(opinion) == ["score"]  # a critic gives no probability
    np.testing.assert_allclose(opinion["score"], gan.discriminate(points), atol=1e-6)


@pytest.mark.parametrize("kind", ["images", "classes"])
def test_png_files_hold_the_same_images(trained, served, kind):
    files = ask(served(kind), "generate_png", "image_bytes", num_images=3, seed=7)
    assert files.shape == (3,)
    for file, image in zip(files, trained(kind).generate(3, seed=7), strict=True):
        with Image.open(io.BytesIO(file)) as opened:
            assert opened.format == "PNG"
            np.testing.assert_array_equal(np.asarray(opened), image[..., 0])


def test_interpolate_gives_pythons_walk(trained, served):
    walk = {"steps": 9, "first_seed": 3, "second_seed": 8}
    images = ask(served("images"), "interpolate", "images", **walk)
    np.testing.assert_array_equal(images, trained("images").interpolate(3, 8, 9))
    images = ask(
        served("classes"), "interpolate", "images", labels=2, truncation=0.5, **walk
    )
    expected = trained("classes").interpolate(3, 8, 9, label=2, truncation=0.5)
    np.testing.assert_array_equal(images, expected)
    images = ask(served("classes"), "interpolate", "images", **walk)
    np.testing.assert_array_equal(images, trained("classes").interpolate(3, 8, 9))


@pytest.mark.parametrize("kind", ["images", "classes"])
def test_latents_become_images_in_0_1(trained, served, kind):
    gan = trained(kind)
    inputs = {"latents": drawn(gan)}
    labels = None
    if kind == "classes":
        labels = inputs["labels"] = tf.constant([0, 1, 2, 2, 1])
    images = served(kind)["serving_default"](**inputs)["images"].numpy()
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1
    expected = gan(drawn(gan) if labels is None else [drawn(gan), labels])
    np.testing.assert_allclose(images, (expected + 1) / 2, atol=1e-6)
    bytes_ = np.round(images * 255).astype("uint8")
    np.testing.assert_array_equal(bytes_, gan.decode(drawn(gan), labels))


def test_the_discriminators_opinion(trained, served):
    gan = trained("classes")
    images, labels = gan.generate(6), np.arange(6) % CLASSES
    opinion = served("classes")["discriminate"](
        images=tf.constant(images), labels=tf.constant(labels, tf.int32)
    )
    expected = gan.discriminate(images, labels)
    np.testing.assert_allclose(opinion["probability"], expected, atol=1e-6)
    np.testing.assert_allclose(tf.sigmoid(opinion["score"]), expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["classes", "points"])
def test_each_output_states_its_shape(trained, served, kind):
    shape = [None, *trained(kind).data_shape]
    expected = {"images": shape, "points": shape, "image_bytes": [None]}
    for signature in served(kind).values():
        for name, spec in signature.structured_outputs.items():
            assert spec.shape.as_list() == expected.get(name, [None])


@pytest.mark.parametrize("labels", [[-1], [-1, 2, 1]])
def test_joined_requests_give_each_its_own(trained, served, labels):
    gan, counts, seeds = trained("classes"), [2, 7, 1], [5, 6, 5]
    images = ask(
        served("classes"),
        "generate",
        "images",
        num_images=counts,
        seed=seeds,
        labels=labels,
        truncation=[1.0, 0.5, 1.0],
    )
    assert images.shape == (3, 7, *networks.IMAGE_SHAPE)
    labels = np.broadcast_to(labels, 3)
    for row, count, seed, label, psi in zip(
        images, counts, seeds, labels, [1.0, 0.5, 1.0], strict=True
    ):
        wanted = None if label < 0 else label
        expected = gan.generate(count, seed, labels=wanted, truncation=psi)
        np.testing.assert_array_equal(row[:count], expected)
        assert not row[count:].any()
    files = ask(
        served("classes"), "generate_png", "image_bytes", num_images=counts, seed=seeds
    )
    assert files.shape == (3, 7)
    assert [bool(file) for file in files[0]] == [True] * 2 + [False] * 5


def test_a_request_with_an_axis_of_one_is_answered_with_it(trained, served):
    images = ask(
        served("images"),
        "generate",
        "images",
        num_images=[4],
        seed=[7],
        truncation=[1.0],
    )
    np.testing.assert_array_equal(images[0], trained("images").generate(4, seed=7))


WRONG = {
    "no image": ("generate", {"num_images": 0}, r"`num_images` must lie in \[1, 300\]"),
    "negative": ("generate", {"num_images": -1}, "`num_images` must lie in"),
    "a billion": ("generate", {"num_images": 10**9}, "`num_images` must lie in"),
    "a billion PNGs": ("generate_png", {"num_images": 10**9}, "`num_images` must lie"),
    "one of many": ("generate", {"num_images": [1, 301]}, "`num_images` must lie in"),
    "no request": ("generate", {"num_images": []}, "must hold a request"),
    "many requests": ("generate", {"num_images": [1] * 65}, "at most 64 requests"),
    "seeds": ("generate", {"seed": [1, 2]}, "`seed` must be one number, or one for"),
    "negative seed": ("generate", {"seed": -1}, r"`seed` must lie in \[0, "),
    "endless seed": ("generate", {"seed": 2**62}, r"`seed` must lie in \[0, "),
    "truncation": ("generate", {"truncation": 1.01}, r"`truncation` must lie in \[0"),
    "NaN": ("generate", {"truncation": float("nan")}, "`truncation` must lie in"),
    "class": ("generate", {"labels": 3}, r"`labels` must lie in \[-1, 2\]"),
    "class below": ("generate_png", {"labels": -2}, r"`labels` must lie in \[-1, 2\]"),
    "classes": ("generate", {"labels": [0, 1, 2]}, "`labels` must be one number, or"),
    "one step": ("interpolate", {"steps": 1}, r"`steps` must lie in \[2, 300\]"),
    "walk's class": ("interpolate", {"labels": 3}, "`labels` must lie in"),
    "walk's seed": ("interpolate", {"second_seed": -4}, "`second_seed` must lie"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_requests_are_refused_with_a_sentence(served, case):
    name, wrong, message = WRONG[case]
    right = {"num_images": 2, "seed": 7, "labels": -1}
    if name == "interpolate":
        right = {"steps": 2, "first_seed": 1, "second_seed": 2, "labels": -1}
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        served("classes")[name](**numbers(**(right | wrong)))


def _rows(latents=None, labels=(0, 1)):
    latents = np.zeros((2, networks.LATENT_DIM)) if latents is None else latents
    return {
        "latents": tf.constant(latents, tf.float32),
        "labels": tf.constant(labels, tf.int32),
    }


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (_rows(np.full((2, networks.LATENT_DIM), np.nan)), "`latents` must be finite"),
        (_rows(np.full((2, networks.LATENT_DIM), np.inf)), "`latents` must be finite"),
        (_rows(np.zeros((2, 3))), r"latents.*\[2,3\] is not compatible.*\[\?,5\]"),
        (
            _rows(np.zeros((301, networks.LATENT_DIM)), [0] * 301),
            "`latents` must have at most 300 rows",
        ),
        (_rows(labels=[0]), "`labels` must have one entry for each of the rows"),
        (_rows(labels=[0, 3]), r"`labels` must lie in \[0, 2\]"),
        (_rows(labels=[0, -1]), r"`labels` must lie in \[0, 2\]"),
    ],
)
def test_wrong_latents_are_refused_with_a_sentence(served, inputs, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        served("classes")["serving_default"](**inputs)


def test_latents_of_which_no_samples_come_are_refused():
    drawn = keras.Input((2,))
    difference = keras.initializers.Constant([[9.0], [-9.0]])
    network = keras.Model(
        drawn, keras.layers.Dense(1, kernel_initializer=difference)(drawn)
    )
    sampler = Sampler(network, priors.Normal(2), None, is_image=False)
    endpoint = Signatures(sampler, (1,), 10).endpoints["serving_default"]
    served = tf.function(endpoint.function, autograph=False)
    np.testing.assert_allclose(served(tf.constant([[2.0, 1.0]]))["points"], [[9.0]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="must give finite sam"):
        served(tf.constant([[3e38, 3e38]]))  # ∞ − ∞


def test_wrong_data_for_the_discriminator(served):
    points = tf.constant([[np.nan, 1.0]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="`points` must be finite"):
        served("points")["discriminate"](points=points)
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 300 rows"):
        served("points")["discriminate"](points=tf.zeros((301, 2)))


@pytest.mark.parametrize("rows", [1, 127, 128, 129, 400])
def test_chunks_add_up(rows):
    def double(x):
        tf.debugging.assert_less_equal(tf.shape(x)[0], 128)
        return 2.0 * x

    values = tf.random.stateless_normal((rows, 3), [1, 2])
    spec = tf.TensorSpec((None, 3), tf.float32)
    chunked = tf.function(lambda x: in_chunks(double, spec, x), autograph=False)
    np.testing.assert_array_equal(chunked(values), 2.0 * values)
