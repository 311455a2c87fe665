"""Recipes: configurations with the results that were measured for them.

Each recipe is a module of this package that holds a `RECIPE`, and each game that
recipes can be of is a module of `kgan.recipes.options`; a new one is found without
being listed anywhere.
"""

import functools
import importlib
import pkgutil

from kgan.core import registry
from kgan.recipes import options as _options  # noqa: F401  (registers all games)
from kgan.recipes.recipe import Recipe as Recipe
from kgan.recipes.recipe import games as games


@functools.cache
def _all() -> dict:
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    )
    found = (m.RECIPE for m in modules if hasattr(m, "RECIPE"))
    return {recipe.name: recipe for recipe in found}


def names() -> tuple:
    """Returns the names of all recipes."""
    return tuple(_all())


def get(name: str) -> Recipe:
    """Returns the recipe of a name, one of `names()`.

    Raises:
        ValueError: If there is no such recipe.

    Example:
        ```python
        recipe = kgan.recipes.get("digits").override(steps=500)
        ```
    """
    registry.check_known("The recipes are", name, names())
    return _all()[name]
