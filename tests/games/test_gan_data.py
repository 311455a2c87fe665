"""Data that are refused before an hour of training is lost."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan

DATA = networks.images(16)


def refuse(match, gan, *data, **arguments):
    before = networks.weights(gan)
    with pytest.raises(ValueError, match=match):
        gan.fit(*data, verbose=0, **arguments)
    assert gan.step == 0
    after = networks.weights(gan)
    assert all((before[key] == after[key]).all() for key in before)


def as_dataset(*data):
    data = data if len(data) > 1 else data[0]
    return tf.data.Dataset.from_tensor_slices(data).batch(8)


@pytest.mark.parametrize(
    "wrap", [as_dataset, lambda *data: data[0], lambda x: iter([x])]
)
def test_images_must_be_scaled(wrap):
    gan = networks.gan()
    as_bytes = ((DATA + 1) * 127.5).astype("uint8")
    refuse(r"uint8.*kgan\.data\.load.*127\.5", gan, wrap(as_bytes))
    refuse(r"\[-1, 1\].*255", gan, wrap(as_bytes.astype("float32") + 0.0))
    refuse("int64", gan, wrap(np.zeros((16, 8, 8, 1), "int64")))


def test_validation_data_are_checked_too():
    gan = networks.gan()
    wrong = (DATA + 1) * 127.5
    refuse("127.5", gan, DATA, validation_data=as_dataset(wrong))
    refuse("127.5", gan, DATA, validation_data=(wrong, None))


def test_images_must_be_finite():
    bad = DATA.copy()
    bad[3, 2, 2, 0] = np.nan
    refuse("NaN", networks.gan(), as_dataset(bad))


def test_images_must_have_the_generators_shape():
    refuse(r"\(8, 8, 1\).*\(8, 8, 3\)", networks.gan(), np.zeros((8, 8, 8, 3), "f"))


def test_labels_go_with_conditional_networks():
    labels = np.arange(16) % 3
    refuse("take no labels", networks.gan(), as_dataset(DATA, labels))
    refuse("take no labels", networks.gan(), DATA, labels)
    gan = networks.gan(num_classes=3)
    refuse("must be given .images, labels.", gan, as_dataset(DATA))
    refuse(r"\[0, 3\).*from 0 to 3", gan, as_dataset(DATA, np.arange(16) % 4))
    refuse("integers.*float64", gan, as_dataset(DATA, labels * 0.5))


def test_weights_have_no_meaning_in_the_game():
    gan = networks.gan()
    refuse("sample_weight", gan, DATA, sample_weight=np.ones(16))
    refuse("class_weight", gan, DATA, class_weight={0: 1.0})
    data = tf.data.Dataset.from_tensors((DATA, np.arange(16), np.ones(16)))
    refuse("sample_weight", networks.gan(num_classes=16), data)


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.1),
        keras.callbacks.ReduceLROnPlateau(monitor="d_loss"),
        keras.callbacks.SwapEMAWeights(),
    ],
)
def test_callbacks_that_steer_one_optimizer(callback):
    name = type(callback).__name__
    refuse(f"{name}.*has two", networks.gan(), DATA, callbacks=[callback])


def test_a_step_needs_as_many_batches_as_updates():
    gan = networks.gan(discriminator_steps=3)
    refuse("discriminator_steps=3.*1 full batches", gan, as_dataset(DATA))
    refuse("validation_split.*validation_data", gan, DATA, validation_split=0.5)
    with pytest.raises(ValueError, match=r"multiple of discriminator_steps=3.*16 rows"):
        gan.train_on_batch(DATA)


def test_a_batch_must_split_over_the_replicas(two_replicas):
    with two_replicas.scope():
        gan = networks.gan()
    refuse("multiple of the 2 replicas.*batches of 5", gan, DATA, batch_size=5)


def test_an_uncompiled_model_says_so():
    gan = kgan.GAN(networks.generator(), networks.discriminator())
    with pytest.raises(ValueError, match="compile"):
        gan.fit(DATA)
