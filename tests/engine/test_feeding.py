import types

import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine import feeding

SHAPE = (2, 2, 1)


def _images(rows, value=0.0):
    return np.full((rows, *SHAPE), value, "float32")


def test_split():
    images, labels = _images(3), np.arange(3)
    for element in (images, (images,)):
        found = feeding.split(element)
        assert found[0] is images
        assert found[1] is None
    assert feeding.split((images, labels))[1] is labels
    with pytest.raises(ValueError, match=r"`sample_weight` has no meaning"):
        feeding.split((images, labels, np.ones(3)))


def test_join():
    assert feeding.join("data", None) == "data"
    assert feeding.join("data", "labels") == ["data", "labels"]


@pytest.mark.parametrize("name", ["sample_weight", "class_weight"])
def test_weights_are_refused(name):
    feeding.refuse_weights({name: None, "verbose": 1})
    with pytest.raises(ValueError, match=rf"`{name}` has no meaning"):
        feeding.refuse_weights({name: {0: 1.0}})


def test_batches_that_fit():
    feeding.check(_images(3), SHAPE, None)
    feeding.check((_images(3),), SHAPE, None)
    feeding.check((_images(3), None), SHAPE, None)
    feeding.check((_images(3), [0, 4, 1]), SHAPE, 5)
    feeding.check((tf.zeros((3, *SHAPE)), tf.constant([[0], [4], [1]])), SHAPE, 5)
    feeding.check(np.full((3, 2), 300.0), (2,), None)  # points have no range


@pytest.mark.parametrize(
    ("batch", "num_classes", "message"),
    [
        (_images(3).astype("uint8"), None, r"float32.*uint8"),
        (np.zeros((3, 2, 2, 3)), None, r"\(2, 2, 1\).*\(2, 2, 3\)"),
        (_images(3, 255.0), None, r"\[-1, 1\].*255"),
        (_images(3, np.nan), None, "finite"),
        (_images(0), None, "hold examples"),
        (_images(3), 5, r"must be given \(images, labels\)"),
        ((_images(3), [0, 1, 2]), None, "images alone"),
        ((_images(3), [0, 1, 5]), 5, r"\[0, 5\)"),
        ((_images(3), [0.0, 1.0, 2.0]), 5, "integers"),
        ((_images(3), [0, 1]), 5, r"each of 3 examples.*\(2,\)"),
        ((_images(3), np.eye(3, 5, dtype=int)), 5, r"each of 3 examples.*\(3, 5\)"),
    ],
)
def test_batches_that_do_not_fit(batch, num_classes, message):
    with pytest.raises(ValueError, match=message):
        feeding.check(batch, SHAPE, num_classes)


def test_peek_at_arrays():
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    for data in (x, tf.constant(x)):
        (images, labels), same = feeding.peek(data, y, 4)
        assert same is data
        np.testing.assert_array_equal(images, x[:4])
        np.testing.assert_array_equal(labels, y[:4])
    assert feeding.peek(x, None, 4)[0][1] is None


def test_peek_at_a_data_set():
    data = tf.data.Dataset.range(10).batch(4)
    first, same = feeding.peek(data, None, 32)
    assert first.numpy().tolist() == [0, 1, 2, 3]
    assert same is data


class Sequence(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return _images(2, index)


def test_peek_at_a_py_dataset():
    data = Sequence()
    first, same = feeding.peek(data, None, 32)
    np.testing.assert_array_equal(first, _images(2, 0.0))
    assert same is data


class Loader:
    """An iterable that starts again, as a data loader of another library."""

    def __iter__(self):
        return iter([_images(2, 0.0), _images(2, 1.0)])


def test_peek_at_an_iterable():
    data = Loader()
    first, same = feeding.peek(data, None, 32)
    np.testing.assert_array_equal(first, _images(2, 0.0))
    assert same is data


def test_peek_loses_no_batch_of_an_iterator():
    elements = [_images(2, float(i)) for i in range(3)]
    for data in (iter(elements), (element for element in elements)):
        first, rest = feeding.peek(data, None, 32)
        assert first is elements[0]
        # Of all iterators Keras takes generators alone, and from them only tuples.
        assert isinstance(rest, types.GeneratorType)
        rest = list(rest)
        assert [len(element) for element in rest] == [1, 1, 1]
        assert [id(element) for (element,) in rest] == [id(e) for e in elements]


def test_peek_at_a_distributed_data_set(two_replicas):
    data = two_replicas.experimental_distribute_dataset(
        tf.data.Dataset.range(8).batch(4)
    )
    first, same = feeding.peek(data, None, 32)
    assert first is None
    assert same is data


@pytest.mark.parametrize(
    "data", [tf.data.Dataset.range(0), iter([]), types.SimpleNamespace]
)
def test_nothing_to_peek_at(data):
    if data is types.SimpleNamespace:
        data = Loader()
        data.__class__ = type("Empty", (Loader,), {"__iter__": lambda self: iter([])})
    with pytest.raises(ValueError, match=r"`x` must hold a batch"):
        feeding.peek(data, None, 32)


@pytest.mark.parametrize("data", [None, [_images(2)], (1, 2), {"x": 1}, 3])
def test_what_holds_no_batches(data):
    message = rf"`x` must be an array.*Received: {type(data).__name__}"
    with pytest.raises(ValueError, match=message):
        feeding.peek(data, None, 32)


def test_from_arrays_gives_full_batches():
    x, y = np.arange(10.0)[:, None], np.arange(10)
    data = feeding.from_arrays(x, y, 4, shuffle=False, seed=0)
    assert data.cardinality() == 2
    assert data.element_spec[0].shape == (4, 1)
    for images, labels in data:
        np.testing.assert_array_equal(images[:, 0], labels)
    alone = feeding.from_arrays(x, None, 4, shuffle=False, seed=0)
    assert [batch.shape for batch in alone] == [(4, 1), (4, 1)]
    assert feeding.from_arrays(x, None, 64, False, 0).element_spec.shape == (10, 1)


def test_from_arrays_shuffles_pairs_anew_in_each_epoch():
    x, y = np.arange(32.0)[:, None], np.arange(32)
    data = feeding.from_arrays(x, y, 8, shuffle=True, seed=3)
    epochs = []
    for _ in range(2):
        rows = list(data.unbatch().as_numpy_iterator())
        assert all(image[0] == label for image, label in rows)
        epochs.append([int(label) for _, label in rows])
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(32))
    assert epochs[0] != epochs[1] != list(range(32))


def test_parts():
    tensor = tf.range(6)
    assert feeding.parts(tensor, 1) == [tensor]
    assert [part.numpy().tolist() for part in feeding.parts(tensor, 3)] == [
        [0, 1],
        [2, 3],
        [4, 5],
    ]
    with pytest.raises(ValueError, match=r"discriminator_steps=4\. Received: 6 rows"):
        feeding.parts(tensor, 4)


def _numbered(count, rows, labels=False):
    """Batches whose rows are numbered through."""
    numbers = np.arange(count * rows, dtype="float32")
    images = np.broadcast_to(numbers[:, None, None, None], (len(numbers), *SHAPE))
    data = (images, numbers.astype("int32")) if labels else images
    return tf.data.Dataset.from_tensor_slices(data)


def _shares(element, replicas):
    """Cuts an element as a strategy does: into contiguous rows."""
    return np.split(np.asarray(element), replicas)


@pytest.mark.parametrize(("count", "replicas"), [(1, 2), (3, 1), (3, 2), (2, 4)])
def test_each_update_of_all_replicas_sees_one_batch(count, replicas):
    data = _numbered(2 * count, 4, labels=True).batch(4, drop_remainder=True)
    grouped = list(feeding.group(data, count, replicas).as_numpy_iterator())
    assert len(grouped) == 2
    for step, (images, labels) in enumerate(grouped):
        assert images.shape == (count * 4, *SHAPE)
        np.testing.assert_array_equal(images[:, 0, 0, 0], labels)
        shares = [
            feeding.parts(tf.constant(s), count) for s in _shares(labels, replicas)
        ]
        for update in range(count):
            rows = np.concatenate([share[update] for share in shares])
            begin = (step * count + update) * 4
            assert rows.tolist() == list(range(begin, begin + 4))


def test_groups_of_images_alone():
    data = _numbered(4, 2).batch(2, drop_remainder=True)
    grouped = feeding.group(data, 2, 1)
    assert grouped.element_spec.shape[1:] == SHAPE
    assert grouped.cardinality() == 2
    in_tuples = data.map(lambda images: (images,))
    for element in (*grouped, *feeding.group(in_tuples, 2, 1)):
        assert element.shape == (4, *SHAPE)


def test_a_last_batch_that_may_be_shorter_is_left_out():
    exact = _numbered(3, 4).batch(4, drop_remainder=True)
    assert feeding.full(exact, 4) is exact
    ragged = _numbered(1, 11).batch(4)  # 4, 4 and 3 rows
    kept = feeding.full(ragged, 4)
    assert kept.cardinality() == 2
    assert [len(element) for element in kept] == [4, 4]
    unknown = ragged.filter(lambda element: True)  # a length that nobody knows
    assert [len(element) for element in feeding.full(unknown, 4)] == [4, 4]


def test_a_single_batch_is_full():
    ragged = _numbered(1, 4).batch(8)
    assert [len(element) for element in feeding.full(ragged, 4)] == [4]


def test_batches_that_no_step_uses_are_left_out():
    data = _numbered(5, 2).batch(2, drop_remainder=True)
    assert feeding.group(data, 2, 1).cardinality() == 2


def test_endless_data_are_grouped():
    data = _numbered(2, 2).batch(2, drop_remainder=True).repeat()
    grouped = feeding.group(data, 3, 1)
    rows = [element.numpy()[:, 0, 0, 0].tolist() for element in grouped.take(2)]
    assert rows == [[0, 1, 2, 3, 0, 1], [2, 3, 0, 1, 2, 3]]


def test_too_few_batches_for_a_step():
    data = _numbered(2, 4).batch(4)
    with pytest.raises(ValueError, match=r"discriminator_steps=3.*2 full batches"):
        feeding.group(data, 3, 1)


def test_batch_size_that_replicas_do_not_divide():
    data = tf.data.Dataset.from_tensor_slices(_images(6)).batch(3)
    with pytest.raises(ValueError, match=r"multiple of the 2 replicas.*batches of 3"):
        feeding.prepare(_model(replicas=2), data, None, None, {})


def test_only_data_sets_are_grouped():
    with pytest.raises(ValueError, match=r"discriminator_steps=2.*Received: Sequence"):
        feeding.prepare(_model(discriminator_steps=2), Sequence(), None, None, {})


def _model(discriminator_steps=1, replicas=1, num_classes=None):
    """What `prepare` reads of a model."""
    return types.SimpleNamespace(
        data_shape=SHAPE,
        data_classes=num_classes,
        discriminator=keras.layers.Identity(),
        check_rows=lambda rows: None,
        discriminator_steps=discriminator_steps,
        distribute_strategy=types.SimpleNamespace(num_replicas_in_sync=replicas),
        seed=0,
    )


def test_prepare_hands_on_what_needs_no_grouping():
    x, y = _images(10), np.arange(10)
    assert feeding.prepare(_model(num_classes=10), x, y, 4, {}) == (x, y, 4)
    data = tf.data.Dataset.from_tensor_slices(x).batch(4)
    assert feeding.prepare(_model(), data, None, None, {}) == (data, None, None)


def test_prepare_groups():
    x, y = _images(10), np.arange(10)
    model = _model(discriminator_steps=2, num_classes=10)
    data, labels, batch_size = feeding.prepare(model, x, y, 4, {"shuffle": False})
    assert (labels, batch_size) == (None, None)
    elements = [labels.numpy().tolist() for _, labels in data]
    assert elements == [list(range(8))]
    with pytest.raises(
        ValueError, match=r"data of 1 full batches"
    ):  # 32 rows by default
        feeding.prepare(model, x, y, None, {})


@pytest.mark.parametrize("steps", [1, 2])
def test_prepare_checks_the_first_batch(steps):
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        feeding.prepare(_model(steps), _images(8, 255.0), None, 4, {})
    data = tf.data.Dataset.from_tensor_slices(_images(8)).batch(4)
    with pytest.raises(ValueError, match=r"must be given \(images, labels\)"):
        feeding.prepare(_model(steps, num_classes=3), data, None, None, {})
    with pytest.raises(ValueError, match=r"`class_weight` has no meaning"):
        feeding.prepare(_model(steps), data, None, None, {"class_weight": {0: 2.0}})


def test_all_labels_of_an_array_are_checked():
    labels = np.array([0, 1, 2, 1, 0, 2, 1, 5])
    model = _model(num_classes=3)
    with pytest.raises(ValueError, match=r"\[0, 3\).*from 0 to 5"):
        feeding.prepare(model, _images(8), labels, 4, {})
    held_out = {"validation_data": (_images(8), labels)}
    with pytest.raises(ValueError, match=r"\[0, 3\).*from 0 to 5"):
        feeding.prepare(model, _images(8), labels % 3, 4, held_out)


def test_peek_keeps_the_labels_of_an_iterator():
    element = _images(2), np.arange(2)
    first, rest = feeding.peek(iter([element]), None, 32)
    assert first is element
    assert list(rest) == [element]


def test_a_generator_trains_a_keras_model():
    # `peek` and Keras both look at the first batch; neither may lose it.
    seen = []

    class Recorder(keras.Model):
        def train_step(self, data):
            seen.append(float(feeding.split(data)[0][0, 0, 0, 0]))
            return {"d_loss": 0.0}

    model = Recorder()
    model.compile(run_eagerly=True)
    elements = (_images(2, i / 10) for i in range(4))
    x, _, _ = feeding.prepare(_model(), elements, None, None, arguments := {})
    model.fit(x, steps_per_epoch=4, verbose=0, **arguments)
    assert seen == pytest.approx([0.0, 0.1, 0.2, 0.3])


class Grouping(keras.layers.Layer):
    """Takes four examples together."""

    group_size = 4


def test_a_discriminator_that_takes_groups_gets_full_batches():
    model = _model()
    model.discriminator = Grouping()
    checked = []
    model.check_rows = checked.append
    data, _, _ = feeding.prepare(model, _images(10), None, 4, {"shuffle": False})
    assert [len(batch) for batch in data] == [4, 4]
    short = tf.data.Dataset.from_tensor_slices(_images(10)).batch(4)
    data, _, _ = feeding.prepare(model, short, None, None, {})
    assert [len(batch) for batch in data] == [4, 4]
    elements = (_images(4, i / 10) for i in range(2))  # as it comes
    data, _, _ = feeding.prepare(model, elements, None, None, {})
    assert len(list(data)) == 2
    assert checked == [4, 4, 4]


@pytest.mark.parametrize(
    ("count", "group", "expected"),
    [
        (4, 2, [0, 1, 2, 3]),
        (5, 3, [0, 1, 2, 3, 4, 0]),
        (1, 4, [0, 0, 0, 0]),
        (3, 1, [0, 1, 2]),
        (0, 4, []),
    ],
)
def test_a_batch_is_filled_from_its_start(count, group, expected):
    values = tf.range(count)
    for run in contracts.modes(lambda x: feeding.filled(group, x, None)[0]):
        np.testing.assert_array_equal(run(values), expected)
    assert feeding.filled(group, values, None)[1] is None
