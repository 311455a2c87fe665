"""Runs that start from a published StyleGAN2."""

import numpy as np
import pytest
import tiny
from published_stylegan2 import Networks

from kgan.published.stylegan2 import load_stylegan2
from kgan.runs import directory, prepare, provenance, train

THEIRS = Networks(colors=1)
RECIPE = tiny.DIGITS.override(
    model="stylegan2",
    model_options={"w_dim": 6, "mapping_layers": 2, "channel_max": 4},
    latent_dim=5,
    penalties=[],
    batch_size=8,
    steps=1,
    sample_every=1,
)


@pytest.fixture(scope="module")
def pickle(tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "published.pkl"
    path.write_bytes(THEIRS.pickle())
    return path


def test_a_run_starts_from_its_weights_and_keeps_the_notice(tmp_path):
    run_dir, path = tmp_path / "run", tmp_path / "small.pkl"
    path.write_bytes(Networks(size=4, colors=1).pickle())
    old = load_stylegan2(path)
    plan = prepare.prepare(RECIPE.override(image_size=4), run_dir, init_from=path)
    for player in ("generator", "discriminator", "ema_generator"):
        pairs = zip(
            *(getattr(game, player).weights for game in (old, plan.game)), strict=True
        )
        assert all(np.array_equal(*pair) for pair in pairs), player
    train.run(plan, verbose=0)
    saved = directory.load_model(run_dir)
    assert saved.notice == old.notice
    (run_dir / directory.MODEL).unlink()
    resumed = prepare.prepare_to_resume(run_dir)
    assert resumed.game.step == 1
    assert resumed.game.notice == old.notice


def test_it_is_opened_where_models_are(pickle):
    assert directory.find_model(pickle) == pickle
    game = directory.load_generator(pickle)
    assert "published.pkl" in game.notice
    assert provenance.name_of(pickle) == "published"
    with pytest.raises(FileNotFoundError, match=r"none\.pkl"):
        directory.load_model(pickle.with_name("none.pkl"))


def test_a_run_of_other_size_starts_with_what_fits(tmp_path):
    path = tmp_path / "small.pkl"
    path.write_bytes(Networks(size=4).pickle())
    old = load_stylegan2(path)
    start = prepare.Start(path, old, "mean")
    plan = prepare.prepare(RECIPE, tmp_path / "run", init_from=start)
    assert plan.game.notice == old.notice
    text = prepare.describe(plan)
    assert f"init_from      {path}\ncopied " in text
    assert "\nconverted      generator: b4_torgb\n" in text
    assert "discriminator: b8_fromrgb, b8_conv0, b8_conv1, b8_skip\n" in text
    for ours, theirs in ((plan.game, old), (plan.game.ema_generator, old.sampler)):
        one, other = (getattr(x, "generator", x) for x in (ours, theirs))
        center = one.truncation.center
        np.testing.assert_array_equal(center, other.truncation.center)
    train.run(plan, verbose=0)
    # What a run begins with lies in its directory: the pickle may be gone.
    path.unlink()
    (tmp_path / "run" / directory.MODEL).unlink()
    resumed = prepare.prepare_to_resume(tmp_path / "run")
    assert resumed.game.step == 1
    tiny.assert_equal(resumed.game, plan.game)


def test_weights_of_other_games_have_no_other_size(pickle, tmp_path):
    start = prepare.Start("there", load_stylegan2(pickle), "same")
    recipe = RECIPE.override(model="dcgan", model_options={"width": 4})
    with pytest.raises(ValueError, match=r"`init_from` \(there\): `target` must be a"):
        prepare.prepare(recipe.override(latent_dim=6), tmp_path / "run", None, start)


@pytest.mark.parametrize(
    ("theirs", "values", "message"),
    [
        (
            Networks(),
            {},
            r"samples of shape \(8, 8, 1\). Received: \(8, 8, 3\) in \S+other.pkl, "
            "which --init_from_colors=mean converts",
        ),
        (Networks(size=16, colors=1), {}, r"\(8, 8, 1\). Received: \(16, 16, 1\)"),
        (Networks(colors=1, classes=10), {}, "num_classes None. Received: 10"),
        (THEIRS, {"conditional": True}, "num_classes 10. Received: None"),
        (THEIRS, {"latent_dim": 6}, "latents of size 6. Received: 5"),
        (
            Networks(colors=1, width=7),
            {},
            r"fc_0/kernel of shape \(5, 6\). Received: shape \(5, 7\)",
        ),
    ],
)
def test_networks_that_do_not_fit_are_refused(theirs, values, message, tmp_path):
    path = tmp_path / "other.pkl"
    path.write_bytes(theirs.pickle())
    with pytest.raises(ValueError, match=message) as caught:
        prepare.prepare(RECIPE.override(**values), tmp_path / "run", init_from=path)
    assert "`init_from`" in str(caught.value)
    assert not (tmp_path / "run").exists()
