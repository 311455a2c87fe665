import numpy as np
import pytest
import tensorflow as tf

from kgan import compiling, scopes
from kgan.compiling import Compiler


def compiled_parts(*arguments, strategy=None):
    """Which of both functions XLA compiles: `(gradients, round)`."""

    def double(x):
        return x * 2

    strategy = strategy or tf.distribute.get_strategy()
    compiler = Compiler(scopes.on_one_device(strategy), *arguments)
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
    assert compiling.pays()
    assert compiled_parts(False, "auto") == (False, True)


@pytest.mark.parametrize("value", ["yes", None, 2, [True]])
def test_other_values(value):
    expected = r'`jit_compile` must be "auto", True or False'
    with pytest.raises(ValueError, match=expected):
        Compiler(True, False, value)
