"""Recipes of the game `pix2pix`: images translated into images, learned from pairs."""

import dataclasses

from kgan import data, losses
from kgan.games.pix2pix import Pix2Pix
from kgan.recipes import build
from kgan.recipes.flag_types import Choice, Integer, Number, Text, field
from kgan.recipes.options.translation import TranslationRecipe, one_size


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pix2PixRecipe(TranslationRecipe, game="pix2pix"):
    """A training run of `kgan.Pix2Pix`, a U-Net against a judge of patches."""

    l1: float = field(Number(), "weight of the distance to the target", 100.0)
    generator: str = field(
        Choice(("unet", "resnet")), "network that translates: unet, resnet", "unet"
    )
    dropout: float = field(Number(below=1.0), "dropout of the generator", 0.5)
    loss: str = field(Text(), "adversarial loss in kgan.losses", "non_saturating")
    constant_epochs: int = field(
        Integer(0), "epochs at this rate; the run is cut into so many", 1
    )
    decay_epochs: int = field(
        Integer(0), "and into so many more, in which it falls linearly; 0: none", 0
    )

    players = ("discriminator", "generator")
    needs = "pairs of images"

    @classmethod
    def suits(cls, source):
        return isinstance(source, data.Pairs)

    def make_game(self, source):
        shapes, size = (source.source_shape, source.shape), one_size(source)
        with build.in_precision(self.precision):
            generator = self.make_generator(shapes[0], shapes[1][-1])
            discriminator = self.make_discriminator(*shapes)
        game = Pix2Pix(
            generator,
            discriminator,
            l1=self.l1,
            adversarial_loss=losses.get(self.loss),
            ema_momentum=self.ema_momentum,
            image_size=size,
            seed=self.seed,
        )
        return self.compiled(game)
