"""Recipes of the game `cut`: two sets of images, translated in one direction."""

import dataclasses

from kgan import losses, models
from kgan.games.cut import CUT
from kgan.recipes import build
from kgan.recipes.flag_types import Boolean, Choice, Integer, Number, field
from kgan.recipes.options.translation import TranslationRecipe, one_size


@dataclasses.dataclass(frozen=True, kw_only=True)
class CUTRecipe(TranslationRecipe, game="cut"):
    """A training run of `kgan.CUT`, a ResNet against a judge of patches."""

    generator: str = field(Choice(("resnet",)), "network that translates", "resnet")
    upsampling: str = field(
        Choice(("transposed", "resize", "antialiased")),
        "how a ResNet enlarges: transposed, resize (no checkerboards), antialiased",
        "antialiased",
    )
    nce: float = field(Number(), "weight of the contrast of patches; 0: none", 1.0)
    nce_identity: bool = field(
        Boolean(), "whether targets must keep their patches, too", True
    )
    flip_equivariance: bool = field(
        Boolean(), "whether half of the sources are mirrored: FastCUT", False
    )
    positions: int = field(Integer(), "patches of each layer that are compared", 256)
    temperature: float = field(Number(1e-6), "temperature of the contrast", 0.07)
    projector_width: int = field(Integer(), "units of the third network", 256)
    constant_epochs: int = field(
        Integer(0), "epochs at this rate; the run is cut into so many", 200
    )
    decay_epochs: int = field(
        Integer(0), "and into so many more, in which it falls linearly; 0: none", 200
    )

    players = ("discriminator", "generator", "projector")
    initializer = "xavier"

    def make_game(self, source):
        size = one_size(source)
        with build.in_precision(self.precision):
            generator = self.make_generator(source.source_shape, source.shape[-1])
            features = generator.encoder.outputs
            networks = (
                generator,
                self.make_discriminator(source.shape),
                models.patch_projector(
                    features, self.projector_width, self.initializer
                ),
            )
        game = CUT(
            *networks,
            nce=self.nce,
            nce_identity=self.nce_identity,
            flip_equivariance=self.flip_equivariance,
            positions=self.positions,
            temperature=self.temperature,
            adversarial_loss=losses.get(self.loss),
            ema_momentum=self.ema_momentum,
            image_size=size,
            seed=self.seed,
        )
        return self.compiled(game)
