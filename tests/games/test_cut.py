"""CUT: its losses in NumPy, its positions, its contract, what it refuses."""

import contract
import keras
import numpy as np
import pytest
import tensorflow as tf
from contract import Case, Contract, network
from keras import layers

import kgan

SHAPE = (4, 4, 3)


@keras.saving.register_keras_serializable(package="tests")
class InTwoParts(keras.Model):
    """A translator whose encoder returns two layers' features."""

    def __init__(self, encoder, decoder, name="generator"):
        source = keras.Input(encoder.inputs[0].shape[1:])
        super().__init__(source, decoder(encoder(source)[-1]), name=name)
        self.encoder, self.decoder = encoder, decoder

    def features(self, images, training=None):
        return self.encoder(images, training=training)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {n: serialize(getattr(self, n)) for n in ("encoder", "decoder")}

    @classmethod
    def from_config(cls, config):
        load = keras.saving.deserialize_keras_object
        return cls(**{name: load(part) for name, part in config.items()})


def generator(dropout=0.0, shape=SHAPE):
    x = source = keras.Input(shape)
    first = x = layers.Conv2D(4, 3, padding="same", activation="tanh")(x)
    if dropout:
        x = kgan.layers.Dropout(dropout)(x)
    second = layers.Conv2D(5, 3, 2, padding="same", activation="tanh")(x)
    x = middle = keras.Input(second.shape[1:])
    x = layers.UpSampling2D()(x)
    x = layers.Conv2D(3, 3, padding="same")(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    encoder = keras.Model(source, [first, second])
    return InTwoParts(encoder, keras.Model(middle, x))


def projector(channels=(4, 5)):
    inputs = [keras.Input((None, count)) for count in channels]
    outputs = [layers.Dense(6, dtype="float32")(x) for x in inputs]
    return keras.Model(inputs, outputs)


def cut(random=False, **options):
    # Of all positions the order alone is drawn.
    options = {"positions": 7 if random else 16, "temperature": 0.5, **options}
    discriminator = network([SHAPE], (2, 2, 1), 0.3 if random else 0.0)
    made = generator(0.3 if random else 0.0)
    return kgan.CUT(made, discriminator, projector(), **options)


def both(count, shape=SHAPE):
    return {
        "source": contract.images(count, shape),
        "target": contract.images(count, shape, seed=1),
    }


COLUMNS = ("source", "output", "target")
ENDPOINTS = ("serving_default", "translate", "translate_png")


class TestContract(Contract):
    case = Case(cut, both, columns=COLUMNS, endpoints=ENDPOINTS, xla_on_replicas=True)


class TestFast(Contract):
    case = Case(
        lambda random: cut(
            random,
            nce=10.0,
            nce_identity=False,
            flip_equivariance=True,
            ema_momentum=0.9,
        ),
        both,
        optimizer=contract.adam,
        columns=COLUMNS,
        endpoints=ENDPOINTS,
    )


def losses(game, batch):
    """`(scalar, logs)` of both moves."""
    game.compile(dict.fromkeys(game.players, "sgd"))
    tensors = {name: tf.constant(value) for name, value in batch.items()}
    return [move.loss(contract.networks_of(game), tensors) for move in game.moves()]


def squares(logits, target):
    return np.mean((np.asarray(logits, "float64") - target) ** 2)


def contrast(game, source, translation, flip=None):
    """The mean of PatchNCE over all positions of all layers, in float64."""
    total = []
    for layer, (key, query) in enumerate(
        zip(
            game.generator.features(source),
            game.generator.features(translation),
            strict=True,
        )
    ):
        kernel, bias = (
            np.float64(w) for w in game.projector.get_weights()[2 * layer :][:2]
        )
        query = np.asarray(query)
        if flip is not None:
            query = np.where(flip[:, None, None, None], query[:, :, ::-1], query)
        rows = []
        for x in (query, np.asarray(key)):
            x = np.float64(x).reshape(len(x), -1, x.shape[-1]) @ kernel + bias
            rows.append(x / np.linalg.norm(x, axis=-1, keepdims=True))
        for q, k in zip(*rows, strict=True):
            similar = np.exp(q @ k.T / game.temperature)
            total.append(np.mean(-np.log(np.diag(similar) / similar.sum(axis=1))))
    return np.mean(total)


def test_losses():
    game, batch = cut(nce=3.0), both(5)
    x, y = batch["source"], batch["target"]
    fake, same = np.asarray(game.generator(x)), np.asarray(game.generator(y))
    (d, d_logs), (g, logs) = losses(game, batch)
    d_loss = squares(game.discriminator(y), 1) + squares(game.discriminator(fake), 0)
    np.testing.assert_allclose([d, d_logs["d_loss"]], [d_loss / 2, d_loss], rtol=1e-5)
    fooled = squares(game.discriminator(fake), 1)
    nce, identity = contrast(game, x, fake), contrast(game, y, same)
    found = [logs["g_loss"], logs["nce"], logs["nce_identity"]]
    np.testing.assert_allclose(found, [fooled, nce, identity], rtol=1e-5)
    np.testing.assert_allclose(g, fooled + 1.5 * (nce + identity), rtol=1e-5)


def test_losses_of_mirrored_sources():
    game = cut(nce=10.0, nce_identity=False, flip_equivariance=True)
    batch, flip = both(4), np.array([True, False, False, True])
    x = batch["source"]
    mirrored = np.where(flip[:, None, None, None], x[:, :, ::-1], x)
    fake = np.asarray(game.generator(mirrored))
    _, (g, logs) = losses(game, {**batch, "flip": flip})
    nce = contrast(game, x, fake, flip)
    np.testing.assert_allclose(logs["nce"], nce, rtol=1e-5)
    fooled = squares(game.discriminator(fake), 1)
    np.testing.assert_allclose(g, fooled + 10 * nce, rtol=1e-5)
    assert set(logs) == {"g_loss", "nce"}
    drawn = game.flips(200, kgan.seeds.root(1))["flip"].numpy()
    assert 60 < drawn.sum() < 140
    np.testing.assert_array_equal(game.flips(9, kgan.seeds.root(1))["flip"], drawn[:9])


def test_the_control_without_contrast():
    (_, _), (g, logs) = losses(cut(nce=0.0), both(3))
    np.testing.assert_allclose(g, logs["g_loss"], rtol=1e-6)
    assert logs["nce"] > 0  # it is measured all the same


def test_positions_are_those_of_query_and_key_and_drawn_anew():
    game = cut(positions=7)
    game.compile(dict.fromkeys(game.players, "sgd"))
    numbers = tf.reshape(tf.range(2 * 16.0), (2, 4, 4, 1))
    seeds = [kgan.seeds.root(number) for number in (1, 1, 2)]
    drawn = [game._sampled(numbers, -numbers, seed) for seed in seeds]
    for keys, queries in drawn:
        np.testing.assert_array_equal(keys, -queries)
        np.testing.assert_array_equal(keys[1], keys[0] + 16)  # the same of all images
        assert len(set(keys[0].numpy().ravel())) == 7
    np.testing.assert_array_equal(drawn[0][0], drawn[1][0])
    assert (drawn[0][0].numpy() != drawn[2][0].numpy()).any()


def test_the_gradient_leads_to_queries_alone():
    """Through the encoder's features of the source no gradient comes."""
    game, batch = cut(), both(3)
    game.compile(dict.fromkeys(game.players, "sgd"))
    x = tf.constant(batch["source"])
    fake = tf.constant(batch["target"])
    with tf.GradientTape() as tape:
        tape.watch([x, fake])
        nce = game.contrast(contract.networks_of(game), x, fake, {})
    of_keys, of_queries = tape.gradient(nce, [x, fake])
    assert of_keys is None
    assert np.abs(of_queries).max() > 0


def gray(random=False):
    made = network([(4, 4, 1)], SHAPE)
    made.features = lambda images: [images]
    return kgan.CUT(made, network([SHAPE], (1,)), projector([1]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: kgan.CUT(network([SHAPE], SHAPE), None, None),
            "`generator` must have a method `features`.*Received: a Functional",
        ),
        (
            lambda: kgan.CUT(generator(), network([SHAPE], (1,)), projector([4])),
            r"`projector` must take .* \[4, 5\]\. Received: a projector of \[4\]",
        ),
        (
            lambda: kgan.CUT(generator(), network([(4, 4, 1)], (1,)), projector()),
            "`discriminator` must take images of shape",
        ),
        (gray, "`generator` must return as many channels as it takes.* 1 and 3$"),
        (lambda: cut(nce=-1.0), "`nce` must be a non-negative number"),
        (lambda: cut(nce_identity=1), "`nce_identity` must be True or False"),
        (lambda: cut(positions=0), "`positions` must be a positive integer"),
        (lambda: cut(temperature=0.0), "`temperature` must be a positive number"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)
