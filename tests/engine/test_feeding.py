import itertools
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


@pytest.mark.parametrize("name", ["sample_weight", "class_weight"])
def test_weights_are_refused(name):
    feeding.refuse_weights({name: None, "verbose": 1})
    with pytest.raises(ValueError, match=rf"`{name}` has no meaning"):
        feeding.refuse_weights({name: {0: 1.0}})


def _peek(x, y, batch_size):
    batches, same = feeding.peek(x, y, batch_size)
    return next(batches, None), same


def test_peek_at_arrays():
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    for data in (x, tf.constant(x)):
        (images, labels), same = _peek(data, y, 4)
        assert same is data
        np.testing.assert_array_equal(images, x[:4])
        np.testing.assert_array_equal(labels, y[:4])
    np.testing.assert_array_equal(_peek(x, None, 4)[0], x[:4])


def test_peek_at_a_dictionary_of_arrays():
    x, y = {"a": np.arange(6), "b": tf.range(6)}, np.arange(6)
    first, same = _peek(x, None, 2)
    assert same is x
    assert {name: list(rows) for name, rows in first.items()} == {
        "a": [0, 1],
        "b": [0, 1],
    }
    first, beside = _peek(x, y, 2)[0]
    assert set(first) == {"a", "b"}
    assert list(beside) == [0, 1]
    _, beside = _peek(np.arange(6), {"c": x, "d": [1, 2, 3, 4, 5, 6]}, 2)[0]
    assert list(beside["d"]) == list(beside["c"]["a"] + 1) == [1, 2]


def test_data_alone_stand_in_no_tuple():
    data, beside = _images(2), np.arange(2)
    for element in (data, (data,), (data, None), (data, None, None)):
        assert feeding.without_tuple(element) is data
    for element in ((data, beside), [data], {"x": data}):
        assert feeding.without_tuple(element) is element


def test_peek_at_a_data_set():
    data = tf.data.Dataset.range(10).batch(4)
    first, same = _peek(data, None, 32)
    assert first.numpy().tolist() == [0, 1, 2, 3]
    assert same is data


class Sequence(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return _images(2, index)


def test_peek_at_a_py_dataset():
    data = Sequence()
    first, same = _peek(data, None, 32)
    np.testing.assert_array_equal(first, _images(2, 0.0))
    assert same is data


class Loader:
    """An iterable that starts again, as a data loader of another library."""

    def __iter__(self):
        return iter([_images(2, 0.0), _images(2, 1.0)])


def test_peek_at_an_iterable():
    data = Loader()
    first, same = _peek(data, None, 32)
    np.testing.assert_array_equal(first, _images(2, 0.0))
    assert same is data


def test_peek_loses_no_batch_of_an_iterator():
    elements = [_images(2, float(i)) for i in range(3)]
    for data in (iter(elements), (element for element in elements)):
        first, rest = _peek(data, None, 32)
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
    first, same = _peek(data, None, 32)
    assert first is None
    assert same is data


def test_peek_at_more_batches():
    x, y = np.arange(10), -np.arange(10)
    batches, _ = feeding.peek(x, y, 4, 8)
    found = [(list(a), list(b)) for a, b in batches]
    assert [a for a, _ in found] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert all(list(-np.array(a)) == b for a, b in found)
    for data in (Sequence(), Loader(), tf.data.Dataset.range(8).batch(4)):
        assert len(list(feeding.peek(data, None, 4, 2)[0])) == 2
    assert len(list(feeding.peek(Sequence(), None, 4, 8)[0])) == 3


@pytest.mark.parametrize("looked_at", [1, 2, 3])
def test_batches_that_were_looked_at_are_not_lost(looked_at):
    batches, rest = feeding.peek(iter([5, 6, 7, 8]), None, 32, 3)
    assert list(itertools.islice(batches, looked_at)) == [5, 6, 7][:looked_at]
    assert list(rest) == [(5,), (6,), (7,), (8,)]


@pytest.mark.parametrize(
    "data", [tf.data.Dataset.range(0), iter([]), types.SimpleNamespace]
)
def test_nothing_to_peek_at(data):
    if data is types.SimpleNamespace:
        data = Loader()
        data.__class__ = type("Empty", (Loader,), {"__iter__": lambda self: iter([])})
    with pytest.raises(
        ValueError, match=r"`x` must yield at least one batch\. It is empty"
    ):
        next(feeding.peek(data, None, 32)[0])


@pytest.mark.parametrize("data", [None, [_images(2)], (1, 2), {"x": 1}, 3])
def test_what_holds_no_batches(data):
    message = rf"`x` must be an array.*Received: {type(data).__name__}"
    with pytest.raises(ValueError, match=message):
        feeding.peek(data, None, 32)


def test_from_arrays_gives_full_batches():
    x, y = np.arange(10.0)[:, None], np.arange(10)
    data = feeding.from_arrays(x, y, 4, shuffle=False, seed=0)
    assert data.cardinality() == 3
    assert data.element_spec[0].shape == (4, 1)
    seen = [list(labels.numpy()) for _, labels in data]
    assert seen == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]]
    for images, labels in data:
        np.testing.assert_array_equal(images[:, 0], labels)
    alone = feeding.from_arrays(x, None, 4, shuffle=False, seed=0)
    assert [batch.shape for batch in alone] == [(4, 1)] * 3
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
    (same,) = feeding.parts({"a": tensor}, 1)
    assert same["a"] is tensor
    cut = feeding.parts({"a": tensor, "b": [2 * tensor]}, 3)
    assert [part["a"].numpy().tolist() for part in cut] == [[0, 1], [2, 3], [4, 5]]
    assert [part["b"][0].numpy().tolist() for part in cut] == [[0, 2], [4, 6], [8, 10]]
    message = r"must be a multiple of the 4 batches of a round\. Received: 6 rows"
    with pytest.raises(ValueError, match=message):
        feeding.parts({"a": tensor}, 4)


def test_rows_of_parts():
    tensor = tf.reshape(tf.range(12), (6, 2))
    parts = feeding.rows_of_parts(tensor, 3)
    assert parts.shape == (3, 2, 2)
    np.testing.assert_array_equal(tf.reshape(parts, (6, 2)), tensor)
    with pytest.raises(ValueError, match=r"micro_batches=4\. Received: 6 rows"):
        feeding.rows_of_parts(tensor, 4)


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
            feeding.parts({"x": tf.constant(s)}, count)
            for s in _shares(labels, replicas)
        ]
        for update in range(count):
            rows = np.concatenate([share[update]["x"] for share in shares])
            begin = (step * count + update) * 4
            assert rows.tolist() == list(range(begin, begin + 4))


@pytest.mark.parametrize("replicas", [1, 2])
def test_groups_of_dictionaries(replicas):
    images = _numbered(4, 2).batch(2, drop_remainder=True)
    data = images.map(lambda x: {"x": x, "nested": {"a": 2.0 * x, "b": x[:, 0, 0, 0]}})
    for element in feeding.group(data, 2, replicas):
        assert element["x"].shape == element["nested"]["a"].shape == (4, *SHAPE)
        np.testing.assert_array_equal(element["nested"]["a"], 2.0 * element["x"])
        np.testing.assert_array_equal(element["nested"]["b"], element["x"][:, 0, 0, 0])


def test_groups_of_images_alone():
    data = _numbered(4, 2).batch(2, drop_remainder=True)
    grouped = feeding.group(data, 2, 1)
    assert grouped.element_spec.shape[1:] == SHAPE
    assert grouped.cardinality() == 2
    in_tuples = data.map(lambda images: (images,))
    for element in (*grouped, *feeding.group(in_tuples, 2, 1)):
        assert element.shape == (4, *SHAPE)


def _rows_of(dataset):
    return [batch[:, 0, 0, 0].tolist() for batch in dataset.as_numpy_iterator()]


def test_a_last_batch_that_is_shorter_is_filled_from_the_beginning():
    exact = _numbered(3, 4).batch(4, drop_remainder=True)
    assert feeding.full(exact, 4) is exact
    ragged = _numbered(1, 11).batch(4)  # 4, 4 and 3 rows
    kept = feeding.full(ragged, 4)
    assert kept.cardinality() == 3
    assert _rows_of(kept) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 0]]
    unknown = ragged.filter(lambda element: True)  # a length that nobody knows
    assert _rows_of(feeding.full(unknown, 4)) == _rows_of(kept)
    reads = []

    def read():
        reads.append(None)
        yield from ragged

    once = tf.data.Dataset.from_generator(read, output_signature=ragged.element_spec)
    assert _rows_of(feeding.full(once, 4)) == _rows_of(kept)
    assert len(reads) == 1


def test_a_batch_longer_than_the_first_is_refused():
    data = _numbered(1, 11).batch(4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="not be longer than"):
        list(feeding.full(data, 3))


def test_sizes_that_only_a_batch_knows():
    elements = [{"x": np.ones((4, 3), "f")}, {"x": np.zeros((2, 3), "f")}]
    signature = {"x": tf.TensorSpec((None, None))}
    data = tf.data.Dataset.from_generator(
        lambda: iter(elements), output_signature=signature
    )
    (_, last) = feeding.full(data, 4)
    assert last["x"].numpy()[:, 0].tolist() == [0, 0, 1, 1]


def test_whole_batches_may_be_of_several_lengths():
    elements = [np.full((4, length), length, "f") for length in (3, 5, 2)]
    data = tf.data.Dataset.from_generator(
        lambda: iter(elements), output_signature=tf.TensorSpec((None, None))
    )
    assert [x.shape for x in feeding.full(data, 4)] == [(4, 3), (4, 5), (4, 2)]


@pytest.mark.parametrize("known", [True, False])
def test_whole_batches_are_all_used(known):
    data = _numbered(4, 2).batch(2)  # the pipeline does not tell that all are full
    data = data if known else data.filter(lambda element: True)
    joined = feeding.group(feeding.full(data, 2), 2, 1)
    assert _rows_of(joined) == [[0, 1, 2, 3], [4, 5, 6, 7]]


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
    with pytest.raises(ValueError, match=r"repeats=3.*2 full batches"):
        feeding.group(data, 3, 1)


def test_batch_size_that_replicas_do_not_divide():
    data = tf.data.Dataset.from_tensor_slices(_images(6)).batch(3)
    with pytest.raises(ValueError, match=r"multiple of the 2 replicas.*batches of 3"):
        feeding.prepare(_model(replicas=2), data, None, None, {})


def test_only_data_sets_are_grouped():
    with pytest.raises(ValueError, match=r"discriminator_steps=2.*Received: Sequence"):
        feeding.prepare(_model(batches=2), Sequence(), None, None, {})


def _model(batches=1, replicas=1, group_size=1, check=lambda element: None):
    """What `prepare` reads of a game."""
    return types.SimpleNamespace(
        batches_a_round=batches,
        batches_argument="discriminator_steps",
        group_size=group_size,
        needs_full_batches=group_size > 1,
        check=lambda element, held_out=False: check(element),
        look_at_networks=lambda element: None,
        check_signs=lambda elements: None,
        check_values=lambda element, first: None,
        check_rows=lambda rows: None,
        distribute_strategy=types.SimpleNamespace(num_replicas_in_sync=replicas),
        seed=0,
    )


def test_prepare_hands_on_what_needs_no_grouping():
    x, y = _images(10), np.arange(10)
    assert feeding.prepare(_model(), x, y, 4, {}) == (x, y, 4)
    data = tf.data.Dataset.from_tensor_slices(x).batch(4)
    assert feeding.prepare(_model(), data, None, None, {}) == (data, None, None)


def test_prepare_groups():
    x, y = _images(10), np.arange(10)
    model = _model(batches=2)
    data, labels, batch_size = feeding.prepare(model, x, y, 4, {"shuffle": False})
    assert (labels, batch_size) == (None, None)
    elements = [labels.numpy().tolist() for _, labels in data]
    assert elements == [list(range(8))]
    with pytest.raises(
        ValueError, match=r"data of 1 full batches"
    ):  # 32 rows by default
        feeding.prepare(model, x, y, None, {})


def _refusing(element):
    raise ValueError(f"refused {len(tf.nest.flatten(element)[0])} rows")


@pytest.mark.parametrize("batches", [1, 2])
def test_prepare_checks_the_first_batch(batches):
    model = _model(batches, check=_refusing)
    with pytest.raises(ValueError, match="refused 4 rows"):
        feeding.prepare(model, _images(8), None, 4, {})
    data = tf.data.Dataset.from_tensor_slices(_images(8)).batch(2)
    with pytest.raises(ValueError, match="refused 2 rows"):
        feeding.prepare(model, data, None, None, {})
    with pytest.raises(ValueError, match=r"`class_weight` has no meaning"):
        feeding.prepare(_model(batches), data, None, None, {"class_weight": {0: 2.0}})


def test_validation_data_are_checked_too():
    checked = []
    model = _model(check=checked.append)
    held_out = tf.data.Dataset.from_tensor_slices(_images(6, 1.0)).batch(3)
    for given, rows in ((held_out, 3), ((_images(5, 1.0), None), 4)):
        checked.clear()
        feeding.prepare(model, _images(8), None, 4, {"validation_data": given})
        assert [len(element) for element in checked] == [4, rows]
        np.testing.assert_array_equal(checked[1], _images(rows, 1.0))
    weighted = (_images(4), np.arange(4), np.ones(4))
    with pytest.raises(ValueError, match="`sample_weight` has no meaning"):
        feeding.prepare(model, _images(8), None, 4, {"validation_data": weighted})


def test_arrays_are_checked_whole(monkeypatch):
    monkeypatch.setattr(feeding, "_AT_ONCE", 5 * (4 * 4 + 8))  # of 5 examples
    checked, labels = [], np.arange(8)
    model = _model()
    model.check_values = lambda element, first: checked.append((first, element[1]))
    held_out = {"validation_data": (_images(4), labels[4:])}
    feeding.prepare(model, _images(8), labels, 4, held_out)
    assert [(first, list(targets)) for first, targets in checked] == [
        (0, [0, 1, 2, 3, 4]),
        (5, [5, 6, 7]),
        (0, [4, 5, 6, 7]),
    ]


def test_the_first_batches_are_checked_for_signs():
    model, seen = _model(), []
    model.check_signs = lambda elements: seen.append(len(list(elements)))
    for batches, expected in ((3, 3), (20, 8)):
        data = tf.data.Dataset.range(4 * batches).batch(4)
        feeding.prepare(model, data, None, None, {})
        assert seen.pop() == expected


def test_a_validation_split_of_joined_batches_is_refused():
    for model in (_model(2), _model(replicas=2), _model(group_size=4)):
        with pytest.raises(ValueError, match=r"`validation_split` cuts.*Received: 0.5"):
            feeding.prepare(model, _images(8), None, 4, {"validation_split": 0.5})


def test_peek_keeps_the_labels_of_an_iterator():
    element = _images(2), np.arange(2)
    first, rest = _peek(iter([element]), None, 32)
    assert first is element
    assert list(rest) == [element]


def test_a_generator_trains_a_keras_model():
    # `peek` and Keras both look at the first batch; neither may lose it.
    seen = []

    class Recorder(keras.Model):
        def train_step(self, data):
            seen.append(float(data[0][0, 0, 0, 0]))
            return {"d_loss": 0.0}

    model = Recorder()
    model.compile(run_eagerly=True)
    elements = (_images(2, i / 10) for i in range(4))
    x, _, _ = feeding.prepare(_model(), elements, None, None, arguments := {})
    model.fit(x, steps_per_epoch=4, verbose=0, **arguments)
    assert seen == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_a_game_of_groups_gets_full_batches():
    model = _model(group_size=4)
    checked = []
    model.check_rows = checked.append
    data, _, _ = feeding.prepare(model, _images(10), None, 4, {"shuffle": False})
    assert [len(batch) for batch in data] == [4, 4, 4]
    short = tf.data.Dataset.from_tensor_slices(_images(10)).batch(4)
    data, _, _ = feeding.prepare(model, short, None, None, {})
    assert [len(batch) for batch in data] == [4, 4, 4]
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
    for run in contracts.modes(lambda x: feeding.filled(group, {"x": x})["x"]):
        np.testing.assert_array_equal(run(values), expected)
