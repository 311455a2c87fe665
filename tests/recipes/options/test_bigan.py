"""Recipes of BiGAN: from names and numbers to a trained game."""

import numpy as np
import pytest

from kgan import data, recipes
from kgan.runs import prepare, train


def tiny(**values):
    small = {"latent_dim": 3, "width": 8, "depth": 1, "batch_size": 32, "steps": 3}
    return recipes.get("digits_bigan").override(sample_every=2, **{**small, **values})


def test_a_run(tmp_path):
    recipe = tiny()
    assert recipes.Recipe.from_json(recipe.to_json()) == recipe
    game = train.train(recipe, tmp_path / "run", verbose=0)
    assert game.step == 3
    assert game.players == ("discriminator", "generator", "encoder")
    images = data.source("digits").read(np.arange(5))
    assert game.encode(images).shape == (5, 3)
    assert game.reconstruct(images).shape == images.shape
    # Linear from 5e-4 to 2.5e-5: at the end after as many updates as there are rounds.
    rates = [float(o.learning_rate) for o in game.optimizers.values()]
    np.testing.assert_allclose(rates, [2.5e-5] * 3, rtol=1e-5)
    assert {p.name for p in (tmp_path / "run").iterdir()} >= {"recipe.json", "samples"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"prior": "cauchy"}, "cauchy"),
        ({"width": 0}, "`width` must be an integer of at least 1"),
        ({"optimizers": {"encoder": {"name": "adm"}}}, "adm"),
    ],
)
def test_bad_values(values, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        prepare.prepare(tiny(**values), tmp_path / "run")
    assert not (tmp_path / "run").exists()
