"""Small games over points and over images, and one that translates images."""

import keras
import numpy as np
import tensorflow as tf

import kgan
from kgan.engine import config
from kgan.engine.clock import Clock
from kgan.engine.interface import Interface
from kgan.export.endpoints import Endpoint, Input, Portable, Servable
from kgan.metrics.examples import Examples


def network(size_in, *sizes):
    """A Functional network of dense layers with LeakyReLU between them."""
    inputs = x = keras.Input((size_in,))
    for size in sizes[:-1]:
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(size)(x))
    return keras.Model(inputs, keras.layers.Dense(sizes[-1])(x))


def points(
    dimensions=1, latent_dim=1, prior=None, loss="non_saturating", width=8, **kwargs
):
    """A game over points; without graphs, which a few steps do not repay."""
    gan = kgan.GAN(
        network(latent_dim, width, dimensions),
        network(dimensions, width, 1),
        prior=prior or kgan.priors.Uniform(latent_dim),
        **kwargs,
    )
    gan.compile(loss=loss, run_eagerly=True)
    return gan


def images(shape=(8, 8, 1), num_classes=None):
    """A game over images, by class if `num_classes` is given."""
    gan = kgan.GAN(*kgan.models.mlp(shape, latent_dim=4, num_classes=num_classes))
    gan.compile(run_eagerly=True)
    return gan


SIDE = 4


def to_bytes(images):
    """Floats in [-1, 1] as uint8."""
    return np.clip(np.round((np.asarray(images) + 1) * 127.5), 0, 255).astype(np.uint8)


class Translated(Examples):
    """Translations of the sources of a data set."""

    name = "translated images"
    shape = (SIDE, SIDE, 3)

    def __init__(self, game, count, dataset):
        self.game, self.count, self.dataset = game, count, dataset

    def batches(self, batch_size):
        sources = self.dataset.read(np.arange(self.count)).mean(-1, keepdims=True)
        yield to_bytes(self.game.translator(sources / 127.5 - 1)), None


@keras.saving.register_keras_serializable(package="tests")
class Translator(config.ConfigByArguments, Interface, keras.Model):
    """A game of two players without latents: gray images become coloured ones.

    It is what a new game has to be for all other rooms; how it plays does not matter.
    """

    players = ("judge", "translator")
    log_names = {"judge": "j"}

    def __init__(self, name="translator_game"):
        super().__init__(name=name)
        gray, coloured = keras.Input((SIDE, SIDE, 1)), keras.Input((SIDE, SIDE, 3))
        layer = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")
        self.translator = keras.Model(gray, layer(gray), name="translator")
        score = keras.layers.Dense(1)(keras.layers.Flatten()(coloured))
        self.judge = keras.Model(coloured, score, name="judge")
        self.clock = Clock()
        self.built = True

    def call(self, sources):
        return self.translator(sources)

    def compile(self, learning_rate=0.1):
        with self.distribute_strategy.scope():
            for player in self.players:
                optimizer = keras.optimizers.SGD(learning_rate, momentum=0.5)
                optimizer.build(getattr(self, player).trainable_variables)
                setattr(self, f"{player}_optimizer", optimizer)
            super().compile(optimizer=None, run_eagerly=True)
        self.keep_compile_arguments(learning_rate=learning_rate)

    def train_step(self, data):
        with tf.GradientTape(persistent=True) as tape:
            made = self.translator(data["source"])
            gap = self.judge(data["target"]) - self.judge(made)
            losses = {"translator": gap, "judge": -gap}
        for player, loss in losses.items():
            weights = getattr(self, player).trainable_variables
            gradients = tape.gradient(loss, weights)
            self.optimizers[player].apply_gradients(
                zip(gradients, weights, strict=True)
            )
        self.clock.advance(1)
        return {"gap": tf.reduce_mean(gap)}

    # === What other rooms ask ===

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        source, target = (examples[name][:rows] for name in ("source", "target"))
        made = self.translator(source)
        shown = {"source": source, "output": made, "target": target}
        return {name: to_bytes(images) for name, images in shown.items()}

    def examples(self, count, seed=0, dataset=None):
        return Translated(self, count, dataset)

    def endpoints(self):
        spec = tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32, "images")
        endpoint = Endpoint(
            lambda images: {"translations": self.translator(images)},
            (Input(spec, "in [-1, 1]", 0.0),),
            {"translations": f"float32 (batch, {SIDE}, {SIDE}, 3), in [-1, 1]"},
            (self.translator,),
        )
        return {"translate": endpoint}


@keras.saving.register_keras_serializable(package="tests")
class PortableTranslator(Translator):
    """The same with a network for TensorFlow Lite and words for its card."""

    def endpoints(self):
        endpoints = super().endpoints()

        def function(network):
            return lambda images: {"translations": network(images)}

        def examples(count):
            shape = (count, SIDE, SIDE, 1)
            images = np.linspace(-1, 1, count * SIDE**2, dtype="float32")
            return {"images": images.reshape(shape)}

        specs = endpoints["translate"].specs
        network = Portable("translator", self.translator, function, specs, examples)
        return Servable(endpoints, "A translator.", {"loss": "L1"}, portable=network)


def pairs(count=8, seed=0):
    """A batch for a translator."""
    draw = np.random.default_rng(seed)

    def images(channels):
        return draw.uniform(-1, 1, (count, SIDE, SIDE, channels)).astype("float32")

    return {"source": images(1), "target": images(3)}


def translator(steps=0, kind=Translator):
    """A compiled translator that has played so many rounds."""
    game = kind()
    game.compile()
    if steps:
        data = tf.data.Dataset.from_tensors(pairs()).repeat(steps)
        game.fit(data, shuffle=False, verbose=0)
    return game
