"""Lists the recipes, each with its measured result.

kgan recipes
"""

import textwrap

from kgan import recipes


def define(values) -> None:
    """Declares no flag."""


def run(values) -> None:
    """Prints a paragraph for each recipe."""
    for name in recipes.names():
        print(_paragraph(recipes.get(name)))


def _paragraph(recipe):
    figures = [f"{k} {v}" for k, v in recipe.results.items() if k != "command"]
    lines = [f"{recipe.name:20}{recipe.description}"]
    if figures:
        lines += textwrap.wrap(", ".join(figures), 60)
    if "command" in recipe.results:
        lines.append(recipe.results["command"])
    return ("\n" + " " * 20).join(lines)
