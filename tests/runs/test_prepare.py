"""A plan is all of a run that writes nothing."""

import json
import zlib

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny
from PIL import Image
from tiny import DIGITS as TINY

from kgan import recipes
from kgan.distribute import consensus
from kgan.recipes.recipe import WINDOWS
from kgan.runs import directory, prepare, provenance, train


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A finished run of a few steps: its directory and the model."""
    run_dir = tmp_path_factory.mktemp("runs") / "tiny"
    return run_dir, train.train(TINY, run_dir, verbose=0)


@pytest.mark.parametrize(
    ("steps", "sample_every", "expected"),
    [
        (10, 5, 5),
        (10, 4, 4),
        (9, 2, 2),
        (1001, 300, 251),
        (3, 300, 3),
        (56, None, 28),
        (1, None, 1),
    ],
)
def test_cut(steps, sample_every, expected):
    recipe = recipes.get("digits").override(
        steps=steps, sample_every=sample_every, batch_size=64
    )
    length = prepare.cut(recipe, num_examples=1797)
    assert length == expected
    # What a run's recipe.json says is cut in the same way.
    again = recipe.override(sample_every=length)
    assert prepare.cut(again, num_examples=1797) == expected


def test_one_pass_counts_all_updates_of_d():
    recipe = recipes.get("digits").override(
        steps=1000, sample_every=None, batch_size=64, discriminator_steps=3
    )
    assert prepare.cut(recipe, num_examples=1797) <= 1797 // 64 // 3


def test_one_pass_has_each_image_and_its_mirror_image():
    recipe = recipes.get("digits").override(
        steps=56, sample_every=None, batch_size=64, mirror=True
    )
    assert prepare.cut(recipe, num_examples=1797) == 56


def test_a_mirrored_run_is_one_of_twice_the_data(tmp_path):
    recipe = TINY.override(mirror=True, sample_every=None, steps=200)
    plan = prepare.prepare(recipe, tmp_path / "run")
    assert "1,797 examples of digits, each also mirrored" in prepare.describe(plan)
    assert plan.source.num_examples == 1797  # which samples are measured against
    assert len(plan.load()) == plan.steps_per_epoch == 100
    images = np.concatenate([x.numpy() for x in plan.load(batches=112)])
    found = {row.tobytes() for row in images}
    mirror_images = {row.tobytes() for row in images[:, :, ::-1]}
    assert len(found & mirror_images) > 3500
    with pytest.raises(ValueError, match=r"mirror must be False for gaussian"):
        prepare.prepare(tiny.POINTS.override(mirror=True), tmp_path / "points")
    assert not list(tmp_path.iterdir())


def test_describe_names_what_matters(tmp_path):
    text = prepare.describe(prepare.prepare(TINY, tmp_path / "run"))
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
    new = prepare.prepare(recipe, tmp_path / "tuned", init_from=run_dir).game
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
    plan = prepare.prepare(TINY.override(ema_momentum=None), tmp_path / "plain")
    directory.save(plan.game, tmp_path / "plain.keras")
    new = prepare.prepare(TINY, tmp_path / "new", init_from=tmp_path / "plain.keras")
    np.testing.assert_array_equal(new.game.generate(4), plan.game.generate(4))


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
        train.train(TINY.override(**values), tmp_path / "run", verbose=0)
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
        train.train(TINY.override(**values), tmp_path / "run", init_from=digits[0])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("precision", "hidden", "scaled"),
    [
        ("float32", "float32", False),
        ("mixed_bfloat16", "bfloat16", False),
        ("mixed_float16", "float16", True),
    ],
)
def test_precision_is_that_of_the_networks_alone(tmp_path, precision, hidden, scaled):
    gan = prepare.prepare(TINY.override(precision=precision), tmp_path).game
    assert keras.config.dtype_policy().name == "float32"
    for network in (gan.generator, gan.discriminator):
        computes = [layer.compute_dtype for layer in network.layers]
        assert hidden in computes
        assert network.output.dtype == "float32"
    kind = keras.optimizers.LossScaleOptimizer
    assert isinstance(gan.generator_optimizer, kind) is scaled
    assert isinstance(gan.discriminator_optimizer, kind) is scaled


def test_the_policy_is_restored_when_networks_cannot_be_built(tmp_path):
    wrong = TINY.override(
        precision="mixed_bfloat16", model_options={"generator_hidden": [0]}
    )
    with pytest.raises(ValueError, match="hidden"):
        prepare.prepare(wrong, tmp_path)
    assert keras.config.dtype_policy().name == "float32"


def test_how_the_step_is_played_reaches_the_model(tmp_path):
    recipe = TINY.override(
        jit_compile=True, steps_per_execution=3, micro_batches=2, clip_norm=1.5
    )
    gan = prepare.prepare(recipe, tmp_path).game
    compiled = gan.get_compile_config()
    names = ("jit_compile", "steps_per_execution", "micro_batches")
    assert [compiled[name] for name in names] == [True, 3, 2]
    assert gan.generator_optimizer.global_clipnorm == 1.5
    assert gan.discriminator_optimizer.global_clipnorm == 1.5


def test_the_model_is_made_in_the_strategys_scope(tmp_path, two_replicas):
    plan = prepare.prepare(TINY, tmp_path, strategy=two_replicas)
    assert plan.game.distribute_strategy is two_replicas
    assert "replicas       2" in prepare.describe(plan)
    with two_replicas.scope():
        inside = prepare.prepare(TINY, tmp_path)
    assert inside.game.distribute_strategy is two_replicas
    assert prepare.prepare(
        TINY, tmp_path, strategy="none"
    ).game.distribute_strategy is (tf.distribute.get_strategy())
    with pytest.raises(ValueError, match=r"^Did you mean 'mirrored'\?.*'mirored'"):
        prepare.prepare(TINY, tmp_path, strategy="mirored")


def test_data_go_on_from_any_batch(tmp_path):
    plan = prepare.prepare(TINY.override(discriminator_steps=2, steps=4), tmp_path)
    data = plan.load()
    assert len(data) == 2 * 2
    stream = [*data.as_numpy_iterator(), *data.as_numpy_iterator()]
    rest = [*plan.load(start=3, batches=5).as_numpy_iterator()]
    np.testing.assert_array_equal(rest, stream[3:])


def test_a_resumed_plan_is_cut_as_the_run_was(digits):
    run_dir, _ = digits
    before = tiny.files(run_dir)
    plan = prepare.prepare_to_resume(run_dir, steps=9)
    assert (plan.steps_per_epoch, plan.recipe.steps) == (2, 9)
    assert (plan.resumed, plan.finished) == (True, False)
    assert plan.game.step == 5
    assert "step-00000005.keras, step 5" in prepare.describe(plan)
    assert prepare.prepare_to_resume(run_dir).finished
    assert tiny.files(run_dir) == before


def test_fewer_steps_than_were_played_are_refused(digits):
    with pytest.raises(ValueError, match=r"`steps` must be at least 5.*Received: 4"):
        prepare.prepare_to_resume(digits[0], steps=4)


def test_workers_that_were_not_started_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(consensus, "_several_workers", lambda strategy: True)
    numbers = [[17.0]]  # of the other worker
    monkeypatch.setattr(consensus, "gather", lambda _, own: np.array([own, *numbers]))
    message = "checksum of the recipe must .*Received: 17 and .*the same flags"
    with pytest.raises(ValueError, match=message):
        prepare.prepare(TINY, tmp_path)
    numbers[0] = [float(zlib.crc32(TINY.to_json().encode()))]
    with pytest.raises(ValueError, match=r"number of examples of digits .*same data"):
        prepare.prepare(TINY, tmp_path)


@pytest.fixture
def scans(tmp_path):
    """A folder of 12-bit scans in 16-bit files."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for index in range(8):
        scan = np.full((8, 8), 100, np.uint16)
        scan[index] = 1000 + 300 * index
        Image.fromarray(scan).save(folder / f"{index}.png")
    return folder


@pytest.mark.parametrize("window", [None, (0, 4095)])
def test_a_run_keeps_its_window(scans, tmp_path, window):
    recipe = TINY.override(
        dataset=str(scans), image_size=8, batch_size=4, steps=2, window=window
    )
    run_dir = tmp_path / "run"
    plan = prepare.prepare(recipe, run_dir)
    used = window or (100, 3100)
    assert plan.recipe.window == plan.source.window == used
    (batch,) = plan.load().take(1)
    assert len(np.unique(batch)) > 2
    train.run(plan, verbose=0)
    assert provenance.windows_of(run_dir) == {"window": used}
    # Another image does not move the window of a run.
    Image.fromarray(np.full((8, 8), 60_000, np.uint16)).save(scans / "new.png")
    again = prepare.prepare_to_resume(run_dir, steps=4, allow_changed_data=True)
    assert again.source.window == used
    np.testing.assert_array_equal(again.source.read()[:8], plan.source.read())


def forget(run_dir, *names):
    """Takes fields out of a run's recipe, as an older kgan wrote it."""
    path = run_dir / directory.RECIPE
    values = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({k: v for k, v in values.items() if k not in names}))


def run_of(folder, run_dir, **values):
    """A run of one step on a folder of small images."""
    recipe = TINY.override(
        dataset=str(folder), image_size=8, batch_size=4, steps=1, **values
    )
    train.train(recipe, run_dir, verbose=0)
    return run_dir


def test_a_run_of_an_older_kgan_keeps_all_16_bits(scans, tmp_path):
    run_dir = run_of(scans, tmp_path / "run", window=(0, 65535))
    forget(run_dir, *WINDOWS)
    assert provenance.windows_of(run_dir) == {"window": (0, 65535)}
    plan = prepare.prepare_to_resume(run_dir, steps=2)
    assert plan.source.window == plan.recipe.window == (0, 65535)


def test_a_run_of_an_older_kgan_on_8_bits_gets_no_window(scans, tmp_path, caplog):
    to_8_bits(scans)
    run_dir = run_of(scans, tmp_path / "run")
    forget(run_dir, *WINDOWS)
    assert prepare.prepare_to_resume(run_dir, steps=2).recipe.windows == {}
    assert "window" not in caplog.text


def test_images_of_16_bits_that_are_gone_are_changed_data(scans, tmp_path):
    run_dir = run_of(scans, tmp_path / "run")
    to_8_bits(scans)
    with pytest.raises(ValueError, match="run must go on with the data that it began"):
        prepare.prepare_to_resume(run_dir, steps=2)
    again = prepare.prepare_to_resume(run_dir, steps=2, allow_changed_data=True)
    assert again.recipe.windows == {}


def to_8_bits(scans):
    for index, path in enumerate(sorted(scans.iterdir())):
        levels = np.arange(64, dtype=np.uint8).reshape(8, 8) + 8 * index
        Image.fromarray(levels.astype(np.uint8)).save(path)


def test_a_window_for_8_bits_is_refused(tmp_path, scans):
    for path in scans.iterdir():
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(path)
    recipe = TINY.override(dataset=str(scans), image_size=8, window=(0, 4095))
    with pytest.raises(ValueError, match=r"`window` must be none for .*8 bits a chann"):
        prepare.prepare(recipe, tmp_path / "run")
    with pytest.raises(ValueError, match=r"option of digits none\. Received: 'window'"):
        prepare.prepare(TINY.override(window=(0, 4095)), tmp_path / "run")


def test_pairs_keep_both_windows(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(20):
            pixels = np.arange(64 * 64).reshape(64, 64).astype(np.uint16) + index
            Image.fromarray(pixels).save(tmp_path / f"{name}/{index}.png")
    recipe = recipes.get("edges2emoji").override(
        dataset=f"pairs:{tmp_path}:a:b",
        held_out_by=None,
        load_size=None,
        image_size=64,
        generator_width=2,
        discriminator_width=2,
        batch_size=2,
        source_window=(0, 2000),
    )
    plan = prepare.prepare(recipe, tmp_path / "run")
    assert plan.recipe.windows == {
        "source_window": (0, 2000),
        "target_window": (0, 4114),
    }
    shown = next(iter(plan.recipe.shown_data(plan.source)))
    assert shown["source"].numpy().max() == 1
    assert (shown["source"].numpy() == 1).mean() > 0.5
    for path in (tmp_path / "a").iterdir():
        Image.fromarray(np.zeros((64, 64), np.uint8)).save(path)
    with pytest.raises(
        ValueError, match=r"`source_window` must be .*, whose source images have 8 bits"
    ):
        prepare.prepare(recipe, tmp_path / "run")
