"""Scikit-learn's table of breast tumours: 569 rows, 30 measurements and a diagnosis."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="breast_cancer",
    description="rows of 30 measurements of tumours and their diagnosis",
    game="tabular",
    dataset="table:breast_cancer",
    batch_size=256,
    sample_every=250,
    jit_compile=True,
    steps_per_execution=10,
)
