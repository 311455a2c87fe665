"""XLA compilation: of the whole round on one device, of each gradient on several."""

import tensorflow as tf


class Compiler:
    """Wraps the functions of a training step.

    On one device XLA takes the whole round, optimizers and averages included. Under a
    strategy that fails on variables of another device, and gradients are to be summed
    in between: there it takes the pure gradient functions of each replica.

    Args:
        on_one_device: Whether there is no strategy.
        run_eagerly: Whether to run all as plain Python.
        jit_compile: Whether XLA compiles; "auto": where `pays` returns True.
    """

    def __init__(self, on_one_device, run_eagerly=False, jit_compile="auto"):
        if jit_compile not in ("auto", True, False):
            raise ValueError(
                '`jit_compile` must be "auto", True or False. '
                f"Received: {jit_compile!r}"
            )
        if jit_compile == "auto":
            jit_compile = pays()
        self.jit_compile = jit_compile and not run_eagerly
        self.on_one_device = on_one_device

    def of_gradients(self, function):
        """Wraps a pure function, unless the round around it is compiled."""
        return self._wrap(function, not self.on_one_device)

    def of_round(self, function):
        """Wraps a function that reads and writes variables."""
        return self._wrap(function, self.on_one_device)

    def _wrap(self, function, chosen):
        if not (self.jit_compile and chosen):
            return function
        return tf.function(function, autograph=False, jit_compile=True)


def pays():
    """Returns whether XLA makes a step faster here: wherever there is an accelerator.

    On a CPU it takes as long as oneDNN's kernels, after compiling: docs/performance.md.
    """
    devices = tf.config.list_physical_devices()
    return any(device.device_type != "CPU" for device in devices)
