"""Recipes of the game `bigan`: a generator and its inverse."""

import dataclasses

from kgan import data, models
from kgan.data.sides import Sides
from kgan.games.bigan import BiGAN
from kgan.latents import priors
from kgan.recipes import build
from kgan.recipes.flag_types import Integer, Number, Text, field
from kgan.recipes.recipe import Recipe


@dataclasses.dataclass(frozen=True, kw_only=True)
class BiGANRecipe(Recipe, game="bigan"):
    """A training run of `kgan.BiGAN` with fully connected networks."""

    latent_dim: int = field(Integer(), "number of components of a latent", 50)
    prior: str = field(Text(), "distribution of the latents", "uniform")
    width: int = field(Integer(), "units of each hidden layer", 1024)
    depth: int = field(Integer(), "hidden layers of each network", 2)
    dropout: float = field(Number(below=1.0), "dropout of the discriminator", 0.3)

    players = ("discriminator", "generator", "encoder")
    needs = "images or points"

    @classmethod
    def suits(cls, source):
        return not isinstance(source, (Sides, data.TableSource))

    def make_game(self, source):
        with build.in_precision(self.precision):
            networks = models.bigan(
                source.shape, self.latent_dim, (self.width,) * self.depth, self.dropout
            )
        game = BiGAN(
            *networks, prior=priors.get(self.prior, self.latent_dim), seed=self.seed
        )
        game.compile(build.make_optimizers(self), **self.played())
        return game

    def pictures(self, game):
        return "samples" if game.is_image else None

    def shown_data(self, source):
        return data.load(source, batch_size=8)

    def traits(self, game):
        return {"samples of shape": game.data_shape, "latents of size": game.latent_dim}
