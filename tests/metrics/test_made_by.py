"""What games make for metrics: pairs and cycles of held-out data, or a refusal."""

import types

import keras
import numpy as np
import pytest
import small_games
from PIL import Image

import kgan
from kgan.metrics import made_by
from kgan.metrics.cycle_error import CycleError
from kgan.metrics.paired import L1, PSNR

SIDE = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty pairs, of which the target is the inverted source."""
    folder = tmp_path_factory.mktemp("pairs")
    draw = np.random.default_rng(0)
    for index in range(40):
        source = draw.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        for part, pixels in (("from", source), ("to", 255 - source)):
            path = folder / part / f"{index}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(pixels).save(path)
    return folder


def translators():
    """A game of which both translators invert; they need no training."""

    def inverse():
        x = source = keras.Input((SIDE, SIDE, 3))
        kernel = keras.initializers.Identity(-1.0)
        x = keras.layers.Dense(3, kernel_initializer=kernel)(x)
        return keras.Model(source, x)

    def judge():
        x = source = keras.Input((SIDE, SIDE, 3))
        return keras.Model(source, keras.layers.Conv2D(1, 3)(x))

    return kgan.CycleGAN(inverse(), inverse(), judge(), judge())


@pytest.fixture(scope="module")
def game():
    return translators()


OPTIONS = {"allow_few": True, "cache_dir": None}
WHICH = ["l1", "psnr", "ssim", "cycle_error", "sliced_wasserstein_pixels"]


def test_held_out_pairs_and_cycles_are_measured(game, folder):
    name = f"pairs:{folder}:from:to:0.3"
    found = kgan.metrics.measure(game, name, WHICH, 100, **OPTIONS)
    values = found.values()
    assert values["l1"] == pytest.approx(0, abs=1e-6)
    assert values["psnr"] == pytest.approx(100)
    assert values["ssim"] == pytest.approx(1, abs=1e-5)
    assert values["cycle_error"] == pytest.approx(0, abs=1e-6)
    # What is moved by one level comes back so; where it is clipped by half of it.
    assert values["cycle_error_noise"] == pytest.approx(1 / 127.5, rel=0.05)
    assert values["cycle_error_jpeg"] > 0.05
    held_out = kgan.data.source(name, split="test").num_examples
    by_name = {m.metric: m.provenance for m in found.measurements}
    assert by_name["l1"]["num_pairs"] == held_out
    assert by_name["l1"]["generator"] == "translated pairs"
    for figure in CycleError.figures:
        counts = {k: v for k, v in by_name[figure].items() if k.startswith("num_")}
        assert counts == {"num_held_out": held_out, "num_cycles": held_out}
    kinds = {"l1": "min", "psnr": "max", "ssim": "max", "cycle_error": "min"}
    best = {m.metric: m.best for m in found.measurements}
    assert {name: best[name] for name in kinds} == kinds


def test_unpaired_images_have_distances_and_cycles_and_no_pairs(game, folder):
    name = f"unpaired:{folder}:from:to:0.3"
    which = ["kernel_pixels", "cycle_error"]
    found = kgan.metrics.measure(game, name, which, 100, **OPTIONS).values()
    assert found["cycle_error"] == pytest.approx(0, abs=1e-6)
    assert abs(found["kernel_pixels"]) < 1  # translations are the targets
    with pytest.raises(ValueError, match="`dataset` must be pairs, where a target"):
        kgan.metrics.measure(game, name, ["l1"], 100, **OPTIONS)


@pytest.fixture(scope="module")
def crossed(tmp_path_factory):
    """Pairs of an RGB source and a gray target, each all of one value, and a game.

    The second direction of the game is right, the first one is not.
    """
    folder = tmp_path_factory.mktemp("crossed")
    for index in range(30):
        for part, pixels in (("from", (index, 0, 255 - index)), ("to", index)):
            path = folder / part / f"{index}.png"
            path.parent.mkdir(exist_ok=True)
            mode = "RGB" if part == "from" else "L"
            Image.new(mode, (SIDE, SIDE), pixels).save(path)

    def linear(channels, found, weights):
        kernel, bias = (np.array(w, "float32") for w in weights)
        x = source = keras.Input((SIDE, SIDE, channels))
        layer = keras.layers.Dense(found)
        network = keras.Model(source, layer(x))
        layer.set_weights([kernel.reshape(channels, found), bias])
        return network

    def judge(channels):
        x = source = keras.Input((SIDE, SIDE, channels))
        return keras.Model(source, keras.layers.Conv2D(1, 3)(x))

    networks = (
        linear(3, 1, ([-1, 0, 0], [0])),
        linear(1, 3, ([1, 0, -1], [0, -1, 0])),
        *(judge(1), judge(3)),
    )
    return kgan.CycleGAN(*networks), f"pairs:{folder}:from:to:0.4"


@pytest.mark.filterwarnings("ignore:The Fréchet distance of")
def test_the_second_direction_is_measured_beside_the_sources(crossed):
    game, name = crossed
    which = ["l1", "psnr", "ssim", "frechet_pixels", "kernel_pixels"]
    options = OPTIONS | {"num_images": 100}
    there = kgan.metrics.measure(game, name, which, **options).values()
    assert there["l1"] > 1.5
    back = kgan.metrics.measure(game, name, which, direction="to_source", **options)
    values = back.values()
    assert values["l1"] == pytest.approx(0, abs=1e-6)
    assert values["psnr"] == pytest.approx(100)
    assert values["ssim"] == pytest.approx(1, abs=1e-5)
    assert values["frechet_pixels"] == pytest.approx(0, abs=1e-6)
    data = kgan.data.source(name)
    told = {m.metric: m.provenance for m in back.measurements}
    assert {p["direction"] for p in told.values()} == {"to_source"}
    assert told["kernel_pixels"]["num_fake"] == data.targets.num_examples
    cycles = ["cycle_error"]
    found = kgan.metrics.measure(
        game, name, cycles, direction="to_source", **options
    ).values()
    # F(y) is right, and G(F(y)) is −y.
    held_out = data.other_split("test").targets.read() / 127.5 - 1
    expected = 2 * np.abs(held_out).mean()
    assert found["cycle_error"] == pytest.approx(expected, abs=1e-5)


def test_the_callback_measures_a_direction(crossed):
    game, name = crossed
    options = {"num_images": 100, "cache_dir": None, "direction": "to_source"}
    callback = kgan.callbacks.EvaluateGenerator(["l1"], name, **options)
    assert callback.check(game) == ("l1",)
    callback.prepare(game)
    found = callback._measure(callback._evaluator, game)
    assert found["l1"] == pytest.approx(0, abs=1e-6)


def test_other_directions_are_refused(crossed):
    game, name = crossed
    for direction in ("back", "to_targets"):
        with pytest.raises(ValueError, match="`direction` must be one of to_target, t"):
            kgan.metrics.measure(game, name, ["l1"], 9, direction=direction)
        with pytest.raises(ValueError, match="`direction` must be one of to_target, t"):
            kgan.metrics.Evaluator(name, ["l1"], direction=direction)
    gan = kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=2))
    options = {"direction": "to_source", **OPTIONS}
    with pytest.raises(ValueError, match="`direction` must be left out for a GAN"):
        kgan.metrics.measure(gan, "digits", ["kernel_pixels"], 9, **options)


def test_the_held_out_part_may_be_the_reference(game, folder):
    name = f"pairs:{folder}:from:to:0.3"
    which, options = ["l1", "kernel_pixels"], OPTIONS | {"split": "test"}
    found = kgan.metrics.measure(game, name, which, 100, **options)
    test = kgan.data.source(name, split="test").num_examples
    by_name = {m.metric: m.provenance for m in found.measurements}
    assert by_name["l1"]["num_pairs"] == test
    of_distance = by_name["kernel_pixels"]
    assert (of_distance["num_real"], of_distance["num_fake"]) == (test, test)


@pytest.mark.filterwarnings("ignore:The Fréchet distance of")
def test_distances_of_cut_are_of_its_translations(folder):
    """CUT's translator inverts, as the targets of these pairs are made."""

    class Inverse(keras.Model):
        """A translator with features, as CUT needs one."""

        def features(self, images):
            return [images]

    x = source = keras.Input((SIDE, SIDE, 3))
    kernel = keras.initializers.Identity(-1.0)
    x = keras.layers.Dense(3, kernel_initializer=kernel)(x)
    z = judged = keras.Input((SIDE, SIDE, 3))
    judge = keras.Model(judged, keras.layers.Conv2D(1, 3)(z))
    projector = kgan.models.patch_projector([3], width=2)
    game = kgan.CUT(Inverse(source, x), judge, projector)
    which = ["frechet_pixels", "kernel_pixels", "l1"]
    name = f"pairs:{folder}:from:to:0.3"
    found = kgan.metrics.measure(game, name, which, 100, **OPTIONS)
    values = found.values()
    assert values["frechet_pixels"] == pytest.approx(0, abs=1e-6)
    assert values["l1"] == pytest.approx(0, abs=1e-6)
    # Of equal sets the unbiased estimate is at most 0.
    assert -1 < values["kernel_pixels"] <= 1e-9
    data = kgan.data.source(name)
    counts = [
        (m.provenance["num_real"], m.provenance["num_fake"])
        for m in found.measurements[:2]
    ]
    assert counts == 2 * [(data.num_examples, data.num_examples)]


def test_metrics_of_pairs_are_among_those_that_fit(game, folder):
    source = kgan.data.source(f"pairs:{folder}:from:to")
    found = made_by.fitting(game, source, source.shape)
    assert found == ("l1", "psnr", "ssim")
    assert made_by.fitting(game, source, (8, 8, 3)) == ("l1", "psnr")
    assert made_by.fitting(game, source, (12, 12, 19)) == ("l1",)
    whole = kgan.data.source(f"pairs:{folder}:from:to:.0")
    assert made_by.fitting(game, whole, whole.shape) == ()
    assert made_by.fitting(game, None, source.shape) == ()
    assert made_by.fitting(small_games.translator(), source, source.shape) == ()


def test_the_callback_measures_pairs(game, folder):
    options = {"num_images": 100, "cache_dir": None}
    name = f"pairs:{folder}:from:to:0.3"
    callback = kgan.callbacks.EvaluateGenerator(["l1", "ssim"], name, **options)
    assert callback.check(game) == ("l1", "ssim")
    callback.set_model(game)
    callback.set_params({"epochs": 1})
    callback.on_train_begin()
    logs = {}
    callback.on_epoch_end(0, logs)
    assert logs["l1"] == pytest.approx(0, abs=1e-6)
    assert logs["ssim"] == pytest.approx(1, abs=1e-5)


def test_a_figure_that_would_hide_a_log_of_the_game_is_refused(
    game, folder, monkeypatch
):
    name = f"pairs:{folder}:from:to:0.3"
    callback = kgan.callbacks.EvaluateGenerator(["l1"], name, cache_dir=None)
    monkeypatch.setattr(game, "get_metrics_result", lambda: {"l1": 0.0})
    with pytest.raises(ValueError, match=r"other names than the logs.*Received: 'l1'"):
        callback.prepare(game)


def test_what_makes_no_pairs_is_refused(game, folder):
    evaluator = types.SimpleNamespace(num_images=5, data=lambda role: role)
    with pytest.raises(ValueError, match="`metrics` with 'l1' need a game"):
        made_by.further("folder", evaluator, L1(), "pairs", 0, made_by.PLAIN)
    other = small_games.translator()
    with pytest.raises(ValueError, match="makes nothing that has one right answer"):
        made_by.further(other, evaluator, L1(), "pairs", 0, made_by.PLAIN)
    asked = made_by.PLAIN | {"truncation": 0.5}
    with pytest.raises(ValueError, match="`truncation` must be 1 for 'psnr'"):
        made_by.further(game, evaluator, PSNR(), "pairs", 0, asked)
    name = f"pairs:{folder}:from:to:.0"
    with pytest.raises(ValueError, match=r"held_out|test"):
        kgan.metrics.measure(game, name, ["l1"], 5, **OPTIONS)
