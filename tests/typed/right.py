"""How kgan is used: mypy finds nothing wrong here, and the types that are said."""

import pathlib
from typing import assert_type

import keras
import numpy as np
import tensorflow as tf

import kgan

generator, discriminator = kgan.models.mlp((8, 8, 1), latent_dim=64)
prior = kgan.priors.Uniform(64)
gan = kgan.GAN(generator, discriminator, prior, ema_momentum=None, seed=3)
gan.compile(
    generator_optimizer=keras.optimizers.Adam(1e-3),
    loss=kgan.losses.Hinge(),
    penalties=[kgan.penalties.R1(weight=0.1), "gradient_penalty"],
    terms=[kgan.regularizers.LeCam(0.3), "drift"],
    alternation=kgan.alternation.Periods(generator=1, discriminator=2),
)
data = kgan.data.load("digits", batch_size=64, image_size=(8, 8))
assert_type(data, tf.data.Dataset)
gan.fit(data, epochs=2, callbacks=[kgan.callbacks.SampleGrid("samples", every=200)])
assert_type(gan.generate(4, seed=1, labels=[1, 2, 3, 4]), np.ndarray)
assert_type(gan.export(pathlib.Path("digits"), version=2), pathlib.Path)
assert_type(kgan.export.push(gan, "hf://user/digits", private=True), str)
evaluation = kgan.metrics.measure(gan, "digits", ["frechet_digits"], num_images=100)
assert_type(evaluation, kgan.metrics.Evaluation)
assert_type(evaluation["frechet_digits"], float)
assert_type(kgan.recipes.get("digits").override(steps=5), kgan.recipes.Recipe)
assert_type(kgan.data.source("mnist", split="test").num_examples, int)
kgan.training.train(kgan.recipes.get("ring"), "runs/ring", verbose=0)


class Autoencoder(kgan.Game):
    """A game of one's own."""

    def __init__(self, encoder: keras.Model, seed: int = 0):
        super().__init__(seed=seed)
        self.encoder = encoder

    def fields(self) -> dict[str, kgan.Field]:
        return {"images": kgan.Field((8, 8, 1), low=-1.0, high=1.0)}

    def moves(self) -> tuple[kgan.Move, ...]:
        term = kgan.Term(self.size, weight=0.1, interval=4)
        return (kgan.Move(("encoder",), self.distance, ("l1",), {"size": term}),)

    def distance(self, nets, batch):
        return nets.encoder(batch["images"]), {}

    def size(self, nets, batch):
        return tf.square(nets.encoder(batch["images"]))


class FeatureScale(kgan.terms.LossTerm):
    """A term of one's own."""

    def discriminator_term(self, view):
        return tf.square(view.real_outputs["features"])


FeatureScale(weight=0.1, interval=2)
