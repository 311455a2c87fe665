"""Symptoms and words of a game of one generator and one discriminator."""

from kgan.games import symptoms


class TwoPlayers:
    """Mixin of games of two players, which reads `latent_dim` and `data_shape`."""

    log_names = {"generator": "g", "discriminator": "d"}

    def symptoms(self, real=None, patience=3, **thresholds):
        return symptoms.usual(real, patience, **thresholds)

    def describe(self):
        shape = " × ".join(map(str, self.data_shape))
        return {
            "generator": f"{self.generator.count_params():,} parameters, from "
            f"{self.latent_dim} latents to {shape}",
            "discriminator": f"{self.discriminator.count_params():,} parameters",
        }
