"""Translation between two sets of images without pairs: CycleGAN."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan import losses
from kgan.core import arguments, schedules, seeds
from kgan.core.pictures import is_picture
from kgan.core.schedules import Scheduled
from kgan.engine.game import Game
from kgan.engine.move import LossAndLogs, Move
from kgan.engine.update import mean
from kgan.games import network_checks
from kgan.games.data_fields import of_shape, of_source
from kgan.games.direction import check_image_size, shapes
from kgan.games.translation import Translation
from kgan.layers import ImagePool
from kgan.losses.adversarial import AdversarialLoss


@keras.saving.register_keras_serializable(package="kgan")
class CycleGAN(Translation, Game):
    """Two translators G: X → Y and F: Y → X, and a discriminator of each set.

        min_{G,F} max_{D_X,D_Y}  V(G, D_Y) + V(F, D_X) + λ · (L_cycle + μ · L_identity)

        L_cycle = E ‖F(G(x)) − x‖₁ + E ‖G(F(y)) − y‖₁
        L_identity = E ‖G(y) − y‖₁ + E ‖F(x) − x‖₁

    x are the sources, y the targets, which do not belong to each other. Least squares
    take the place of logarithms, and D's loss is halved. Each discriminator sees a
    history of translations, from a pool of its own. First both translators move, then
    both discriminators, which see what G and F translate after their update. Zhu et al.
    (2017), Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
    Networks, equations 1 to 3, sections 4 and 5.2; λ = 10 and μ = ½ as in the authors'
    programs.

    Batches are `{"source", "target"}`, float32 images in [−1, 1], as
    `kgan.data.load("unpaired:...")` yields them. `fit` logs `g_loss`, `cycle`,
    `identity` where it is asked for, and `d_loss`. `translate` maps images, by averages
    if there are any; `direction="to_source"` maps back.

    Args:
        to_target: G, a `keras.Model` from sources to targets in [−1, 1].
        to_source: F, the same from targets to sources.
        discriminator_target: D_Y, a `keras.Model` from targets to logits.
        discriminator_source: D_X, the same of sources.
        cycle: λ, a non-negative number or a schedule of the step. 0: no cycle, and
            no identity either.
        identity: μ, the same. It keeps colours; it needs sides of equal channels. None:
            ½ where they are equal, else 0.
        pool_size: Images in each pool; 0: D sees only what was just translated.
        adversarial_loss: A name (`kgan.losses.names()`), or an object of that kind.
        ema_momentum: Momentum of averaged translators, a number in [0, 1), a schedule,
            or None: no averages, as published.
        image_size: (height, width) of the images of the data where networks were built
            for `(None, None, channels)`: any size. None: those of the networks.
        seed: Every draw follows from it and from the step's number.
        name: Name of the model.

    Attributes:
        pool_source: The `kgan.layers.ImagePool` of F's translations, or None.
        pool_target: The same of G's.

    Raises:
        ValueError: If an argument is out of its range, networks do not fit together,
            or pools are asked for and nobody knows the size of images.

    Example:
        ```python
        shape = (64, 64, 3)
        translators = [kgan.models.resnet_translator(shape) for _ in range(2)]
        judges = [kgan.models.patchgan(shape) for _ in range(2)]
        game = kgan.CycleGAN(*translators, *judges)
        game.compile(dict.fromkeys(game.players, "adam"))
        game.fit(kgan.data.load("unpaired:FOLDER:photos:paintings"), epochs=10)
        ```
    """

    log_names = {
        "to_target": "g",
        "to_source": "f",
        "discriminator_target": "dy",
        "discriminator_source": "dx",
    }
    directions = {"to_target": "to_target", "to_source": "to_source"}

    def __init__(
        self,
        to_target: keras.Model,
        to_source: keras.Model,
        discriminator_target: keras.Model,
        discriminator_source: keras.Model,
        cycle: Scheduled = 10.0,
        identity: Scheduled | None = None,
        pool_size: int = 50,
        adversarial_loss: str | AdversarialLoss = "mean_squares",
        ema_momentum: Scheduled | None = None,
        image_size: int | Sequence[int] | None = None,
        seed: int = 0,
        name: str = "cyclegan",
    ):
        super().__init__(seed=seed, name=name)
        self.image_size = check_image_size(image_size)
        source, target = shapes(to_target, self.image_size)
        network_checks.takes("to_source", to_source, target=target)
        _check_returns(shapes(to_source, self.image_size)[1], source)
        for what, network, shape in (
            ("discriminator_target", discriminator_target, target),
            ("discriminator_source", discriminator_source, source),
        ):
            network_checks.takes(what, network, images=shape)
            network_checks.gives_logits(network)
        translators = ("to_target", to_target, target), ("to_source", to_source, source)
        for what, network, shape in translators:
            if is_picture(shape):
                network_checks.gives_images(network, what)
        self.to_target, self.to_source = to_target, to_source
        self.discriminator_target = discriminator_target
        self.discriminator_source = discriminator_source
        self.cycle = schedules.check("cycle", cycle)
        alike = source[-1] == target[-1]
        identity = 0.5 * alike if identity is None else identity
        self.identity = schedules.check("identity", identity)
        if self.identity and not alike:
            raise ValueError(
                "`identity` must be 0 where sources and targets differ in their "
                f"channels. Received: {identity!r} for {source[-1]} and {target[-1]}"
            )
        self.pool_size = arguments.integer("`pool_size`", pool_size, 0)
        self.pool_source = self._pool(source)
        self.pool_target = self._pool(target)
        self.adversarial_loss = losses.get(adversarial_loss)
        self.ema_momentum = arguments.ema_momentum(ema_momentum)

    def _pool(self, shape):
        if not self.pool_size:
            return None
        if None in shape:
            raise ValueError(
                "`image_size` must be given for networks that take images of any size: "
                "a pool holds images of one; or let `pool_size` be 0. Received: None"
            )
        return ImagePool(shape, self.pool_size)

    def fields(self):
        source, target = shapes(self.to_target, self.image_size)
        return {"source": of_source(source), "target": of_shape(target, called="")}

    def moves(self):
        translators = "to_target", "to_source"
        discriminators = "discriminator_target", "discriminator_source"
        logs = ("g_loss", "cycle", *(("identity",) if self.identity else ()))
        return (
            Move(translators, self.translators_loss, logs),
            Move(
                discriminators, self.discriminators_loss, ("d_loss",), draws=self.swaps
            ),
        )

    def swaps(self, rows: int, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draws which translations are exchanged with earlier ones, for each pool."""
        pools = {"target": self.pool_target, "source": self.pool_source}
        return {
            f"swap_{side}": pool.swaps(rows, seeds.fold(seed, place))
            for place, (side, pool) in enumerate(pools.items())
            if pool is not None
        }

    def translators_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """(D_Y(G(x)) − 1)² + (D_X(F(y)) − 1)² + λ · (L_cycle + μ · L_identity)."""
        x, y = batch["source"], batch["target"]
        fake_y, fake_x = nets.to_target(x), nets.to_source(y)
        fooled = self._fooled(nets.frozen.discriminator_target, y, fake_y, nets.step)
        fooled += self._fooled(nets.frozen.discriminator_source, x, fake_x, nets.step)
        cycle = distance(nets.to_source(fake_y), x)
        cycle += distance(nets.to_target(fake_x), y)
        logs, total = {"g_loss": fooled, "cycle": cycle}, cycle
        if self.identity:
            same = distance(nets.to_target(y), y) + distance(nets.to_source(x), x)
            logs["identity"] = same
            total += schedules.at(self.identity, nets.step) * same
        return fooled + schedules.at(self.cycle, nets.step) * total, logs

    def discriminators_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """½ (D_Y(y) − 1)² + ½ D_Y(G(x))², the same for D_X; fakes are of the pools."""
        x, y = batch["source"], batch["target"]
        fake_y, fake_x = nets.frozen.to_target(x), nets.frozen.to_source(y)
        if self.pool_size:
            fake_y = nets.pool_target(fake_y, batch["swap_target"])
            fake_x = nets.pool_source(fake_x, batch["swap_source"])
        d_loss = self._judged(nets, {"target": (y, fake_y), "source": (x, fake_x)})
        return 0.5 * d_loss, {"d_loss": d_loss}

    def _fooled(self, discriminator, real, fake, step):
        loss = self.adversarial_loss.at(step)
        real = discriminator(real) if loss.relativistic else None
        return mean(loss.generator_loss(real, discriminator(fake)))

    def _judged(self, nets, sides):
        """Returns the sum of both discriminators' losses of real and fake images."""
        loss, total = self.adversarial_loss.at(nets.step), 0.0
        for side, (real, fake) in sides.items():
            judge = getattr(nets, f"discriminator_{side}")
            total += mean(loss.discriminator_loss(judge(real), judge(fake)))
        return total

    def held_out(self, nets, batch):
        x, y = batch["source"], batch["target"]
        # Of translations as they are: those in pools are of training data.
        fakes = nets.to_target(x), nets.to_source(y)
        d_loss = self._judged(nets, {"target": (y, fakes[0]), "source": (x, fakes[1])})
        return {"d_loss": d_loss} | self.translators_loss(nets, batch)[1]


def distance(a, b):
    """Returns the mean of |a − b|."""
    return tf.reduce_mean(tf.abs(a - b))


def _check_returns(found, shape):
    if found != shape:
        raise ValueError(
            "`to_source` must return what `to_target` takes, images of shape "
            f"{shape}. Received: a network that returns {found}"
        )
