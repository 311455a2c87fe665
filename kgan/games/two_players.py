"""What other rooms ask of a game of one generator and one discriminator."""

from kgan.games import symptoms


class TwoPlayers:
    """Mixin of games whose players are `discriminator` and `generator`.

    It reads `latent_dim` and `data_shape`.
    """

    log_names = {"generator": "g", "discriminator": "d"}

    def symptoms(self, real=None, patience=3, **thresholds):
        """Returns the symptoms of `kgan.games.symptoms.usual`."""
        return symptoms.usual(real, patience, **thresholds)

    def describe(self):
        """Returns the sizes of both networks."""
        shape = " × ".join(map(str, self.data_shape))
        return {
            "generator": f"{self.generator.count_params():,} parameters, from "
            f"{self.latent_dim} latents to {shape}",
            "discriminator": f"{self.discriminator.count_params():,} parameters",
        }
