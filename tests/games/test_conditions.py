"""What the networks of a GAN are told: any structure, on one way through the game."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.engine.fields import Field
from kgan.games.conditions import Conditions
from kgan.losses.input_gradients import LOGITS

ROWS = 4
SHAPE = (4, 4, 1)
DRAW = np.random.default_rng(0)
REAL = DRAW.uniform(-1, 1, (ROWS, *SHAPE)).astype("float32")


def _float(*shape):
    return DRAW.normal(size=(ROWS, *shape)).astype("float32")


def _ids(*shape):
    return DRAW.integers(0, 5, (ROWS, *shape)).astype("int32")


# Symbolic conditions, and values of them.
CONDITIONS = {
    "class": (lambda: keras.Input((), dtype="int32"), _ids()),
    "column of classes": (lambda: keras.Input((1,), dtype="int32"), _ids()),
    "vector": (lambda: keras.Input((3,)), _float(3)),
    "attributes": (
        lambda: {"age": keras.Input((1,)), "hair": keras.Input((4,))},
        {"age": _float(1), "hair": _float(4)},
    ),
    "image": (lambda: keras.Input(SHAPE), _float(*SHAPE)),
    "token ids": (lambda: keras.Input((6,), dtype="int32"), _ids(6)),
    "nest": (
        lambda: {
            "image": keras.Input(SHAPE),
            "text": {
                "ids": keras.Input((6,), dtype="int32"),
                "class": keras.Input((), dtype="int32"),
            },
        },
        {"image": _float(*SHAPE), "text": {"ids": _ids(6), "class": _ids()}},
    ),
}


def flat(structure):
    """All parts of a condition as one vector of floats."""

    def one(x):
        if "int" in x.dtype:
            x = keras.layers.Embedding(5, 2)(x)
        return keras.layers.Flatten()(x) if len(x.shape) > 2 else x

    return [one(x) for x in keras.tree.flatten(structure) if x is not None]


def _image(x, name=None):
    return keras.layers.Reshape(SHAPE, name=name)(keras.layers.Dense(16, "tanh")(x))


def _joined(parts):
    return keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]


def pair(told=None, latent=(3,), latents=True):
    """Functional networks that are told what `told` makes."""
    drawn, data = keras.Input(latent), keras.Input(SHAPE)
    own, theirs = (told(), told()) if told else (None, None)
    parts = [keras.layers.Flatten()(drawn)] if latents else []
    made = _image(_joined([*parts, *flat(own)]))
    inputs = ([drawn] if latents else []) + ([own] if told else [])
    judged = _joined([keras.layers.Flatten()(data), *flat(theirs)])
    return (
        keras.Model(inputs if len(inputs) > 1 else inputs[0], made, name="generator"),
        keras.Model(
            [data, theirs] if told else data,
            keras.layers.Dense(1)(judged),
            name="discriminator",
        ),
    )


def dataset(condition, real=REAL):
    element = real if condition is None else (real, condition)
    return tf.data.Dataset.from_tensor_slices(element).batch(ROWS, drop_remainder=True)


def play(build, condition, real=REAL, **compiled):
    """Plays one round eagerly and in a graph, and finds equal weights."""
    games = []
    for run_eagerly in (True, False):
        keras.utils.set_random_seed(1)
        gan = kgan.GAN(*build(), **compiled.get("gan", {}))
        options = {n: v for n, v in compiled.items() if n != "gan"}
        sgd = [keras.optimizers.SGD(0.1) for _ in range(2)]
        gan.compile(*sgd, run_eagerly=run_eagerly, **options)
        before = gan.get_weights()
        history = gan.fit(dataset(condition, real), verbose=0).history
        assert gan.step == 1
        assert all(np.isfinite(values).all() for values in history.values())
        assert any(
            np.any(a != b) for a, b in zip(before, gan.get_weights(), strict=True)
        )
        games.append(gan)
    eager, graph = games
    for one, other in zip(eager.weights, graph.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6, err_msg=one.path)
    return graph


@pytest.mark.parametrize("kind", CONDITIONS)
def test_networks_are_told_any_structure(kind):
    told, condition = CONDITIONS[kind]
    gan = play(lambda: pair(told), condition)
    assert gan.num_classes == (5 if "class" in kind else None)
    logs = gan.evaluate(dataset(condition), verbose=0, return_dict=True)
    assert np.isfinite(logs["d_loss"])


def test_the_condition_counts():
    """What D and G are told changes what they return."""
    told, condition = CONDITIONS["attributes"]
    generator, discriminator = pair(told)
    gan = kgan.GAN(generator, discriminator)
    gan.compile(run_eagerly=True)
    other = {name: -values for name, values in condition.items()}
    results = [
        gan.evaluate(dataset(given), verbose=0, return_dict=True)["d_real"]
        for given in (condition, condition, other)
    ]
    assert results[0] == results[1] != results[2]


def test_arrays_come_with_a_dictionary_of_arrays():
    told, condition = CONDITIONS["attributes"]
    gan = kgan.GAN(*pair(told))
    gan.compile(run_eagerly=True)
    gan.fit(REAL, condition, batch_size=2, verbose=0)
    assert gan.step == 2
    wrong = {**condition, "hair": condition["hair"][:, :2]}
    with pytest.raises(ValueError, match=r"'condition\.hair'.*\(4,\).*\(2,\)"):
        gan.fit(REAL, wrong, batch_size=2, verbose=0)


def test_a_generator_may_take_the_parts_beside_its_latents():
    def build():
        drawn, age, hair = (keras.Input((n,)) for n in (3, 1, 4))
        made = _image(_joined([drawn, age, hair]))
        data = keras.Input(SHAPE)
        told = [keras.Input((1,)), keras.Input((4,))]
        judged = _joined([keras.layers.Flatten()(data), *told])
        return (
            keras.Model([drawn, age, hair], made),
            keras.Model([data, told], keras.layers.Dense(1)(judged)),
        )

    keras.utils.set_random_seed(1)
    gan = kgan.GAN(*build())
    gan.compile(run_eagerly=True)
    gan.train_on_batch(REAL, (_float(1), _float(4)))
    assert gan.step == 1


# === Without latents, and latents of a shape ===


def test_a_generator_without_latents():
    told, condition = CONDITIONS["image"]
    gan = play(lambda: pair(told, latents=False), condition, gan={"prior": False})
    assert (gan.prior, gan.latent_dim) == (False, None)
    assert gan.latents(4, None) == {}
    assert gan.get_config()["prior"] is False


def test_latents_of_a_shape():
    gan = play(lambda: pair(latent=(4, 4, 8)), None)
    assert gan.latent_dim == 128
    assert gan.prior.latent_dim == 128
    assert gan.generate(2).shape == (2, *SHAPE)
    generator, discriminator = pair(latent=(4, 4, 8))
    with pytest.raises(ValueError, match=r"128 components.*latent_dim=5"):
        kgan.GAN(generator, discriminator, kgan.priors.Normal(5))


def test_latents_of_an_unknown_shape():
    drawn = keras.Input((None, 4))
    generator = keras.Model(drawn, _image(keras.layers.GlobalAveragePooling1D()(drawn)))
    with pytest.raises(ValueError, match=r"another known shape.*\(None, None, 4\)"):
        kgan.GAN(generator, pair()[1])


# === Several outputs ===


def scales():
    """A generator of two scales, and a discriminator of both with a map for each."""
    drawn = keras.Input((3,))
    whole = _image(drawn)
    half = keras.layers.AveragePooling2D(2)(whole)
    generator = keras.Model(drawn, {"half": half, "whole": whole})
    data = {
        "half": keras.Input((2, 2, 1), name="half"),
        "whole": keras.Input(SHAPE, name="whole"),
    }
    maps = [
        keras.layers.Conv2D(1, 2)(data["whole"]),
        keras.layers.Dense(1)(keras.layers.Flatten()(data["half"])),
    ]
    return generator, keras.Model(data, maps)


BOTH = {"half": REAL.reshape(ROWS, 2, 2, 2, 2, 1).mean((2, 4)), "whole": REAL}


def test_a_generator_of_two_scales_and_a_discriminator_of_several_maps():
    gan = play(scales, None, BOTH)
    assert gan.data_shape == SHAPE
    logs = gan.evaluate(dataset(None, BOTH), verbose=0, return_dict=True)
    maps = gan.discriminator(BOTH, training=False)
    means = [np.mean(1 / (1 + np.exp(-np.asarray(logits)))) for logits in maps]
    assert logs["d_real"] == pytest.approx(np.mean(means), rel=1e-5)
    for wrong, message in (
        (REAL, r"structure of the generator's outputs.*'half'"),
        ({"whole": REAL}, "structure of the generator's outputs"),
        ({**BOTH, "half": REAL}, r"\(2, 2, 1\).*\(4, 4, 1\)"),
        ({**BOTH, "whole": 255 * REAL}, r"\[-1, 1\]"),
    ):
        with pytest.raises(ValueError, match=message):
            gan.fit(dataset(None, wrong), verbose=0)


def test_one_gradient_penalty_knows_one_tensor():
    gan = kgan.GAN(*scales())
    with pytest.raises(ValueError, match="'r1' reads `input_gradient`, which this"):
        gan.compile(penalties=["r1"])


def test_heads_and_maps_with_a_penalty():
    def build():
        generator, _ = pair()
        data = keras.Input(SHAPE)
        maps = [
            keras.layers.Conv2D(1, 2, strides=2)(data),
            keras.layers.Conv2D(1, 4)(data),
        ]
        styles = keras.layers.Dense(3)(keras.layers.Flatten()(data))
        return generator, keras.Model(data, {LOGITS: maps, "styles": styles})

    gan = play(
        build,
        _ids() % 3,
        penalties=["r1", "gradient_penalty"],
        objectives=["style_ambiguity"],
    )
    assert gan.data_classes == 3


# === What does not fit ===


def classes_gan():
    return kgan.GAN(*pair(CONDITIONS["class"][0]))


def refuse(gan, condition, message):
    if not gan.compiled:
        gan.compile(run_eagerly=True)
    with pytest.raises(ValueError, match=message):
        gan.fit(dataset(condition), verbose=0)
    assert gan.step == 0


def test_one_hot_vectors_where_classes_are_expected():
    gan = classes_gan()
    for dtype in ("float32", "int32"):
        one_hot = np.eye(5, dtype=dtype)[:ROWS]
        refuse(gan, one_hot, r"one integer for each.*\(5,\).*argmax")


def test_classes_where_vectors_are_expected():
    gan = kgan.GAN(*pair(CONDITIONS["vector"][0]))
    for labels in (_ids(), _ids(1)):
        refuse(gan, labels, r"vectors of 3 floats\. Received: integers.*one_hot")


@pytest.mark.parametrize(
    ("kind", "condition", "message"),
    [
        ("vector", _float(4), r"'condition'.*\(3,\).*\(4,\)"),
        ("vector", _float(3) * np.nan, "'condition' must be finite"),
        ("image", _float(8, 8, 1), r"'condition'.*\(4, 4, 1\).*\(8, 8, 1\)"),
        ("token ids", _float(6), "'condition' must be int32.*float32"),
        ("attributes", {"age": _float(1)}, r"fields condition\.age, condition\.hair"),
        ("attributes", _float(5), r"fields condition\.age, condition\.hair"),
        ("vector", None, r"\(data, condition\).*float32 \(3,\).*data alone"),
    ],
)
def test_conditions_that_do_not_fit(kind, condition, message):
    refuse(kgan.GAN(*pair(CONDITIONS[kind][0])), condition, message)


def test_a_number_of_classes_beside_another_condition():
    with pytest.raises(ValueError, match=r"`num_classes` must be None.*float32 \(3,\)"):
        kgan.GAN(*pair(CONDITIONS["vector"][0]), num_classes=3)


# === Networks that do not tell ===


@keras.saving.register_keras_serializable(package="tests")
class Told(keras.Model):
    """A subclass: it takes what the game gives it."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)

    def call(self, inputs):
        first, condition = inputs
        flat = keras.ops.reshape(first, (keras.ops.shape(first)[0], -1))
        x = self.dense(keras.ops.concatenate([flat, condition["told"]], axis=1))
        return keras.ops.reshape(x, (-1, *SHAPE)) if self.units == 16 else x

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_a_condition_of_subclassed_networks_is_given(tmp_path):
    fields = {"told": Field((3,), low=-9.0, high=9.0)}

    def build():
        return Told(16), Told(1)

    options = {"prior": kgan.priors.Normal(3), "condition": fields}
    gan = play(build, {"told": _float(3)}, gan=options)
    assert gan.condition == fields
    refused = {"told": 100 + _float(3)}
    with pytest.raises(ValueError, match=r"'condition\.told' must lie in \[-9, 9\]"):
        gan.fit(dataset(refused), verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.condition == fields
    for old, new in zip(gan.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


# === By itself ===


def test_what_it_knows_of_two_networks():
    told = {
        kind: Conditions(*pair(make), None, None)
        for kind, (make, _) in CONDITIONS.items()
    }
    assert told["class"].fields is None
    assert told["class"].num_classes == 5
    assert told["class"].generator_takes
    assert told["class"].discriminator_takes
    assert told["vector"].fields == Field((3,))
    assert told["attributes"].fields == {"age": Field((1,)), "hair": Field((4,))}
    assert told["image"].example().shape == (1, *SHAPE)
    nothing = Conditions(*pair(), None, None)
    assert nothing.example() is None
    assert not nothing.generator_takes
    assert not nothing.discriminator_takes


def test_what_a_generator_takes():
    nothing, vector = (
        Conditions(*pair(), None, None),
        Conditions(*pair(CONDITIONS["vector"][0]), None, None),
    )
    drawn, given = tf.zeros((2, 3)), tf.ones((2, 3))
    assert nothing.generator_inputs(drawn, None) is drawn
    first, second = vector.generator_inputs(drawn, given)
    assert first is drawn
    assert second is given
    shaped = Conditions(*pair(latent=(4, 4, 8)), None, None)
    assert shaped.generator_inputs(tf.zeros((2, 128)), None).shape == (2, 4, 4, 8)
    alone = Conditions(
        *pair(CONDITIONS["vector"][0], latents=False), None, None, latents=False
    )
    assert alone.generator_inputs(None, given) is given
