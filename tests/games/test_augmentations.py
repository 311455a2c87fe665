import keras
import pytest
from keras import layers

from kgan import augment
from kgan.games import augmentations


def nested(layer):
    return keras.Sequential([layers.RandomFlip(), keras.Sequential([layer])])


@pytest.mark.parametrize(
    "layer",
    [
        layers.RandomPerspective(0.5, 0.1),
        layers.RandomRotation(0.1),
        layers.RandomShear(0.1, 0.1),
        layers.RandomTranslation(0.1, 0.1),
        layers.RandomZoom(0.1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_xla_cannot_compile_is_refused(layer, monkeypatch):
    message = rf"{type(layer).__name__} .*compile\(jit_compile=False\)"
    for each in (layer, nested(layer)):
        with pytest.raises(ValueError, match=message):
            augmentations.fits(each, jit_compile=True)
        augmentations.fits(each, jit_compile=False)
        augmentations.fits(each, jit_compile=True, run_eagerly=True)
        augmentations.fits(each)  # no accelerator
    monkeypatch.setattr(augmentations.compilation, "pays", lambda: True)
    with pytest.raises(ValueError, match=r"Received: jit_compile='auto'"):
        augmentations.fits(layer)


@pytest.mark.parametrize(
    "layer",
    [None, layers.RandomFlip(), augment.AdaptiveAugment(), augment.Augment()],
)
def test_what_it_can_compile_passes(layer):
    augmentations.fits(layer, jit_compile=True, micro_batches=2)
