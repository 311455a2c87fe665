"""Files in which a game's networks lie under the names of their attributes."""

import os
from collections.abc import Callable
from typing import Any

from kgan.core import backend

# What saves to places that are no files, by the beginning of their addresses:
# functions of a game, the address and further arguments. Rooms above add theirs.
PLACES: dict[str, Callable] = {}


class SavedByAttribute:
    """Mixin of games, by which Keras stores each network under its attribute's name."""

    def __dir__(self):
        # Keras' saving visits `dir(model)` in the order of the alphabet, and stores the
        # layers that it finds first in `layers` by class and order: whatever comes
        # after it would be stored under another name than that of its attribute.
        names = super().__dir__()
        if self.__dict__.get("_layers_were_stored"):
            return names
        return [name for name in names if name != "layers"]

    def save(self, filepath: str | os.PathLike, *args: Any, **kwargs: Any) -> None:
        """Saves the whole game as `keras.Model.save` does, to a `.keras` file.

        Args:
            filepath: Name of the file; or `hf://user/name`, a place on the Hugging Face
                Hub: see `kgan.export.push`.
            *args: As in `keras.Model.save`, and so is `kwargs`.
            **kwargs: The same.

        Raises:
            ValueError: If the file's name ends in something else, or optimizers that
                were saved could not be loaded with this backend of Keras.
        """
        if self.compiled:
            backend.require_tensorflow("`save` with the state of optimizers")
        for prefix, save in PLACES.items():
            if str(filepath).startswith(prefix):
                return save(self, str(filepath), *args, **kwargs)
        if not str(filepath).endswith(".keras"):
            raise ValueError(
                "`filepath` of a game must end in .keras, Keras' format of whole "
                'models; weights alone are saved by save_weights("NAME.weights.h5"), '
                f"for a server by `export`. Received: {filepath}"
            )
        super().save(filepath, *args, **kwargs)

    def keep_optimizers(self, optimizers):
        """Keeps each player's optimizer as the attribute `<player>_optimizer`.

        Keras saves the values of a dictionary under the names of their classes, in the
        dictionary's order.
        """
        for player, optimizer in optimizers.items():
            setattr(self, f"{player}_optimizer", optimizer)

    def load_own_variables(self, store):
        file = getattr(store, "h5_file", ())
        self._layers_were_stored = "layers" in file
        for player in self.averages():
            if f"ema_{player}" in file:  # where the game was not compiled
                self.add_average(player)
        super().load_own_variables(store)

    def save_own_variables(self, store):
        self._layers_were_stored = False
        super().save_own_variables(store)
