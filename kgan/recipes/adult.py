"""Census income data, UCI "Adult": 32,561 people, 15 columns of mixed kinds.

`adult.csv.gz` is the file of them that has a header, such as SDGym's.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="adult",
    description="rows of census data: age, education, occupation, income, ...",
    game="tabular",
    dataset="adult.csv.gz",
    missing=("?",),
    sample_every=250,
    jit_compile=True,
    steps_per_execution=10,
)
