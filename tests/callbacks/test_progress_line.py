"""Progress in one line: it fits, names what matters, and scrolls nothing away."""

import time
import types

import keras
import networks
import pytest
from terminals import Terminal

import kgan
from kgan.callbacks import ProgressLine, progress_line

LOGS = {"d_loss": 1.2345, "d_real": 0.5, "g_gradient_norm": 1e-5, "g_loss": 12345.6}
MEASURED = {"diversity": 0.9, "frechet_digits": 12.345, "step_seconds": 0.1}


class Game:
    """A game that is played in no time."""

    step = 0

    def moves(self):
        logs = ("d_loss", "d_real"), ("g_loss",)
        return [types.SimpleNamespace(logs=names) for names in logs]


class Clock:
    """A clock of which each look is a tenth of a second later."""

    now = 0.0

    def __call__(self):
        self.now += 0.1
        return self.now


@pytest.fixture
def play(monkeypatch):
    monkeypatch.setattr(time, "monotonic", Clock())

    def play(
        epochs=7, steps=100, verbose="auto", after_step=lambda step: None, **options
    ):
        line, game = ProgressLine(**options), Game()
        line.set_model(game)
        line.set_params({"verbose": verbose, "epochs": epochs, "steps": steps})
        line.on_train_begin()
        for epoch in range(epochs):
            line.on_epoch_begin(epoch)
            for batch in range(steps or 100):
                game.step += 1
                line.on_train_batch_end(batch, LOGS)
                after_step(game.step)
            line.on_epoch_end(epoch, LOGS | MEASURED | {"val_d_loss": 1.0})
        line.on_train_end()

    return play


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    terminal.close()


def test_700_steps_scroll_by_no_more_than_the_lines_of_epochs(play, terminal):
    print("\n" * (terminal.height - 2), file=terminal.stream)  # now the screen is full

    def look(step):
        if step == 350:
            terminal.resize(60)
        terminal.read()
        # While they are folded, those of 80 columns take two rows of 60.
        folded = 0 if step < 350 else 4
        assert terminal.scrolled <= step // 100 + folded + 1

    with terminal.as_output():
        play(after_step=look)
    terminal.read(0.1)
    assert not terminal.last_column
    starts = [row.split("  ")[0] for row in terminal.rows if row.startswith("epoch")]
    assert starts == [f"epoch {number}/7" for number in range(1, 8)]
    assert not any("step 3" in row for row in terminal.rows if "left" in row)
    assert terminal.scrolled <= 7 + 3


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            100,
            "step 102/700  d_loss 1.23  g_loss 1.23e+04  val_d_loss 1.00  "
            "frechet_digits 12.3  N s left",
        ),
        (70, "step 102/700  d_loss 1.23  g_loss 1.23e+04  val_d_loss 1.00  N s left"),
        (40, "step 102/700  d_loss 1.23  N s left"),
        (12, "step 102/70"),  # one column is free
    ],
)
def test_a_line_has_what_finds_room(columns, expected, play, terminal, monkeypatch):
    terminal.resize(columns)
    monkeypatch.setattr(progress_line, "duration", lambda seconds: "N s")
    found = []

    def look(step):
        terminal.read(0.05 if step == 102 else 0.0)
        if step == 102:
            found.append(terminal.rows[-1].rstrip())

    with terminal.as_output():
        play(after_step=look, first=["frechet_digits"])
    assert found == [expected]


@pytest.mark.parametrize("verbose", ["auto", 1, 2])
def test_output_that_is_no_terminal_gets_a_line_an_epoch(verbose, play, capsys):
    play(epochs=2, verbose=verbose)
    out = capsys.readouterr().out
    assert "\r" not in out
    assert "\x1b" not in out
    first, second = out.splitlines()
    figures = (
        "  d_loss 1.23  g_loss 1.23e+04  val_d_loss 1.00  diversity 0.900  frechet_"
    )
    assert first.startswith(f"epoch 1/2  step 100/200{figures}digits 12.3  ")
    assert second.startswith("epoch 2/2  step 200/200")
    assert "step_seconds" not in out


def test_verbose_0_is_silent(play, capsys):
    play(verbose=0)
    assert capsys.readouterr().out == ""


def test_verbose_2_draws_nothing_in_a_terminal(play, terminal):
    with terminal.as_output():
        play(verbose=2, epochs=2, after_step=lambda step: terminal.read())
    terminal.read(0.1)
    assert [row[:9] for row in terminal.rows] == ["epoch 1/2", "epoch 2/2", ""]


def test_a_length_that_is_not_known_is_that_of_the_first_epoch(play, capsys):
    play(epochs=2, steps=None)
    first, second = capsys.readouterr().out.splitlines()
    assert "  step 100  " in first
    assert "  step 200/200  " in second


def test_the_end_of_a_run_may_be_told(capsys):
    line = ProgressLine(steps=5_000)
    line.set_model(Game())
    line.set_params({"verbose": 2, "epochs": 9, "steps": 10})
    line.on_train_begin()
    line.on_epoch_begin(8)
    line.on_epoch_end(8, {})
    assert capsys.readouterr().out.startswith("epoch 9/9  step 0/5,000  ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (99.4, "99 s"),
        (100, "2 min"),
        (5_940, "99 min"),
        (11_100, "3 h 05 min"),
    ],
)
def test_durations(seconds, text):
    assert progress_line.duration(seconds) == text


def test_numbers_have_three_digits():
    numbers = [1, 0.0, 0.12345, 123.4, 1234.5, float("nan")]
    found = [progress_line.number(n) for n in numbers]
    assert found == ["1.00", "0.00", "0.123", "123", "1.23e+03", "nan"]


def test_it_takes_the_place_of_keras_progress_bar(capsys):
    keras.utils.set_random_seed(0)
    gan = kgan.GAN(networks.generator(), networks.discriminator())
    gan.compile(run_eagerly=True)
    gan.fit(networks.images(8), batch_size=4, epochs=2, callbacks=[ProgressLine()])
    lines = capsys.readouterr().out.splitlines()
    starts = ["epoch 1/2  step 2/4  d_loss ", "epoch 2/2  step 4/4  d_loss "]
    assert len(lines) == 2
    assert all(map(str.startswith, lines, starts))
