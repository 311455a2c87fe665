import keras
import pytest

import kgan
from kgan.core import independence


def functional(function, shape=(8, 8, 1)):
    x = keras.Input(shape)
    return keras.Model(x, function(x))


class OfMyOwn(keras.layers.Layer):
    def call(self, x):
        return x - keras.ops.mean(x, axis=0)


class ByExample(OfMyOwn):
    by_example = True

    def call(self, x):
        return 2 * x


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x) - keras.ops.mean(x)


@pytest.mark.parametrize("num_classes", [None, 3])
@pytest.mark.parametrize("family", [kgan.models.mlp, kgan.models.dcgan])
def test_our_discriminators(family, num_classes):
    generator, discriminator = family((8, 8, 1), num_classes=num_classes)
    assert independence.independent(discriminator)
    normalized = family is kgan.models.dcgan  # its generator's BatchNormalization
    assert independence.independent(generator) is not normalized


def test_maxout_and_a_layer_that_says_so():
    _, discriminator = kgan.models.mlp((4,), maxout_pieces=2)
    assert independence.independent(discriminator)
    assert independence.independent(keras.Sequential([keras.Input((4,)), ByExample()]))


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.5),
        keras.layers.GaussianNoise(0.1),
        keras.layers.RandomFlip(),
        kgan.layers.Dropout(0.5),
        OfMyOwn(),
        keras.layers.Dense(2, activation=lambda x: x - keras.ops.mean(x)),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_that_see_the_batch_draw_or_are_unknown(layer):
    assert not independence.independent(functional(layer))
    nested = keras.Sequential([keras.Input((8, 8, 1)), functional(layer)])
    assert not independence.independent(nested)


def test_operations_between_layers():
    centred = functional(lambda x: x - keras.ops.mean(x, axis=0, keepdims=True))
    assert not independence.independent(centred)


def test_a_subclass_may_do_anything():
    model = Subclass()
    model(keras.ops.ones((2, 4)))
    assert not independence.independent(model)
