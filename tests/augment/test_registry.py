"""Augmentations by name."""

import keras
import pytest

from kgan import augment


@pytest.mark.parametrize("name", augment.names())
def test_names_objects_and_dictionaries(name):
    layer = augment.get(name)
    assert isinstance(layer, augment.Augmentation)
    assert augment.get(layer) is layer
    again = augment.get({"name": name, "seed": 3})
    assert type(again) is type(layer)
    assert again.seed == 3


def test_arguments_reach_the_layer():
    layer = augment.get({"name": "adaptive_augment", "speed": 7_000})
    assert layer.speed == 7_000
    schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 100, 0.5)
    saved = keras.saving.serialize_keras_object(schedule)
    layer = augment.get({"name": "augment", "probability": saved})
    assert float(layer.probability(100)) == 0.5


@pytest.mark.parametrize("received", ["diff_augmen", {"name": "diff_augmen"}])
def test_an_unknown_name_gets_the_nearest(received):
    with pytest.raises(ValueError, match="Did you mean 'diff_augment'"):
        augment.get(received)


@pytest.mark.parametrize("received", [None, 3, {}, {"seed": 1}])
def test_what_is_no_augmentation(received):
    with pytest.raises(ValueError, match=r"must be a `kgan.augment.Augmentation`"):
        augment.get(received)
