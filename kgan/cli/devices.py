"""Starts TensorFlow's devices without the lines that this prints."""

import tensorflow as tf

from kgan import startup


def start() -> None:
    """Initialises all devices now, in silence, rather than at the first step."""
    with startup.quiet_stderr():
        tf.config.list_logical_devices()
