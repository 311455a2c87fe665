"""The published configurations of StyleGAN2-ADA, as numbers.

Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020), and
the authors' program. Networks, data and augmentation are not among them.
"""

import dataclasses
from typing import Any

from kgan.core import arguments
from kgan.engine.optimizers import steps_a_round
from kgan.recipes.recipe import Recipe


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """One configuration; `kimg` and rates are those of the authors' command line.

    Attributes:
        kimg: Length of the training in thousands of real images.
        batch_size: Real images of a round, over all replicas.
        minibatch_group: Examples whose standard deviation D sees together.
        channel_base: Channels times resolution of the widest layers, up to 512.
        mapping_layers: Dense layers of the generator's mapping; D's has 8 always.
        architecture: Of D: "resnet" or "orig".
        learning_rate: Adam's step size before it is scaled for lazy terms.
        gamma: Weight γ of R1, γ/2 · E‖∇ₓ D(T(x))‖².
        path_length: Weight of the path lengths; 0: none.
        style_mixing: Probability of two styles in one image.
        ema_kimg: Half-life of the averaged generator in thousands of images.
        ema_ramp: Share of the images so far that it may be; None: any.
    """

    kimg: int = 25_000
    batch_size: int
    minibatch_group: int
    channel_base: int = 32_768
    mapping_layers: int = 8
    architecture: str = "resnet"
    learning_rate: float = 0.0025
    gamma: float
    path_length: float = 2.0
    style_mixing: float = 0.9
    ema_kimg: float
    ema_ramp: float | None = None

    # Rounds between two steps of a player's lazy term. They count for Adam, too, where
    # G has no such term.
    intervals = {"generator": 4, "discriminator": 16}

    @property
    def steps(self) -> int:
        """Rounds of the whole training."""
        return round(1000 * self.kimg / self.batch_size)

    def optimizer_of(self, player: str) -> dict:
        """Returns name and arguments of the Adam with which a player really runs."""
        share = 1.0 / steps_a_round(self.intervals[player])
        return {
            "name": "adam",
            "learning_rate": self.learning_rate * share,
            "beta_1": 0.0,
            "beta_2": 0.99**share,
            "epsilon": 1e-8,
        }

    def values(self) -> dict:
        """Returns fields of a recipe of the game `gan`: how it is trained."""
        r1 = {"name": "r1", "weight": self.gamma, "through_augmentation": True}
        path = {"name": "path_length", "weight": self.path_length}
        terms = [path | {"interval": self.intervals["generator"]}]
        return {
            "loss": "non_saturating",
            "penalties": [r1 | {"interval": self.intervals["discriminator"]}],
            "terms": terms if self.path_length else [],
            "lazy": "own_step",
            "optimizers": {
                player: self.optimizer_of(player) for player in self.intervals
            },
            "batch_size": self.batch_size,
            "steps": self.steps,
            "ema_kimg": self.ema_kimg,
            "ema_ramp": self.ema_ramp,
        }

    def recipe(self, name: str, image_size: int | tuple, **fields: Any) -> Recipe:
        """Returns a recipe of StyleGAN2 with this configuration.

        Args:
            name: Of the recipe.
            image_size: A side, or `(height, width)`.
            **fields: Others of the recipe, in place of those of the configuration.
        """
        networks = {
            "channel_base": self.channel_base,
            "mapping_layers": self.mapping_layers,
            "style_mixing": self.style_mixing,
            "architecture": self.architecture,
            "group_size": self.minibatch_group,
        }
        options = networks | fields.pop("model_options", {})
        defaults = {
            "image_size": image_size,
            "model": "stylegan2",
            "model_options": options,
            "latent_dim": 512,
            "augmentation": {"name": "adaptive_augment"},
            "precision": "mixed_float16",
        }
        return Recipe(name=name, **defaults | self.values() | fields)


def auto(resolution: int, gpus: int = 1, batch_size: int | None = None) -> Config:
    """Returns the configuration `auto`, which follows resolution and devices.

    Args:
        resolution: Pixels a side.
        gpus: Devices that train together.
        batch_size: Real images of a round, which the weight of R1 and the half-life
            follow; None: as published.

    Raises:
        ValueError: If `resolution` is no integer of at least 4, or `gpus` no positive
            one.
    """
    resolution = arguments.integer("`resolution`", resolution, 4)
    gpus = arguments.positive_integer("gpus", gpus)
    batch = batch_size or max(min(gpus * min(4096 // resolution, 32), 64), gpus)
    return Config(
        batch_size=batch,
        minibatch_group=max(1, min(batch // gpus, 4)),
        channel_base=32_768 if resolution >= 512 else 16_384,
        mapping_layers=2,
        learning_rate=0.002 if resolution >= 1024 else 0.0025,
        gamma=0.0002 * resolution**2 / batch,
        ema_kimg=batch * 10 / 32,
        ema_ramp=0.05,
    )


PUBLISHED = {
    "stylegan2": Config(  # config F at 1024 × 1024
        batch_size=32, minibatch_group=4, learning_rate=0.002, gamma=10.0, ema_kimg=10
    ),
    "paper256": Config(
        batch_size=64, minibatch_group=8, channel_base=16_384, gamma=1.0, ema_kimg=20
    ),
    "paper512": Config(batch_size=64, minibatch_group=8, gamma=0.5, ema_kimg=20),
    "paper1024": Config(
        batch_size=32, minibatch_group=4, learning_rate=0.002, gamma=2.0, ema_kimg=10
    ),
    "cifar": Config(
        kimg=100_000,
        batch_size=64,
        minibatch_group=32,
        mapping_layers=2,
        architecture="orig",
        gamma=0.01,
        path_length=0.0,
        style_mixing=0.0,
        ema_kimg=500,
        ema_ramp=0.05,
    ),
}
