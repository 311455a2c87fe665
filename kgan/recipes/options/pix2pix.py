"""Recipes of the game `pix2pix`: images translated into images, learned from pairs."""

import dataclasses

from kgan import data, losses, models
from kgan.games.pix2pix import Pix2Pix
from kgan.recipes import build
from kgan.recipes.flag_types import Integer, Number, Text, field
from kgan.recipes.options.sides import SidesRecipe


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pix2PixRecipe(SidesRecipe, game="pix2pix"):
    """A training run of `kgan.Pix2Pix`, a U-Net against a judge of patches."""

    l1: float = field(Number(), "weight of the distance to the target", 100.0)
    loss: str = field(Text(), "adversarial loss in kgan.losses", "non_saturating")
    generator_width: int = field(Integer(), "channels of the U-Net's first stage", 64)
    generator_depth: int | None = field(
        Integer(optional=True), "stages of the U-Net; none: as many as fit"
    )
    dropout: float = field(Number(below=1.0), "dropout of its innermost stages", 0.5)
    discriminator_width: int = field(Integer(), "channels of D's first stage", 64)
    discriminator_depth: int = field(Integer(), "stages of D with stride 2", 3)
    ema_momentum: float | None = field(
        Number(below=1.0, optional=True),
        "momentum of the generator's average; none: no average",
    )

    players = ("discriminator", "generator")
    needs = "pairs of images"

    @classmethod
    def suits(cls, source):
        return isinstance(source, data.Pairs)

    def make_game(self, source):
        shapes = source.source_shape, source.shape
        with build.in_precision(self.precision):
            generator = models.unet(
                shapes[0],
                shapes[1][-1],
                width=self.generator_width,
                depth=self.generator_depth,
                dropout=self.dropout,
            )
            discriminator = models.patchgan(
                *shapes, width=self.discriminator_width, depth=self.discriminator_depth
            )
        game = Pix2Pix(
            generator,
            discriminator,
            l1=self.l1,
            adversarial_loss=losses.get(self.loss),
            ema_momentum=self.ema_momentum,
            seed=self.seed,
        )
        game.compile(build.make_optimizers(self), **self.played())
        return game

    def traits(self, game):
        return {
            "sources of shape": game.generator.input_shape[1:],
            "targets of shape": game.data_shape,
        }
