"""A made table of customers, of which all probabilities are known.

`kgan.data.tables.made` says what they are: dates, a key, missing values, many levels, a
dependency.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="made_table",
    description="rows of a made table whose distribution is known",
    game="tabular",
    dataset="made_table",
    constraints=({"constraint": "inequality", "low": "start", "high": "end"},),
    sample_every=250,
    jit_compile=True,
    steps_per_execution=10,
)
