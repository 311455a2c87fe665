import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from kgan.engine import compilation, strategy_checks
from kgan.engine.compilation import Compiler


def compiled_parts(*arguments, strategy=None):
    """Which of both functions XLA compiles: `(gradients, round)`."""

    def double(x):
        return x * 2

    strategy = strategy or tf.distribute.get_strategy()
    compiler = Compiler(strategy_checks.on_one_device(strategy), *arguments)
    found = []
    for wrap in (compiler.of_gradients, compiler.of_round):
        function = wrap(double)
        np.testing.assert_array_equal(function(tf.constant(3.0)), 6.0)
        if function is double:
            found.append(False)
        else:
            definition = function.get_concrete_function(tf.constant(1.0)).function_def
            found.append(definition.attr["_XlaMustCompile"].b)
    return tuple(found)


def test_the_whole_round_on_one_device():
    assert compiled_parts(False, True) == (False, True)


def test_the_gradients_of_each_replica(two_replicas):
    assert compiled_parts(False, True, strategy=two_replicas) == (True, False)


@pytest.mark.parametrize("arguments", [(False, False), (True, True), (True, "auto")])
def test_nothing_where_not_asked_for(arguments):
    assert compiled_parts(*arguments) == (False, False)


def test_auto_follows_the_devices(monkeypatch):
    assert compiled_parts(False, "auto") == (False, False)  # a CPU alone
    devices = [tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda: devices)
    assert compilation.pays()
    assert compiled_parts(False, "auto") == (False, True)


@pytest.mark.parametrize("value", ["yes", None, 2, [True]])
def test_other_values(value):
    expected = r'`jit_compile` must be "auto", True or False'
    with pytest.raises(ValueError, match=expected):
        Compiler(True, False, value)


ONE_COMPILATION = """
import dataclasses

import moves
import tensorflow as tf

import kgan
from kgan.engine.move import Term

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)


class Lazy(moves.Pursuit):
    def moves(self):
        hunter, prey = super().moves()
        terms = {"lazy": Term(self.slope, interval=2)}
        return dataclasses.replace(hunter, terms=terms), prey

    def slope(self, nets, batch):
        points = batch["points"]
        with tf.GradientTape() as tape:
            tape.watch(points)
            total = tf.reduce_sum(nets.hunter(points) ** 2)
        return tf.reduce_sum(tape.gradient(total, points) ** 2, axis=1)


def play(name, strategy):
    print("GAME", name, flush=True)
    with strategy.scope():
        game = moves.pursuit([kgan.layers.Dropout(0.3)])
        game = Lazy(game.prey, game.hunter, game.memory)
        sgd = {player: "sgd" for player in ("prey", "hunter")}
        game.compile(sgd, jit_compile=True)
    moves.fit(game)
    assert game.step == 6


one, two = tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(
    ["CPU:0", "CPU:1"], tf.distribute.ReductionToOneDevice()
)
play("one", one)
play("replicas", two)
"""


def test_xla_compiles_once_and_not_anew_in_each_step():
    environment = {
        **os.environ,
        "PYTHONPATH": str(pathlib.Path(__file__).parents[1]),
        "TF_CPP_MIN_LOG_LEVEL": "0",
        "TF_CPP_VMODULE": "device_compiler=1",
    }
    lines = subprocess.run(
        [sys.executable, "-c", ONE_COMPILATION],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ).stdout.splitlines()
    compilations = {}
    for line in lines:
        if line.startswith("GAME "):
            game = line.split()[1]
            compilations[game] = 0
        elif "Compilation of XLA executable time" in line:
            compilations[game] += 1
    # Under a strategy the gradient of each player, on each of two devices.
    assert compilations == {"one": 1, "replicas": 4}
