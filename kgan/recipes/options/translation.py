"""What recipes of all games of translation have: networks by name, and their decay."""

import dataclasses
import logging
import math

from kgan import models
from kgan.data.sides import Sides
from kgan.recipes import build
from kgan.recipes.flag_types import Boolean, Choice, Integer, Number, Text, field
from kgan.recipes.options.sides import SidesRecipe

_logger = logging.getLogger(__name__)

_DEEPEST = 8  # stages of a U-Net


@dataclasses.dataclass(frozen=True, kw_only=True)
class TranslationRecipe(SidesRecipe):
    """A training run of a game of translation.

    A subclass builds the game; its defaults are those of its paper.
    """

    generator: str = field(
        Choice(("unet", "resnet")), "network that translates: unet, resnet", "resnet"
    )
    generator_width: int = field(Integer(), "channels of its first stage", 64)
    generator_depth: int | None = field(
        Integer(optional=True), "stages of a U-Net; none: as many as fit"
    )
    generator_blocks: int = field(
        Integer(), "residual blocks of a ResNet: 9 for 256 pixels, 6 for 128", 9
    )
    upsampling: str = field(
        Choice(("transposed", "resize", "antialiased")),
        "how a ResNet enlarges: transposed, resize (no checkerboards), antialiased",
        "transposed",
    )
    normalization: str = field(
        Choice(("instance", "batch")), "of all networks: instance, batch", "instance"
    )
    test_statistics: str = field(
        Choice(("image", "moving")),
        "what batch normalization takes in use: image, those of each image by itself, "
        "as published; moving, those of the training",
        "image",
    )
    dropout: float = field(Number(below=1.0), "dropout of the generator", 0.0)
    dropout_at_test: bool = field(
        Boolean(), "whether it acts in use as well: outputs that are drawn", False
    )
    discriminator_width: int = field(Integer(), "channels of D's first stage", 64)
    discriminator_depth: int = field(Integer(0), "stages of D with stride 2", 3)
    loss: str = field(Text(), "adversarial loss in kgan.losses", "mean_squares")
    learning_rate: float = field(
        Number(), "of the players that `optimizers` does not name", 2e-4
    )
    constant_epochs: int = field(
        Integer(0), "epochs at this rate; the run is cut into so many", 100
    )
    decay_epochs: int = field(
        Integer(0), "and into so many more, in which it falls linearly; 0: none", 100
    )
    ema_momentum: float | None = field(
        Number(below=1.0, optional=True),
        "momentum of the generator's average; none: no average",
    )

    initializer = "normal"

    def __post_init__(self):
        super().__post_init__()
        if self.dropout_at_test and not self.dropout:
            raise ValueError(
                "`dropout_at_test` must be false without `dropout`. Received: true"
            )
        if self.decay_epochs == self.constant_epochs == 0:
            object.__setattr__(self, "constant_epochs", 1)

    @classmethod
    def suits(cls, source):
        return isinstance(source, Sides)

    def optimizer_of(self, player):
        rate = self.learning_rate
        if self.decay_epochs:
            rate = {
                "schedule": "linear_after",
                "first": rate,
                "epochs": self.constant_epochs,
                "decay_epochs": self.decay_epochs,
            }
        adam = {"name": "adam", "learning_rate": rate, "beta_1": 0.5}
        return self.optimizers.get(player, adam)

    def make_generator(self, shape, channels, name="generator"):
        """Builds a translator of images of any size.

        Args:
            shape: `(height, width, channels)` of the sources of the data.
            channels: Channels of the targets.
            name: Of the network.
        """
        options = {
            "width": self.generator_width,
            "normalization": self.normalization,
            "test_statistics": self.test_statistics,
            "dropout": self.dropout,
            "dropout_at_test": self.dropout_at_test,
            "name": name,
        }
        open_sides = (None, None, shape[-1])
        if self.generator == "unet":
            depth = self.generator_depth or self._depth(shape)
            return models.unet(open_sides, channels, depth=depth, **options)
        return models.resnet_translator(
            open_sides,
            channels,
            blocks=self.generator_blocks,
            upsampling=self.upsampling,
            initializer=self.initializer,
            **options,
        )

    def _depth(self, shape):
        """Returns how often images may be halved, as `kgan.models.unet` says it."""
        fewest = 1 if self.normalization == "batch" else 2
        return max(1, min(_DEEPEST, int(math.log2(min(shape[:2]) / fewest))))

    def make_discriminator(self, *shapes, name="discriminator"):
        """Builds a judge of patches, of pairs or of single images.

        Images smaller than a patch are a line in the log.
        """
        depth, (height, width) = self.discriminator_depth, shapes[0][:2]
        try:
            judge = models.patchgan(
                *shapes,
                width=self.discriminator_width,
                depth=depth,
                normalization=self.normalization,
                antialiased=self.upsampling == "antialiased",
                initializer=self.initializer,
                name=name,
            )
        except ValueError as error:
            raise ValueError(
                f"`discriminator_depth` must suit the images: {error}"
            ) from None
        patch = judge.receptive_field
        if min(height, width) < patch:
            _logger.warning(
                "%s: its patches of %d pixels are larger than images of %dx%d, which "
                "it judges as a whole; a smaller discriminator_depth than %d has "
                "smaller ones",
                *(name, patch, width, height, depth),
            )
        return judge

    def compiled(self, game):
        """Compiles a game with the recipe's optimizers; returns it."""
        game.compile(build.make_optimizers(self), **self.played())
        return game

    def traits(self, game):
        return {
            "sources of shape": game.source_shape,
            "targets of shape": game.data_shape,
        }


def one_size(source):
    """Returns (height, width) of the images of both sides.

    Raises:
        ValueError: If the sides differ.
    """
    sizes = source.source_shape[:2], source.shape[:2]
    if sizes[0] != sizes[1]:
        raise ValueError(
            "`dataset` must have sources and targets of one size: `image_size` brings "
            f"them to it. Received: {sizes[0]} and {sizes[1]}"
        )
    return sizes[0]
