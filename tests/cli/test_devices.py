"""Devices start in silence."""

import os

import tensorflow as tf

from kgan.cli import devices


def test_what_devices_print_is_held_back(monkeypatch, capfd):
    calls = []

    def list_logical_devices():
        calls.append(1)
        os.write(2, b"I0000 cpu_feature_guard.cc\n")

    monkeypatch.setattr(tf.config, "list_logical_devices", list_logical_devices)
    devices.start()
    assert calls == [1]
    assert capfd.readouterr().err == ""
