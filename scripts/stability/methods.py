"""The methods that are compared, each as changes of one common recipe."""

from kgan import recipes

# What all share: networks, latents, optimizers, batch, length. The two densities differ
# in scale alone, and with it the strength of penalties on gradients: γ ∝ σ².
_COMMON = {"loss": "non_saturating", "penalties": (), "discriminator_steps": 2}
_GAMMA = {"ring": 0.001, "grid": 0.025}


def _penalties(*names, weight):
    return tuple({"name": name, "weight": weight} for name in names)


def _with_options(recipe, **options):
    return {"model_options": {**recipe.model_options, **options}}


def methods(dataset: str) -> dict:
    """Returns recipes by the name of the method.

    Args:
        dataset: "ring" or "grid".

    Returns:
        A dictionary of names and `Recipe`s. The last one, "recipe", is the recipe of
        the data set as it stands.
    """
    base = recipes.get(dataset)
    gamma = _GAMMA[dataset]
    changes = {
        "plain": {},
        "packing 2": _with_options(base, packing=2),
        "packing 4": _with_options(base, packing=4),
        "spectral norm": _with_options(base, spectral_normalization=True),
        # λ and D's updates of Gulrajani et al. (2017), appendix, on toy data.
        "WGAN-GP": {
            "loss": "wasserstein",
            "penalties": _penalties("gradient_penalty", weight=0.1),
            "discriminator_steps": 5,
        },
        "R1": {"penalties": _penalties("r1", weight=gamma)},
        "R1 + R2": {"penalties": _penalties("r1", "r2", weight=gamma)},
        "relativistic + R1 + R2": {
            "loss": "relativistic_pairing",
            "penalties": _penalties("r1", "r2", weight=gamma),
        },
    }
    compared = {
        name: base.override(**{**_COMMON, **change}) for name, change in changes.items()
    }
    return {**compared, "recipe": base}
