"""A recipe becomes a run directory, and nothing is written that cannot be finished."""

import csv
import json

import numpy as np
import pytest

from kgan import recipes, runs, training

TINY = recipes.get("digits").override(
    model_options={"generator_hidden": [16], "discriminator_hidden": [16]},
    latent_dim=4,
    penalties=[{"name": "r1", "weight": 0.5}],
    batch_size=32,
    steps=5,
    sample_every=2,
)
POINTS = recipes.get("gaussian").override(
    model_options={"generator_hidden": [8], "discriminator_hidden": [8]},
    batch_size=32,
    steps=2,
)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A finished run of a few steps: its directory and the model."""
    run_dir = tmp_path_factory.mktemp("runs") / "tiny"
    return run_dir, training.train(TINY, run_dir, verbose=0)


def files(directory):
    return {str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    ("steps", "sample_every", "expected"),
    [
        (10, 5, (2, 5)),
        (10, 4, (3, 4)),
        (9, 2, (5, 2)),
        (1001, 300, (4, 251)),
        (3, 300, (1, 3)),
        (56, None, (2, 28)),
        (1, None, (1, 1)),
    ],
)
def test_cut(steps, sample_every, expected):
    recipe = recipes.get("digits").override(
        steps=steps, sample_every=sample_every, batch_size=64
    )
    epochs, steps_per_epoch = training.cut(recipe, num_examples=1797)
    assert (epochs, steps_per_epoch) == expected
    assert steps_per_epoch * (epochs - 1) < steps <= steps_per_epoch * epochs


def test_one_pass_counts_all_updates_of_d():
    recipe = recipes.get("digits").override(
        steps=1000, sample_every=None, batch_size=64, discriminator_steps=3
    )
    assert training.cut(recipe, num_examples=1797)[1] <= 1797 // 64 // 3


def test_a_run_plays_exactly_its_steps(digits):
    _, gan = digits
    assert gan.step == 5
    assert int(gan.discriminator_optimizer.iterations) == 5


def test_a_run_leaves_its_directory(digits):
    run_dir, _ = digits
    names = {name for name in files(run_dir) if not name.startswith("logs")}
    assert names == {
        "recipe.json",
        "gan.keras",
        "metrics.csv",
        "checkpoints/step-00000002.keras",
        "checkpoints/step-00000004.keras",
        "checkpoints/step-00000005.keras",
        "samples/step-00000000.png",
        "samples/step-00000002.png",
        "samples/step-00000004.png",
        "samples/step-00000005.png",
        "samples/samples.gif",
    }
    assert list((run_dir / "logs").rglob("events.out.tfevents*"))


def test_the_written_recipe_is_resolved_and_trains_the_same(digits):
    run_dir, gan = digits
    text = (run_dir / "recipe.json").read_text("utf-8")
    recipe = recipes.Recipe.from_json(text)
    assert recipe.image_size == 8
    assert recipe.sample_every == 2
    assert recipe.penalties == ({"name": "r1", "weight": 0.5, "interval": 1},)
    again = training.prepare(recipe, run_dir / "again").gan
    first = training.prepare(TINY, run_dir / "again").gan
    for ours, theirs in zip(again.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert again.get_config()["prior"] == gan.get_config()["prior"]


def test_metrics_are_a_line_an_epoch(digits):
    with (digits[0] / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [2, 4, 5]
    logged = {"d_loss", "g_loss", "d_real", "d_fake", "d_accuracy", "r1"}
    assert set(rows[0]) == {"epoch", "step", *logged}
    assert all(np.isfinite(float(row["d_loss"])) for row in rows)


def test_the_saved_model_is_the_trained_one(digits):
    run_dir, gan = digits
    expected = gan.generate(4, seed=3)
    for path in (run_dir, run_dir / "gan.keras"):
        np.testing.assert_array_equal(runs.load_model(path).generate(4, 3), expected)


def test_equal_seeds_give_equal_runs(digits, tmp_path):
    gan = training.train(TINY, tmp_path / "again", verbose=0)
    for ours, theirs in zip(gan.get_weights(), digits[1].get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_points_get_density_plots(tmp_path):
    training.train(POINTS, tmp_path, verbose=0)
    assert {"samples/density.gif", "four_panels.png"} <= files(tmp_path)


def test_several_updates_of_d_in_a_round(tmp_path):
    recipe = TINY.override(discriminator_steps=2, steps=3, conditional=True)
    gan = training.train(recipe, tmp_path, verbose=0)
    assert gan.step == 3
    assert gan.num_classes == 10
    assert int(gan.discriminator_optimizer.iterations) == 6
    assert int(gan.generator_optimizer.iterations) == 3


def interrupt_at(monkeypatch, step, error):
    """Raises an error when the `step`-th batch of any training has ended."""

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == step:
            raise error

    monkeypatch.setattr(training._StopAt, "on_train_batch_end", on_train_batch_end)


def test_an_interrupted_run_keeps_model_checkpoint_and_samples(tmp_path, monkeypatch):
    interrupt_at(monkeypatch, 3, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt, match=r"step 3 of 5.*gan\.keras"):
        training.train(TINY, tmp_path / "run", verbose=0)
    assert runs.load_model(tmp_path / "run").step == 3
    checkpoint = tmp_path / "run" / "checkpoints" / "step-00000002.keras"
    assert runs.load_model(checkpoint).step == 2
    assert "samples/step-00000002.png" in files(tmp_path / "run")


def test_nan_ends_the_run_without_a_model(tmp_path):
    broken = TINY.override(discriminator_learning_rate=1e30, steps=50)
    with pytest.raises(FloatingPointError, match=r"stopped at step .* is "):
        training.train(broken, tmp_path, verbose=0)
    assert not {name for name in files(tmp_path) if name.endswith(".keras")}


def test_describe_names_what_matters(tmp_path):
    text = training.describe(training.prepare(TINY, tmp_path / "run"))
    generator = 4 * 16 + 16 + 16 * 64 + 64
    discriminator = 64 * 16 + 16 + 16 + 1
    assert f"{generator:,} parameters, from 4 latents to 8 × 8 × 1" in text
    assert f"{discriminator:,} parameters" in text
    assert "5, in 3 epochs of 2, batches of 32" in text
    assert "1,797 examples of digits" in text
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("ema_momentum", [0.999, None])
def test_init_from_starts_with_the_weights(digits, tmp_path, ema_momentum):
    run_dir, old = digits
    recipe = TINY.override(ema_momentum=ema_momentum, seed=5)
    new = training.prepare(recipe, tmp_path / "tuned", init_from=run_dir).gan
    np.testing.assert_array_equal(
        new.generate(4, averaged=False), old.generate(4, averaged=False)
    )
    if ema_momentum is not None:
        np.testing.assert_array_equal(new.generate(4), old.generate(4))
    for ours, theirs in zip(
        new.discriminator.get_weights(), old.discriminator.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert new.step == 0


def test_init_from_a_model_without_average(tmp_path):
    plan = training.prepare(TINY.override(ema_momentum=None), tmp_path / "plain")
    runs.save(plan.gan, tmp_path / "plain.keras")
    new = training.prepare(TINY, tmp_path / "new", init_from=tmp_path / "plain.keras")
    np.testing.assert_array_equal(new.gan.generate(4), plan.gan.generate(4))


WIDER = {"generator_hidden": [17], "discriminator_hidden": [16]}
DEEPER = {"generator_hidden": [16], "discriminator_hidden": [16, 16]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dataset": "nowhere"}, "nowhere"),
        ({"batch_size": 2000}, "1797.*2000"),
        ({"batch_size": 2000, "discriminator_steps": 2}, "1797.*2000"),
        ({"dataset": "gaussian", "conditional": True}, "`conditional`.*gaussian"),
        ({"model": "dcgan", "model_options": {}, "dataset": "ring"}, "ring|shape"),
        ({"model_options": {"generator_hidden": [0]}}, "hidden"),
    ],
)
def test_what_does_not_fit_is_refused_before_writing(values, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        training.train(TINY.override(**values), tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"latent_dim": 5}, "latents of size 5. Received: 4"),
        ({"image_size": 16}, r"\(16, 16, 1\). Received: \(8, 8, 1\)"),
        ({"conditional": True}, "num_classes 10. Received: None"),
        ({"model_options": WIDER}, r"kernel of shape \(4, 17\).*\(4, 16\)"),
        ({"model_options": DEEPER}, r"of shape \(16, 16\).*\(16, 1\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused(digits, values, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        training.train(TINY.override(**values), tmp_path / "run", init_from=digits[0])
    assert not (tmp_path / "run").exists()


def test_a_directory_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="new or empty"):
        training.train(TINY, tmp_path, verbose=0)
    with pytest.raises(FileExistsError, match="new or empty"):
        training.train(TINY, tmp_path / "notes.txt", verbose=0)
    assert files(tmp_path) == {"notes.txt"}


def test_a_recipe_from_a_file_of_this_version_loads(digits):
    values = json.loads((digits[0] / "recipe.json").read_text("utf-8"))
    assert set(values) == {f.name for f in training.dataclasses.fields(recipes.Recipe)}
