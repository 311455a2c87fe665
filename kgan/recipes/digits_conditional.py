"""Handwritten digits of 8×8 pixels, of the class that is asked for."""

from kgan.recipes import digits

RECIPE = digits.RECIPE.override(
    name="digits_conditional",
    description="8×8 digits of the class asked for, an MLP with R1",
    conditional=True,
    results={
        "frechet_digits": 0.020,
        "precision_digits": 0.925,
        "recall_digits": 0.786,
        "coverage_digits": 0.987,
        "class_agreement_digits": 0.965,
        "command": "kgan evaluate --model=RUN",
    },
)
