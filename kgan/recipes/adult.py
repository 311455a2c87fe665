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
    results={
        "column_shapes": 0.995,
        "pair_trends": 0.987,
        "pair_trends_worst": 0.968,
        "tstr": 0.915,
        "trtr": 0.927,
        "command": "kgan evaluate --model=RUN --target=income --num_images=29293",
    },
    jit_compile=True,
    steps_per_execution=10,
)
