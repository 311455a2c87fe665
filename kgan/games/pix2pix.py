"""Translation between paired images: pix2pix."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan import losses
from kgan.core import arguments, schedules
from kgan.core.pictures import is_picture
from kgan.core.schedules import Scheduled
from kgan.core.seeds import Use
from kgan.engine.game import Game
from kgan.engine.move import LossAndLogs, Move
from kgan.engine.update import mean
from kgan.games import network_checks
from kgan.games.data_fields import of_shape, of_source
from kgan.games.direction import check_image_size, latent_dim, shapes
from kgan.games.translation import Translation
from kgan.latents.priors import Normal
from kgan.losses.adversarial import AdversarialLoss


@keras.saving.register_keras_serializable(package="kgan")
class Pix2Pix(Translation, Game):
    """A generator that translates images, and a discriminator of pairs.

        min_G max_D  E log D(x, y) + E log(1 − D(x, G(x))) + λ · E ‖y − G(x)‖₁

    x is the source, y its target. D sees both, and may return a map of logits, each of
    a patch (PatchGAN). What is random in G is its dropout, in training, or as published
    in its use as well (`kgan.layers.Dropout(at_test=True)`); or latents beside the
    image, standard normal ones, which a G of two inputs takes. As in the paper D's loss
    is halved, which slows it beside G. Isola et al. (2017), Image-to-Image Translation
    with Conditional Adversarial Networks, equations 1 to 4, with λ = 100.

    Batches are `{"source", "target"}`, float32 images in [−1, 1], as
    `kgan.data.load("pairs:...")` yields them. `fit` logs `d_loss`, `g_loss` and
    `l1_loss`, the mean of |y − G(x)|. `translate` maps images, by the average if there
    is one.

    Args:
        generator: G, a `keras.Model` from sources, or from `[source, latents]`, to
            targets in [−1, 1].
        discriminator: D, a `keras.Model` from `[source, target]` to logits.
        l1: Strength λ of the distance, a non-negative number or a schedule of the step.
        adversarial_loss: A name (`kgan.losses.names()`), or an object of that kind.
        ema_momentum: Momentum of the averaged generator, a number in [0, 1), a
            schedule, or None: no average, as published.
        image_size: (height, width) of the images of the data where networks were built
            for `(None, None, channels)`: any size. None: those of the networks.
        seed: Every draw follows from it and from the step's number.
        name: Name of the model.

    Raises:
        ValueError: If `l1` is negative, there is no such loss, or the discriminator
            takes other images than those of the generator.

    Example:
        ```python
        generator = kgan.models.unet((64, 64, 3))
        discriminator = kgan.models.patchgan((64, 64, 3), (64, 64, 3))
        game = kgan.Pix2Pix(generator, discriminator)
        game.compile({"generator": "adam", "discriminator": "adam"})
        game.fit(kgan.data.load("pairs:FOLDER:lines:colours", batch_size=8), epochs=10)
        ```
    """

    log_names = {"generator": "g", "discriminator": "d"}

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        l1: float = 100.0,
        adversarial_loss: str | AdversarialLoss = "non_saturating",
        ema_momentum: Scheduled | None = None,
        image_size: int | Sequence[int] | None = None,
        seed: int = 0,
        name: str = "pix2pix",
    ):
        super().__init__(seed=seed, name=name)
        self.image_size = check_image_size(image_size)
        source, target = shapes(generator, self.image_size)
        pair = {"source": source, "target": target}
        network_checks.takes("discriminator", discriminator, **pair)
        network_checks.gives_logits(discriminator)
        if is_picture(target):
            network_checks.gives_images(generator)
        self.generator, self.discriminator = generator, discriminator
        self.l1 = schedules.check("l1", l1)
        self.adversarial_loss = losses.get(adversarial_loss)
        self.ema_momentum = arguments.ema_momentum(ema_momentum)

    def fields(self):
        source, target = shapes(self.generator, self.image_size)
        return {"source": of_source(source), "target": of_shape(target, called="")}

    def moves(self):
        logs, draws = ("g_loss", "l1_loss"), self.latents
        return (
            Move(("discriminator",), self.discriminator_loss, ("d_loss",), draws=draws),
            Move(("generator",), self.generator_loss, logs, draws=draws),
        )

    def latents(self, rows: int, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draws latents where G takes them, z ~ N(0, I)."""
        width = latent_dim(self.generator)
        return {} if width is None else {"z": Normal(width).sample(rows, seed)}

    def _translated(self, generator, batch):
        x = batch["source"]
        return generator([x, batch["z"]] if "z" in batch else x, key=Use.GENERATOR)

    def discriminator_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """−½ (log D(x, y) + log(1 − D(x, G(x)))) for the logistic losses."""
        fake = self._translated(nets.frozen.generator, batch)
        real_logits = nets.discriminator([batch["source"], batch["target"]])
        fake_logits = nets.discriminator([batch["source"], fake])
        loss = self.adversarial_loss.at(nets.step)
        d_loss = mean(loss.discriminator_loss(real_logits, fake_logits))
        return 0.5 * d_loss, {"d_loss": d_loss}

    def generator_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """−log D(x, G(x)) + λ · |y − G(x)| for the non-saturating loss."""
        fake = self._translated(nets.generator, batch)
        fake_logits = nets.frozen.discriminator([batch["source"], fake])
        real_logits = None
        if self.adversarial_loss.relativistic:
            pair = [batch["source"], batch["target"]]
            real_logits = nets.frozen.discriminator(pair)
        loss = self.adversarial_loss.at(nets.step)
        g_loss = mean(loss.generator_loss(real_logits, fake_logits))
        l1 = tf.reduce_mean(tf.abs(batch["target"] - fake))
        weight = schedules.at(self.l1, nets.step)
        return g_loss + weight * l1, {"g_loss": g_loss, "l1_loss": l1}

    def held_out(self, nets, batch):
        both = self.discriminator_loss, self.generator_loss
        of_discriminator, of_generator = (loss(nets, batch)[1] for loss in both)
        return of_discriminator | of_generator
