"""What docs/your_own_game.md builds works as it stands there, and learns."""

import dataclasses
import pathlib
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "your_own_game.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
MESSAGES = re.findall(r"^\| [^|]+ \| `+ ?(.+?) ?`+ \|$", PAGE, re.MULTILINE)
ADAM = dict.fromkeys(("encoder", "decoder", "judge"), "adam")


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """All names of the page, after its blocks ran in a folder of their own."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("page"))
        for block in BLOCKS:
            # Three epochs are enough to see it learn.
            block = block.replace("epochs=20, verbose=2", "epochs=3, verbose=0")
            exec(compile(block, "your_own_game.md", "exec"), found)  # the point
        found["folder"] = pathlib.Path.cwd()
    return found


def distance(game, digits, other=0):
    """How far digits are from what is rebuilt of their codes, or of others'."""
    mean, _ = np.split(game.encoder.predict(digits, verbose=0), 2, axis=-1)
    rebuilt = game.decoder.predict(np.roll(mean, other, axis=0), verbose=0)
    return np.abs(rebuilt - digits).mean()


def train():
    return kgan.data.load("digits", batch_size=64)


def test_the_game_has_forty_lines():
    (block,) = [b for b in BLOCKS if "class VAEGAN" in b]
    assert len([line for line in block.splitlines() if line.strip()]) <= 40


def test_it_learns_what_the_best_single_image_cannot(names):
    assert names["distance"] < 0.75 * names["alone"]
    # Its codes tell of the digit: those of another one are worth less than none.
    trained, digits = keras.models.load_model("vaegan.keras"), names["digits"]
    assert distance(trained, digits, other=1) > names["alone"]
    untrained = names["VAEGAN"](*names["networks"]())
    assert distance(untrained, digits) > names["alone"]


@pytest.fixture(autouse=True)
def _where_the_page_wrote(names, monkeypatch):
    monkeypatch.chdir(names["folder"])


def test_it_is_evaluated_on_its_own_logs(names):
    assert set(names["held_out"]) == {"d_loss", "g_loss", "l1"}
    assert np.isfinite(list(names["held_out"].values())).all()


def test_a_run_that_was_saved_goes_on_bit_for_bit(names, tmp_path):
    def play(*steps):
        game = keras.models.load_model("vaegan.keras")
        for count in steps:
            game.save(tmp_path / "game.keras")
            game = keras.models.load_model(tmp_path / "game.keras")
            left = {"start": game.position, "steps_per_epoch": count}
            game.fit(kgan.data.load("digits", batch_size=64, **left), verbose=0)
        return game

    whole, parts = play(8), play(3, 5)
    assert whole.step == parts.step == 3 * 28 + 8
    for ours, theirs in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_averaged_decoder_is_shown_and_served(names):
    folder, digits = names["folder"], names["digits"][:5]
    assert len(list((folder / "samples").glob("*.png"))) == 3
    served = tf.saved_model.load(folder / "served" / "vaegan" / "1")
    rebuilt = served.signatures["serving_default"](images=tf.constant(digits))
    expected = names["game"].restored(digits)
    np.testing.assert_allclose(rebuilt["rebuilt"], expected, atol=1e-5)


def test_a_term_and_a_move_of_an_interval_act_and_are_two_games(names):
    steps, weights = [], []
    for kind in ("Added", "Separate"):
        keras.utils.set_random_seed(0)
        game = names[kind](*names["networks"]())
        game.compile(ADAM)
        assert game.fit(train(), verbose=0).history["r1"][0] > 0
        steps.append(int(game.judge_optimizer.iterations))
        weights.append(game.judge.get_weights()[0])
    assert steps == [28, 28 + 7]
    assert not np.array_equal(*weights)


def test_a_layer_that_the_move_writes_keeps_its_mean(names):
    game = names["Scaled"](*names["networks"]())
    game.compile(ADAM)
    game.fit(train(), verbose=0)
    assert float(game.scale.mean) != 1.0


def test_the_forecast_learns(names):
    forecast, walks = names["forecast"], names["walks"].astype("float32")
    history = forecast.fit({"points": walks}, batch_size=16, epochs=20, verbose=0)
    assert history.history["surprise"][-1] < history.history["surprise"][0]


def test_what_comes_for_free_comes_together(names, two_replicas):
    with two_replicas.scope():
        game = names["ServedVAEGAN"](*names["networks"]())
        periods = kgan.alternation.Periods(judge=1, encoder=3)
        game.compile(ADAM, alternation=periods)
    game.fit(kgan.data.load("digits", batch_size=64, steps_per_epoch=5), verbose=0)
    assert game.step == 5
    moves = [int(np.array(o.iterations)) for o in game.optimizers.values()]
    assert moves == [2, 3, 3]


# === Mistakes ===


def moved(names, **changes):
    """A game whose second move is another one."""

    class Changed(names["VAEGAN"]):
        def moves(self):
            judge, pair = super().moves()
            return judge, dataclasses.replace(pair, **changes)

    return Changed(*names["networks"]())


def unknown_player(names):
    moved(names, players=("coder",)).compile(ADAM)


def unnamed_logs(names):
    class Changed(names["VAEGAN"]):
        def moves(self):
            judge, pair = super().moves()
            return dataclasses.replace(judge, logs=("real",)), pair

    game = Changed(*names["networks"]())
    game.compile(ADAM)
    game.fit(train(), verbose=0)


def one_stream(names):
    moved(names, stream=0).compile(ADAM)


def method_called_loss(names):
    class Unlucky(kgan.Game):
        def loss(self, nets, batch):
            return 0.0, {}


def name_of_keras(names):
    game = names["VAEGAN"](*names["networks"]())
    game.summary = names["networks"]()[0]
    game.compile(ADAM)


def not_built(names):
    encoder, decoder, _ = names["networks"]()
    judge = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    names["VAEGAN"](encoder, decoder, judge).compile(ADAM)


def no_optimizer(names):
    names["VAEGAN"](*names["networks"]()).compile({"judge": "adam"})


def out_of_range(names):
    game = names["VAEGAN"](*names["networks"]())
    game.compile(ADAM)
    images = np.zeros((64, 8, 8, 1), "float32")
    images[0] = 255.0
    game.fit(images, verbose=0)


def not_held_out(names):
    names["forecast"].evaluate({"points": np.zeros((8, 12, 2), "float32")}, verbose=0)


MISTAKES = [
    unknown_player,
    unnamed_logs,
    one_stream,
    method_called_loss,
    name_of_keras,
    not_built,
    no_optimizer,
    out_of_range,
    not_held_out,
]


@pytest.mark.parametrize(
    ("message", "mistake"), list(zip(MESSAGES, MISTAKES, strict=True))
)
def test_the_message_stands_on_the_page(message, mistake, names):
    with pytest.raises((ValueError, NotImplementedError)) as raised:
        mistake(names)
    assert message in str(raised.value)


def test_every_file_that_is_named_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE)
    assert links
    assert not [link for link in links if not (ROOT / "docs" / link).exists()]
    files = re.findall(r"`((?:kgan|tests)/[\w/]+\.py)`", PAGE)
    assert not [file for file in files if not (ROOT / file).is_file()]
