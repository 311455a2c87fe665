"""What real data of a GAN must be, and what is refused before training is lost."""

import types

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.engine import fields
from kgan.games import data_fields, gan_checks
from kgan.games.gan_data import RealData

DATA = networks.images(16)
SHAPE = (2, 2, 1)


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


# === One element ===


def test_an_element_is_data_alone_or_with_a_condition():
    labels = np.arange(16)
    for element in (DATA, (DATA,)):
        found = gan_checks.split(element)
        assert found[0] is DATA
        assert found[1] is None
    assert gan_checks.split((DATA, labels))[1] is labels
    with pytest.raises(ValueError, match=r"`sample_weight` has no meaning"):
        gan_checks.split((DATA, labels, np.ones(16)))


def _rows(rows, value=0.0):
    return np.full((rows, *SHAPE), value, "float32")


def _check(element, num_classes, shape=SHAPE):
    game = RealData()
    game._outputs, game.data_shape = fields.Field(shape), shape
    game.as_images = None
    game._conditions = types.SimpleNamespace(fields=None)
    game.data_classes = num_classes
    batch = game.unpack(element)
    fields.check(batch, game.fields())
    fields.check_values(batch, game.fields())


def test_elements_that_fit():
    _check(_rows(3), None)
    _check((_rows(3),), None)
    _check((_rows(3), None), None)
    _check((_rows(3), [0, 4, 1]), 5)
    _check((tf.zeros((3, *SHAPE)), tf.constant([[0], [4], [1]])), 5)
    _check(np.full((3, 2), 300.0), None, (2,))  # points have no range


@pytest.mark.parametrize(
    ("element", "num_classes", "message"),
    [
        (_rows(3).astype("uint8"), None, r"float32.*uint8"),
        (np.zeros((3, 2, 2, 3)), None, r"\(2, 2, 1\).*\(2, 2, 3\)"),
        (_rows(3, 255.0), None, r"\[-1, 1\].*255"),
        (_rows(3, np.nan), None, "finite"),
        (_rows(0), None, "hold examples"),
        (_rows(3), 5, r"must be given \(images, labels\)"),
        ((_rows(3), [0, 1, 2]), None, "images alone"),
        ((_rows(3), [0, 1, 5]), 5, r"\[0, 5\)"),
        ((_rows(3), [0.0, 1.0, 2.0]), 5, "integers"),
        ((_rows(3), [0, 1]), 5, "3 of real, 2 of condition|2 of condition, 3 of real"),
        ((_rows(3), np.eye(3, 5, dtype=int)), 5, r"each example.*\(5,\).*argmax"),
    ],
)
def test_elements_that_do_not_fit(element, num_classes, message):
    with pytest.raises(ValueError, match=message):
        _check(element, num_classes)


def test_elements_are_unpacked():
    gan = networks.gan(num_classes=3)
    for element in (
        (DATA.astype("float64"), np.arange(16) % 3),
        (tf.cast(DATA, "float16"), tf.ones((16, 1), "uint8")),
    ):
        batch = gan.unpack(element)
        assert {name: x.dtype.name for name, x in batch.items()} == {
            "real": "float32",
            "condition": "int64",  # in which no integer wraps
        }
        assert batch["condition"].shape == (16,)
    assert gan.fields() == {
        "real": data_fields.images((8, 8, 1)),
        "condition": data_fields.classes(3),
    }
    alone = networks.gan(compiled={"micro_batches": 2})
    assert set(alone.unpack(DATA)) == {"real"}
    assert set(alone.fields()) == {"real"}


# === Fit ===


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
    refuse("nan in example 3", networks.gan(), as_dataset(bad))


def test_images_must_have_the_generators_shape():
    refuse(r"\(8, 8, 1\).*\(8, 8, 3\)", networks.gan(), np.zeros((8, 8, 8, 3), "f"))


def test_labels_go_with_conditional_networks():
    labels = np.arange(16) % 3
    refuse("take no labels", networks.gan(), as_dataset(DATA, labels))
    refuse("take no labels", networks.gan(), DATA, labels)
    gan = networks.gan(num_classes=3)
    refuse("must be given .images, labels.", gan, as_dataset(DATA))
    refuse(r"\[0, 3\).*: 3 in example 3", gan, as_dataset(DATA, np.arange(16) % 4))
    refuse("integers.*float64", gan, as_dataset(DATA, labels * 0.5))


def test_elements_that_are_dictionaries():
    labels = np.arange(16) % 3
    message = r"^data must be an array.*dictionary of image, label; tfds.*x\['image'\]"
    for gan in (networks.gan(), networks.gan(num_classes=3)):
        given = as_dataset({"image": DATA, "label": labels})
        refuse(message, gan, given)
        with pytest.raises(ValueError, match=message) as error:
            gan.fit(given)
        assert len(str(error.value)) < 200


def test_data_without_a_batch_axis():
    labels, each = np.arange(16) % 3, tf.data.Dataset.from_tensor_slices
    message = r"one of shape \(8, 8, 1\) without a batch axis.*dataset\.batch\(64\)"
    refuse(message, networks.gan(), each(DATA))
    refuse(message, networks.gan(), DATA[0])
    refuse(message, networks.gan(num_classes=3), each((DATA, labels)))


def test_labels_that_are_no_classes_say_how_to_convert_them():
    gan, labels = networks.gan(num_classes=3), np.arange(16) % 3
    names = np.array(["cat", "dog", "emu"])[labels]
    for given, message in (
        (np.eye(3)[labels], "argmax"),
        (names, "StringLookup"),
        (labels * 1.0, r"tf\.cast"),
    ):
        refuse(message, gan, as_dataset(DATA, given))
        refuse(message, gan, DATA, given)


def test_a_single_image_trains():
    gan = networks.gan()
    gan.fit(DATA[:1], epochs=2, verbose=0)
    assert gan.step == 2


def test_weights_have_no_meaning_in_the_game():
    gan = networks.gan()
    refuse("sample_weight", gan, DATA, sample_weight=np.ones(16))
    refuse("class_weight", gan, DATA, class_weight={0: 1.0})
    data = tf.data.Dataset.from_tensors((DATA, np.arange(16), np.ones(16)))
    refuse("sample_weight", networks.gan(num_classes=16), data)


def test_a_callback_that_exchanges_the_weights_of_one_optimizer():
    callback = keras.callbacks.SwapEMAWeights()
    refuse("SwapEMAWeights.*one for each", networks.gan(), DATA, callbacks=[callback])


def test_a_step_needs_as_many_batches_as_updates():
    gan = networks.gan(discriminator_steps=3)
    refuse("discriminator_steps=3.*2 full batches", gan, as_dataset(DATA))
    refuse("validation_split.*validation_data", gan, DATA, validation_split=0.5)
    with pytest.raises(ValueError, match=r"multiple of the 3 batches of a.*16 rows"):
        gan.train_on_batch(DATA)


def test_a_batch_must_split_over_the_replicas(two_replicas):
    with two_replicas.scope():
        gan = networks.gan()
    refuse("multiple of the 2 replicas.*batches of 5", gan, DATA, batch_size=5)


def test_an_uncompiled_model_says_so():
    gan = kgan.GAN(networks.generator(), networks.discriminator())
    with pytest.raises(ValueError, match="compile"):
        gan.fit(DATA)
