"""Two processes on loopback: one game, one who writes, and what happens without one."""

import io
import json
import pathlib
import signal
import sys
import time

import contract
import numpy as np
import pytest
import tensorflow as tf
import tiny
import worker_games

from kgan.runs import directory as runs

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import run_workers

TESTS = pathlib.Path(__file__).parents[1]
KGAN = [sys.executable, "-m", "kgan.cli"]
SECONDS = 240.0  # for what takes ten where nothing else runs


def _start(command, output):
    return run_workers.Workers(command, 2, output)


def _wait_for(workers, directory, pattern):
    """Waits for a file of a run."""
    end = time.monotonic() + SECONDS
    while not list(directory.glob(pattern)):
        assert all(process.poll() is None for process in workers.processes)
        assert time.monotonic() < end, f"{directory} has no {pattern}"
        time.sleep(0.01)


def _statuses(workers, seconds=SECONDS):
    return [process.wait(seconds) for process in workers.processes]


def _lines(output, worker):
    mark = f"[worker {worker}] "
    lines = output.getvalue().splitlines()
    return [line.removeprefix(mark) for line in lines if line.startswith(mark)]


def _assert_close(ours, theirs):
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-5, err_msg=mine.path)


@pytest.fixture(scope="module")
def games(tmp_path_factory):
    """What two workers played: their directory, and the digests that each printed."""
    directory = tmp_path_factory.mktemp("games")
    for updates in worker_games.UPDATES:
        one = worker_games.make(tf.distribute.get_strategy(), updates)
        worker_games.play(one).save(directory / f"one-{updates}.keras")
    for name, case in worker_games.CASES.items():
        begun = case.fit(case.make(jit_compile=False), epochs=1)
        begun.save(directory / f"one-{name}.keras")
    output = io.StringIO()
    command = [sys.executable, str(TESTS / "worker_games.py"), str(directory)]
    with _start(command, output) as workers:
        assert workers.wait(grace=SECONDS) == 0, output.getvalue()
    digests = [
        [line for line in _lines(output, worker) if line.startswith("digests")]
        for worker in range(2)
    ]
    return directory, digests


def test_workers_agree(games):
    _, (first, second) = games
    assert len(first) == 1
    assert first == second


def test_the_chief_alone_writes(games):
    directory, _ = games
    assert (directory / "whole" / runs.MODEL).exists()
    assert not (directory / "nothing").exists()


@pytest.mark.parametrize("updates", worker_games.UPDATES)
def test_two_workers_play_as_one(games, updates):
    directory, _ = games
    one, two, after_one, after_two = (
        worker_games.make(tf.distribute.get_strategy(), updates) for _ in range(4)
    )
    one.load_weights(directory / f"one-{updates}.keras")
    two.load_weights(directory / f"two-{updates}.keras")
    assert two.step == worker_games.STEPS
    _assert_close(one, two)
    # A checkpoint of one goes on with two, and the other way round.
    after_one.load_weights(directory / f"two-after-one-{updates}.keras")
    assert after_one.step == 2 * worker_games.STEPS
    after_two.load_weights(directory / f"two-{updates}.keras")
    _assert_close(worker_games.play(one), after_one)
    _assert_close(worker_games.play(after_two), after_one)


@pytest.mark.parametrize("name", worker_games.CASES)
def test_two_workers_go_on_with_games_of_more_players(games, name):
    directory, _ = games
    one = worker_games.go_on(name, directory)
    two = worker_games.CASES[name].make(jit_compile=False)
    two.load_weights(directory / f"two-{name}.keras")
    assert two.step == one.step > 0
    assert contract.difference(contract.state(two), contract.state(one)) < 1e-5


def test_a_run_outlives_sigterm_and_a_killed_worker(games, tmp_path, monkeypatch):
    whole, _ = games
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)  # the command sets it
    run_dir = tmp_path / "run"
    _stop_by_sigterm(run_dir)
    _kill_a_worker(run_dir)
    with _start([*KGAN, "train", "--resume=run"], output := io.StringIO()) as workers:
        assert workers.wait(grace=SECONDS) == 0, output.getvalue()
    assert any(line.startswith("Done") for line in _lines(output, 0))
    assert _lines(output, 1) == []
    ours, theirs = (runs.load_model(path) for path in (run_dir, whole / "whole"))
    assert ours.step == worker_games.RECIPE.steps
    tiny.assert_equal(ours, theirs)


def _stop_by_sigterm(run_dir):
    """The chief gets a signal, and all end after the same step."""
    flags = [*worker_games.RECIPE.to_flags(), "--run_dir=run"]
    with _start([*KGAN, "train", *flags], output := io.StringIO()) as workers:
        _wait_for(workers, run_dir, "samples/step-*")  # the first, before any step
        workers.processes[0].send_signal(signal.SIGTERM)
        assert _statuses(workers) == [143, 143], output.getvalue()
    (checkpoint,) = (run_dir / "checkpoints").iterdir()
    for worker in range(2):
        assert "Go on with: kgan train --resume=run" in _lines(output, worker)[-1]
        assert f"at step {int(checkpoint.stem[5:])} of" in _lines(output, worker)[-1]


def _kill_a_worker(run_dir):
    """The other one ends with one line, and leaves the checkpoint as it was."""
    with _start([*KGAN, "train", "--resume=run"], output := io.StringIO()) as workers:
        _wait_for(workers, run_dir, "checkpoints/step-*[248]0.keras")
        workers.processes[1].kill()
        begin = time.monotonic()
        assert _statuses(workers) == [1, -signal.SIGKILL], output.getvalue()
        assert time.monotonic() - begin < 60.0
    address = json.loads(workers.configs[1])["cluster"]["worker"][1]
    # Nothing of what TensorFlow has to say about it.
    assert not any("task:1" in line for line in _lines(output, 0))
    last = _lines(output, 0)[-1]
    assert last.startswith(f"kgan train: Lost worker 1 ({address})")
    assert last.endswith("--resume=run")
    assert not (run_dir / runs.MODEL).exists()
