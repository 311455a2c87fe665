"""A generator and its inverse: BiGAN, a game of three players."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from kgan.core.pictures import is_picture
from kgan.core.seeds import Use
from kgan.engine.game import Game
from kgan.engine.move import LossAndLogs, Move
from kgan.engine.update import mean
from kgan.games import network_checks
from kgan.games.data_fields import of_shape
from kgan.games.encoding import Encoding
from kgan.games.generative import Generative
from kgan.latents import priors
from kgan.latents.priors import Prior


@keras.saving.register_keras_serializable(package="kgan")
class BiGAN(Encoding, Generative, Game):
    """A generator G and an encoder E against a discriminator of pairs.

        min_{G,E} max_D  E log D(x, E(x)) + E log(1 − D(G(z), z))

    D sees data with the latents that belong to them, and has to tell whose pair it is.
    At the equilibrium E is the inverse of G, though neither ever sees the other's
    output. G and E share a move, on the loss with both labels flipped, which does not
    saturate. Donahue, Krähenbühl and Darrell (2017), Adversarial Feature Learning,
    equation 2 and section 3.4.

    Batches are real data alone; `fit` logs `d_loss` and `g_loss`. `generate`,
    `interpolate` and `decode` use G, `encode` and `reconstruct` E.

    Args:
        generator: G, a `keras.Model` from latents to data.
        encoder: E, a `keras.Model` from data to latents.
        discriminator: D, a `keras.Model` from `[data, latents]` to logits.
        prior: p(z), a `kgan.priors.Prior`. Default: `Normal` of the generator's size.
        seed: Every draw follows from it and from the step's number.
        name: Name of the model.

    Raises:
        ValueError: If the latents of generator, encoder and prior differ, encoder or
            discriminator take other data than the generator returns, or the latter
            returns probabilities.

    Example:
        ```python
        generator, encoder, discriminator = kgan.models.bigan((8, 8, 1), latent_dim=50)
        game = kgan.BiGAN(generator, encoder, discriminator)
        game.compile(dict.fromkeys(game.players, "adam"))
        game.fit(kgan.data.load("digits", batch_size=64), epochs=100)
        ```
    """

    log_names = {"generator": "g", "encoder": "e", "discriminator": "d"}

    def __init__(
        self,
        generator: keras.Model,
        encoder: keras.Model,
        discriminator: keras.Model,
        prior: Prior | None = None,
        seed: int = 0,
        name: str = "bigan",
    ):
        super().__init__(seed=seed, name=name)
        self.latent_dim = network_checks.latent_dim(generator, prior)
        if encoder.output_shape[-1] != self.latent_dim:
            raise ValueError(
                f"`encoder` must return the {self.latent_dim} components of a latent. "
                f"Received: an encoder that returns shape {encoder.output_shape}"
            )
        pair = {"data": generator.output_shape[1:], "latents": (self.latent_dim,)}
        network_checks.takes("generator", generator, latents=pair["latents"])
        network_checks.takes("encoder", encoder, data=pair["data"])
        network_checks.takes("discriminator", discriminator, **pair)
        network_checks.gives_logits(discriminator)
        if is_picture(pair["data"]):
            network_checks.gives_images(generator)
        self.prior = priors.Normal(self.latent_dim) if prior is None else prior
        self.generator, self.encoder = generator, encoder
        self.discriminator = discriminator
        self._serve()

    def unpack(self, element):
        return {"real": element}

    def fields(self):
        shape = self.generator.output_shape[1:]
        return {"real": of_shape(shape)}

    def moves(self):
        pair, draws = ("generator", "encoder"), self.latents
        return (
            Move(("discriminator",), self.judge_loss, ("d_loss",), draws=draws),
            Move(pair, self.pair_loss, ("g_loss",), draws=draws),
        )

    def latents(self, rows: int, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"latents": self.prior.sample(rows, seed)}

    def judge_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """−log D(x, E(x)) − log(1 − D(G(z), z))."""
        encoded, generated = self.logits(nets.frozen, nets, batch)
        d_loss = mean(tf.nn.softplus(-encoded)) + mean(tf.nn.softplus(generated))
        return d_loss, {"d_loss": d_loss}

    def pair_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """−log D(G(z), z) − log(1 − D(x, E(x)))."""
        encoded, generated = self.logits(nets, nets.frozen, batch)
        g_loss = mean(tf.nn.softplus(-generated)) + mean(tf.nn.softplus(encoded))
        return g_loss, {"g_loss": g_loss}

    def logits(
        self, players: Any, judges: Any, batch: Mapping[str, Any]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns D(x, E(x)) and D(G(z), z)."""
        real, latents = batch["real"], batch["latents"]
        codes = players.encoder(real, key=Use.REAL)
        fake = players.generator(latents, key=Use.GENERATOR)
        pairs = [real, codes], [fake, latents]
        return tuple(judges.discriminator(pair) for pair in pairs)

    def held_out(self, nets, batch):
        return self.judge_loss(nets, batch)[1] | self.pair_loss(nets, batch)[1]
