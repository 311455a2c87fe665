"""Recipes of the game `cyclegan`: two sets of images, translated there and back."""

import dataclasses

from kgan import losses
from kgan.games.cyclegan import CycleGAN
from kgan.recipes import build
from kgan.recipes.flag_types import Integer, Number, field
from kgan.recipes.options.translation import TranslationRecipe, one_size


@dataclasses.dataclass(frozen=True, kw_only=True)
class CycleGANRecipe(TranslationRecipe, game="cyclegan"):
    """A training run of `kgan.CycleGAN`, two translators and two judges of patches."""

    cycle: float = field(Number(), "weight of the way there and back; 0: none", 10.0)
    identity: float | None = field(
        Number(optional=True),
        "share of it with which images that need no translation must stay; none: 0.5 "
        "where sources and targets have as many channels, else 0",
    )
    pool_size: int = field(
        Integer(0), "earlier translations of each side that D sees again; 0: none", 50
    )

    players = (
        *("to_target", "to_source"),
        *("discriminator_target", "discriminator_source"),
    )

    def make_game(self, source):
        x, y, size = source.source_shape, source.shape, one_size(source)
        with build.in_precision(self.precision):
            networks = (
                self.make_generator(x, y[-1], "to_target"),
                self.make_generator(y, x[-1], "to_source"),
                self.make_discriminator(y, name="discriminator_target"),
                self.make_discriminator(x, name="discriminator_source"),
            )
        game = CycleGAN(
            *networks,
            cycle=self.cycle,
            identity=self.identity,
            pool_size=self.pool_size,
            adversarial_loss=losses.get(self.loss),
            ema_momentum=self.ema_momentum,
            image_size=size,
            seed=self.seed,
        )
        return self.compiled(game)
