"""The pictures of docs/learn.md: their formulas, and that text and pictures agree."""

import pathlib
import re
import sys

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from scipy.spatial.distance import jensenshannon

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import learn_pictures
from learn import (
    collapse,
    logs,
    losses,
    optimum,
    toy,
    vae,
    vae_digits,
    vae_ring,
    winning,
)

ROOT = pathlib.Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "learn.md").read_text(encoding="utf-8")


def test_smallest_loss_is_log_4_without_a_distance_and_0_at_a_large_one():
    assert optimum.smallest_loss(0.0) == pytest.approx(np.log(4), abs=1e-6)
    assert optimum.smallest_loss(15.0) == pytest.approx(0.0, abs=1e-4)


def test_smallest_loss_is_log_4_minus_twice_the_divergence():
    x = np.linspace(-20, 30, 20_001)
    real, fake = (scipy.stats.norm.pdf(x, mean, 1.5) for mean in (4.0, 7.0))
    divergence = jensenshannon(real, fake) ** 2
    expected = np.log(4) - 2 * divergence
    assert optimum.smallest_loss(3.0) == pytest.approx(expected, abs=1e-5)


def test_pushes_are_d_and_one_minus_d():
    logits = np.linspace(-50, 50, 11)
    probability = scipy.special.expit(logits)
    _, saturating = losses.loss_and_push("minimax", logits)
    _, other = losses.loss_and_push("non_saturating", logits)
    np.testing.assert_allclose(saturating, probability, atol=1e-6)
    np.testing.assert_allclose(other, 1 - probability, atol=1e-6)


def test_real_data_keep_all_modes():
    modes, near = toy.kept(toy.ring().sample(20_000))
    assert modes == 8
    assert near == pytest.approx(1 - np.exp(-4.5), abs=0.004)


def test_one_mode_is_counted_once():
    points = np.concatenate([np.tile([1.0, 0.02], (60, 1)), np.zeros((40, 2))])
    assert toy.kept(points) == (1, 0.6)
    assert toy.spread(points) == pytest.approx(0.02 / np.sqrt(2))


def test_log_normal_is_that_of_scipy():
    x, mean = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    expected = scipy.stats.norm.logpdf(x, mean, np.exp(-0.5)).sum(axis=1)
    np.testing.assert_allclose(vae.log_normal(x, mean, -0.5), expected, rtol=1e-4)


def test_divergence_is_that_of_the_integral():
    x = np.linspace(-12, 12, 100_001)
    q, p = scipy.stats.norm.pdf(x, 1.0, np.exp(0.25)), scipy.stats.norm.pdf(x)
    expected = np.trapezoid(q * np.log(q / p), x)
    found = vae.divergence(np.float32([[1.0]]), np.float32([[0.5]]))
    np.testing.assert_allclose(found, [expected], rtol=1e-5)


def test_bound_is_the_likelihood_where_the_posterior_is_exact():
    """x = w z + σ e: p(x) = N(0, w² + σ²), and q is its posterior."""
    w, deviation, x = 2.0, 0.5, 1.5
    precision = 1 + w**2 / deviation**2
    encoder, decoder = _dense(1, 2), _dense(1, 1)
    encoder.set_weights(
        [
            np.float32([[w / (deviation**2 * precision), 0.0]]),
            np.float32([0.0, -np.log(precision)]),
        ]
    )
    decoder.set_weights([np.float32([[w]]), np.float32([0.0])])
    model = vae.VAE(encoder, decoder)
    model.log_stddev.assign(np.log(deviation))
    bound = np.mean(model(np.full((100_000, 1), x, np.float32)))
    expected = scipy.stats.norm.logpdf(x, 0, np.hypot(w, deviation))
    assert bound == pytest.approx(expected, abs=0.02)


def _dense(size_in, size_out):
    return keras.Sequential([keras.Input((size_in,)), keras.layers.Dense(size_out)])


def test_best_bound_is_the_mean_log_density():
    ring = toy.ring()
    logs_of_density = np.log(ring.density(ring.sample(50_000)))
    assert vae_ring.best_bound() == pytest.approx(logs_of_density.mean(), abs=0.02)


def test_contrast_is_1_on_a_chessboard_and_0_on_a_plane():
    board = np.indices((8, 8)).sum(axis=0) % 2 * 255
    assert vae_digits.contrast(board[None, ..., None]) == 1.0
    assert vae_digits.contrast(np.full((2, 8, 8, 1), 90)) == 0.0


def test_push_of_a_linear_discriminator():
    gan = toy.build()
    gan.discriminator = _dense(2, 1)
    gan.discriminator.set_weights([np.float32([[3.0], [4.0]]), np.float32([0.0])])
    samples = tf.constant([[1.0, 0.5], [-1.0, 0.0]])
    d = scipy.special.expit([5.0, -3.0])
    for name, expected in (("minimax", 5 * d), ("non_saturating", 5 * (1 - d))):
        found = winning.push(gan, samples, kgan.losses.get(name))
        assert found == pytest.approx(expected.mean(), rel=1e-5)


def test_d_alone_is_watched_from_the_start():
    game = winning.play((), rounds=4, epochs=2)
    np.testing.assert_array_equal(game["rounds"], [0, 2, 4])
    assert all(len(values) == 3 for values in game.values())
    assert game["d_fake"][0] == pytest.approx(0.5, abs=0.1)


def test_a_game_is_watched_in_equal_parts():
    samples, d_losses, averaged = collapse.play(collapse.games(0.5)[-1], 4, 2)
    assert samples.shape == (2, collapse.NUM_SAMPLES, 2)
    assert d_losses.shape == (2,)
    assert averaged.shape == samples[0].shape


def test_logs_of_a_run_are_drawn(tmp_path):
    rows = ["100,1.2,0.8,0.6,0.4,0.7", "200,1.4,0.7,0.5,0.5,0.5"]
    text = "\n".join([",".join(logs.KEYS), *rows])
    (tmp_path / "metrics.csv").write_text(text, encoding="utf-8")
    (tmp_path / "recipe.json").write_text('{"loss": "minimax"}', encoding="utf-8")
    assert logs.undecided(str(tmp_path)) == {
        "d_loss": pytest.approx(np.log(4)),
        "g_loss": pytest.approx(-np.log(2)),
    }
    picture, lines = logs.make(str(tmp_path))
    assert picture.dtype == np.uint8
    assert lines[1].startswith("round 200: d_loss 1.400")


def test_logs_of_another_kind_are_refused(tmp_path):
    (tmp_path / "metrics.csv").write_text("step,loss\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="columns step, d_loss"):
        logs.read(str(tmp_path))


def test_command_writes_a_picture(tmp_path, capsys):
    learn_pictures.main(["losses", f"--output={tmp_path}"])
    assert (tmp_path / "losses.png").stat().st_size > 10_000
    assert "D(G(z)) = 0.5: push minimax 0.500" in capsys.readouterr().out


def test_command_refuses_an_unknown_picture(capsys):
    with pytest.raises(SystemExit, match="2"):
        learn_pictures.main(["nothing"])
    assert "optimum" in capsys.readouterr().err


def test_each_picture_is_there_small_and_made_by_a_command_in_the_text():
    shown = re.findall(r"\]\((pictures/[^)]+)\)", TEXT)
    sizes = {name: (ROOT / "docs" / name).stat().st_size for name in shown}
    assert max(sizes.values()) < 300_000
    assert sum(sizes.values()) < 2_000_000
    made = re.findall(r"python scripts/learn_pictures.py (\w+)", TEXT)
    assert set(made) == set(learn_pictures.PICTURES)
    assert {f"pictures/{name}.png" for name in made} < set(shown)


def without_space(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("file", ["kgan/games/gan.py", "kgan/engine/round.py"])
def test_quoted_lines_of_a_round_are_those_of_the_code(file):
    source = without_space((ROOT / file).read_text(encoding="utf-8"))
    (quoted,) = re.findall(rf"`{file}`.*?```python\n(.*?)```", TEXT, re.DOTALL)
    extracts = [without_space(extract) for extract in quoted.split("...")]
    assert len(extracts) > 1
    assert [extract for extract in extracts if extract not in source] == []


def test_names_of_kgan_in_the_text_exist():
    for name in re.findall(r"kgan\.((?:losses|penalties|priors)\.\w+)", TEXT):
        room, _, member = name.partition(".")
        assert hasattr(getattr(kgan, room), member), name
