"""Configs that follow from constructors."""

import keras

from kgan.core.config import Configured, argument_names
from kgan.layers import Maxout


class Parent:
    def __init__(self, weight, *, name=None):
        self.weight, self.name = weight, name


class Child(Parent):
    def __init__(self, depth=1, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth


class Sealed(Child):
    def __init__(self, depth):
        super().__init__(depth, weight=1)


def test_names_go_on_at_the_parent_where_there_are_further_arguments():
    assert argument_names(Parent) == ["weight", "name"]
    assert argument_names(Child) == ["depth", "weight", "name"]
    assert argument_names(Sealed) == ["depth"]


def test_names_end_before_a_base():
    assert argument_names(Child, base=Parent) == ["depth"]
    assert argument_names(Parent, base=Parent) == []


class Wide(Maxout):
    """A user's layer that keeps one argument, under another name."""

    def __init__(self, width, **kwargs):
        super().__init__(units=width, **kwargs)


def test_the_config_has_the_arguments_besides_those_of_every_layer():
    layer = Maxout(3, 2, bias_initializer="ones", name="maxout")
    every = keras.layers.Layer.get_config(layer)
    config = layer.get_config()
    assert isinstance(layer, Configured)
    assert {name: config[name] for name in every} == every
    assert config.keys() - every.keys() == {
        *("units", "pieces", "kernel_initializer", "bias_initializer"),
        *("kernel_regularizer", "kernel_constraint"),
    }
    ones = keras.initializers.serialize(keras.initializers.Ones())
    assert (config["units"], config["bias_initializer"]) == (3, ones)


def test_of_a_subclass_what_is_an_attribute_is_in_the_config():
    config = Wide(4, pieces=2).get_config()
    assert (config["units"], config["pieces"]) == (4, 2)
    assert "width" not in config
