"""Translation between two sets of images without pairs and without a way back: CUT."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan import losses
from kgan.core import arguments, schedules, seeds
from kgan.core.pictures import is_picture
from kgan.core.schedules import Scheduled
from kgan.core.seeds import Use
from kgan.engine.game import Game
from kgan.engine.move import LossAndLogs, Move
from kgan.engine.update import mean
from kgan.games import network_checks
from kgan.games.data_fields import of_shape, of_source
from kgan.games.direction import check_image_size, shapes
from kgan.games.translation import Translation
from kgan.losses.adversarial import AdversarialLoss


@keras.saving.register_keras_serializable(package="kgan")
class CUT(Translation, Game):
    """A translator, a discriminator, and a contrast of patches in place of a way back.

        min_{G,H} max_D  V(G, D) + λ · ½ (PatchNCE(x, G(x)) + PatchNCE(y, G(y)))

    A patch of the translation G(x) must tell which patch of x it comes from, among the
    others of x: `kgan.losses.patch_nce` of features of G's own encoder, at random
    positions, the same in x and G(x), behind a small network H for each layer. The
    second half, of targets, keeps G from changing them needlessly. D's loss, of least
    squares, is halved. Park et al. (2020), Contrastive Learning for Unpaired
    Image-to-Image Translation, equations 1 to 4, and appendix C.

    FastCUT is the option `nce=10, nce_identity=False, flip_equivariance=True`: half of
    the images are mirrored before they are translated, and their features mirrored
    back. `nce=0` leaves V alone, a control that may return any target for any source.

    Batches are `{"source", "target"}`, float32 images in [−1, 1], as
    `kgan.data.load("unpaired:...")` yields them. `fit` logs `d_loss`, `g_loss`, `nce`,
    and `nce_identity`. `translate` maps images, by the average if there is one.

    Args:
        generator: G, a `keras.Model` from sources to targets in [−1, 1], with a method
            `features(images)` that returns a list of tensors `(batch, height, width,
            channels)`: those of its encoder, as `kgan.models.ResNetTranslator` has it.
        discriminator: D, a `keras.Model` from targets to logits.
        projector: H, a `keras.Model` from a list of `(batch, positions, channels)`, one
            for each of those features, to the list of their projections:
            `kgan.models.patch_projector`.
        nce: λ, a non-negative number or a schedule of the step.
        nce_identity: Whether the targets count, too; they need as many channels as
            sources have.
        flip_equivariance: Whether half of the sources are mirrored.
        positions: Number of positions in each layer; fewer where it has no more.
        temperature: τ of the contrast, a positive number.
        adversarial_loss: A name (`kgan.losses.names()`), or an object of that kind.
        ema_momentum: Momentum of the averaged generator, a number in [0, 1), a
            schedule, or None: no average, as published.
        image_size: (height, width) of the images of the data where networks were built
            for `(None, None, channels)`: any size. None: those of the networks.
        seed: Every draw follows from it and from the step's number.
        name: Name of the model.

    Raises:
        ValueError: If an argument is out of its range, the generator has no `features`,
            or networks do not fit together.

    Example:
        ```python
        shape = (64, 64, 3)
        generator = kgan.models.resnet_translator(shape, upsampling="antialiased")
        projector = kgan.models.patch_projector(generator.encoder.outputs)
        game = kgan.CUT(generator, kgan.models.patchgan(shape), projector)
        game.compile(dict.fromkeys(game.players, "adam"))
        game.fit(kgan.data.load("unpaired:FOLDER:photos:paintings"), epochs=10)
        ```
    """

    log_names = {"generator": "g", "projector": "h", "discriminator": "d"}

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        projector: keras.Model,
        nce: Scheduled = 1.0,
        nce_identity: bool = True,
        flip_equivariance: bool = False,
        positions: int = 256,
        temperature: float = 0.07,
        adversarial_loss: str | AdversarialLoss = "mean_squares",
        ema_momentum: Scheduled | None = None,
        image_size: int | Sequence[int] | None = None,
        seed: int = 0,
        name: str = "cut",
    ):
        super().__init__(seed=seed, name=name)
        self.image_size = check_image_size(image_size)
        source, target = shapes(generator, self.image_size)
        _check_features(generator, projector)
        network_checks.takes("discriminator", discriminator, images=target)
        network_checks.gives_logits(discriminator)
        if is_picture(target):
            network_checks.gives_images(generator)
        self.generator, self.discriminator = generator, discriminator
        self.projector = projector
        self.nce = schedules.check("nce", nce)
        self.nce_identity = arguments.boolean("nce_identity", nce_identity)
        # The features of G(x) are those of a source: it must fit into its own encoder.
        if source[-1] != target[-1]:
            raise ValueError(
                "`generator` must return as many channels as it takes: its encoder "
                "compares source and translation; repeat the one channel of gray "
                f"images. Received: {source[-1]} and {target[-1]}"
            )
        self.flip_equivariance = arguments.boolean(
            "flip_equivariance", flip_equivariance
        )
        self.positions = arguments.positive_integer("positions", positions)
        self.temperature = schedules.check("temperature", temperature)
        if not self.temperature or callable(self.temperature):
            raise ValueError(
                f"`temperature` must be a positive number. Received: {temperature!r}"
            )
        self.adversarial_loss = losses.get(adversarial_loss)
        self.ema_momentum = arguments.ema_momentum(ema_momentum)

    def fields(self):
        source, target = shapes(self.generator, self.image_size)
        return {"source": of_source(source), "target": of_shape(target, called="")}

    def moves(self):
        logs = ("g_loss", "nce", *(("nce_identity",) if self.nce_identity else ()))
        pair, draws = ("generator", "projector"), self.flips
        return (
            Move(("discriminator",), self.discriminator_loss, ("d_loss",), draws=draws),
            Move(pair, self.generator_loss, logs, draws=draws),
        )

    def flips(self, rows: int, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draws which sources are mirrored."""
        if not self.flip_equivariance:
            return {}
        bits = tf.random.stateless_uniform((rows,), seed, 0, 2, tf.int32)
        return {"flip": bits == 1}

    def discriminator_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """½ (D(y) − 1)² + ½ D(G(x))²."""
        x = _flipped(batch["source"], batch)
        fake = nets.frozen.generator(x, key=Use.GENERATOR)
        real_logits = nets.discriminator(batch["target"])
        fake_logits = nets.discriminator(fake)
        loss = self.adversarial_loss.at(nets.step)
        d_loss = mean(loss.discriminator_loss(real_logits, fake_logits))
        return 0.5 * d_loss, {"d_loss": d_loss}

    def generator_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """(D(G(x)) − 1)² + λ · ½ (PatchNCE(x, G(x)) + PatchNCE(y, G(y)))."""
        x, y = batch["source"], batch["target"]
        fake = nets.generator(_flipped(x, batch), key=Use.GENERATOR)
        fake_logits = nets.frozen.discriminator(fake)
        loss, real_logits = self.adversarial_loss.at(nets.step), None
        if loss.relativistic:
            real_logits = nets.frozen.discriminator(y)
        g_loss = mean(loss.generator_loss(real_logits, fake_logits))
        nce = self.contrast(nets, x, fake, batch)
        logs, total = {"g_loss": g_loss, "nce": nce}, nce
        if self.nce_identity:
            logs["nce_identity"] = self.contrast(nets, y, nets.generator(y), {}, 1)
            total = 0.5 * (nce + logs["nce_identity"])
        return g_loss + schedules.at(self.nce, nets.step) * total, logs

    def contrast(
        self,
        nets: Any,
        source: tf.Tensor,
        translation: tf.Tensor,
        batch: Mapping[str, Any],
        place: int = 0,
    ) -> tf.Tensor:
        """Returns the mean of PatchNCE over positions, images and layers.

        Args:
            nets: The networks of the update.
            source: Images in which the keys are.
            translation: Images in which the queries are.
            batch: What says which translations are mirrored, under "flip".
            place: Separates the positions of two contrasts of an update.
        """
        keys = nets.generator.features(source)
        queries = nets.generator.features(translation)
        seed = nets.context.fold(Use.POINTS, place).seed
        pairs = [
            self._sampled(key, _flipped(query, batch), seeds.fold(seed, layer))
            for layer, (key, query) in enumerate(zip(keys, queries, strict=True))
        ]
        keys, queries = (
            nets.projector(list(side)) for side in zip(*pairs, strict=True)
        )
        each = [
            mean(losses.patch_nce(query, key, self.temperature))
            for query, key in zip(queries, keys, strict=True)
        ]
        return tf.add_n(each) / len(each)

    def _sampled(self, key, query, seed):
        """Returns the rows of both at random positions, the same for all images."""
        known, found = key.shape, tf.shape(key)
        # Of networks that take any size the graph alone knows it.
        count = math.prod(known[axis] or found[axis] for axis in (1, 2))
        bits = tf.random.stateless_uniform(
            (count,), seed, minval=0, maxval=2**31 - 1, dtype=tf.int32
        )
        # Integer bits are equal in graph and XLA, and on all replicas.
        chosen = tf.argsort(bits, stable=True)[: self.positions]
        rows = (tf.reshape(x, (-1, count, x.shape[-1])) for x in (key, query))
        return tuple(tf.gather(x, chosen, axis=1) for x in rows)

    def held_out(self, nets, batch):
        both = self.discriminator_loss, self.generator_loss
        of_discriminator, of_generator = (loss(nets, batch)[1] for loss in both)
        return of_discriminator | of_generator


def _flipped(images, batch):
    """Mirrors the rows of images or features that the batch says."""
    if "flip" not in batch:
        return images
    flip = tf.reshape(batch["flip"], (-1, 1, 1, 1))
    return tf.where(flip, tf.reverse(images, axis=[2]), images)


def _check_features(generator, projector):
    if not hasattr(generator, "features"):
        raise ValueError(
            "`generator` must have a method `features`, as kgan.models."
            f"ResNetTranslator. Received: a {type(generator).__name__}"
        )
    inputs = keras.Input(generator.input_shape[1:])
    found = [x.shape[-1] for x in generator.features(inputs)]
    taken = [x.shape[-1] for x in getattr(projector, "inputs", None) or ()]
    if taken and taken != found:
        raise ValueError(
            "`projector` must take features of as many channels as those of the "
            f"generator, {found}. Received: a projector of {taken}"
        )
