"""Recipes by game: a module each, with the game's options and how it is built.

A module defines a subclass of `kgan.recipes.recipe.Recipe`, which registers itself
under the name of its game; all modules of this folder are found.
"""

import importlib
import pkgutil

for _info in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_info.name}")
