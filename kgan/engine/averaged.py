"""The networks that hold players' averages, and where they begin."""

import types
from typing import Any

import tensorflow as tf

from kgan.engine import ema


class Averaged:
    """Mixin of games: each player of `averages` has a network `ema_<player>`."""

    # By player, a checksum of its average as it was built.
    _begun = types.SimpleNamespace()

    def add_average(self, player):
        """Builds the network that holds a player's average, if there is none yet."""
        if getattr(self, f"ema_{player}", None) is None:
            setattr(self, f"ema_{player}", ema.copy_of(self.networks[player]))
            self.note_average(player)

    def note_average(self, player):
        """Remembers with which values an average begins."""
        begun = {
            **vars(self._begun),
            player: ema.checksum(getattr(self, f"ema_{player}")),
        }
        self._begun = types.SimpleNamespace(**begun)  # Keras would track a dictionary

    def begin_averages(self):
        """Lets averages begin with the weights that players were given.

        Weights that are loaded into a player before the first step would else not be
        those of samples. An average that was given weights of its own keeps them.
        """
        if not tf.executing_eagerly() or self.step:
            return
        for player, begun in list(vars(self._begun).items()):
            average, network = getattr(self, f"ema_{player}"), self.networks[player]
            if ema.checksum(average) != begun:
                delattr(self._begun, player)  # it was given weights of its own
            elif ema.checksum(network) != begun:
                average.set_weights(network.get_weights())
                self.note_average(player)

    def make_predict_function(self, force=False):
        self.begin_averages()
        return super().make_predict_function(force)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.begin_averages()
        super().save(*args, **kwargs)

    def save_weights(self, *args, **kwargs):
        self.begin_averages()
        super().save_weights(*args, **kwargs)
