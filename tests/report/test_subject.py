import networks
import numpy as np
import pytest

from kgan.data import toys
from kgan.data.arrays import ArraySource
from kgan.report.subject import Subject


def test_real_features_belong_to_their_indices(subject_of, brightness, source):
    real = subject_of().real
    assert sorted(real.indices) == list(range(40))
    assert list(real.indices) != sorted(real.indices)
    np.testing.assert_array_equal(
        real.features, brightness(source.read(real.indices)).features
    )
    np.testing.assert_array_equal(real.classes, source.labels[real.indices])


def test_no_more_real_examples_than_asked(source, brightness):
    subject = Subject(networks.gan(), source, brightness, True, 1.0, 0, 7, 5)
    assert subject.real.features.shape == (7, 64)
    assert subject.fake.features.shape == (5, 64)


def test_memory_is_bounded(subject_of, monkeypatch):
    monkeypatch.setattr("kgan.report.subject._BYTES", 12 * 64 * 4)
    subject = subject_of()
    for found in (subject.real, subject.fake):
        assert [len(part) for part in found] == [12, 12, 12]


def test_batches_do_not_matter(subject_of, monkeypatch):
    whole = subject_of()
    expected = whole.real, whole.fake
    monkeypatch.setattr("kgan.report.subject._BATCH", 7)
    parted = subject_of(whole.gan)
    for ours, theirs in zip(expected, (parted.real, parted.fake), strict=True):
        np.testing.assert_allclose(ours.features, theirs.features, atol=1.01 / 255)
        np.testing.assert_array_equal(ours.indices, theirs.indices)
    np.testing.assert_array_equal(expected[0].classes, parted.real.classes)


def test_fakes_are_those_that_are_generated_again(subject_of, brightness):
    subject = subject_of(num_fake=300)
    found = brightness(subject.again(290))
    np.testing.assert_allclose(
        subject.fake.features[290], found.features[0], atol=1 / 255 + 1e-6
    )
    assert subject.fake.classes[290] == found.logits.argmax()


def test_classes_of_a_conditional_model_are_as_frequent_as_in_the_data(
    subject_of, source, brightness
):
    gan = networks.gan(num_classes=3)
    source.labels = np.where(np.arange(40) % 4 == 0, 1, 2)
    subject = subject_of(gan, num_fake=100)
    np.testing.assert_allclose(np.bincount(subject.fake.classes), [0, 25, 75], atol=1)
    found = brightness(subject.again(90)).features[0]
    np.testing.assert_allclose(subject.fake.features[90], found, atol=1 / 255 + 1e-6)
    chosen = gan, source, brightness, True, 1.0, 0, 10, 6
    balanced = Subject(*chosen, labels="balanced").fake
    np.testing.assert_array_equal(balanced.classes, [0, 1, 2, 0, 1, 2])


def test_a_classifier_of_other_classes_tells_none(source, brightness):
    brightness.num_classes = 5
    other = Subject(networks.gan(), source, brightness, True, 1.0, 0, 10, 5)
    assert other.fake.classes is None


def test_class_names(subject_of, source):
    assert subject_of().class_name(2) == "a & b"
    assert subject_of(networks.gan(num_classes=4)).class_name(2) == "class 2"
    source.class_names = None
    assert subject_of().class_name(0) == "class 0"


def test_a_folder_is_called_by_its_last_part(subject_of, source):
    source.name = "/home/somebody/squares"
    assert subject_of().data_name == "squares"


def test_weights_are_called_what_they_are(subject_of):
    assert subject_of().weights == "averaged over the steps"
    assert subject_of(networks.gan(ema_momentum=None)).weights == "of the last step"


def test_the_largest_seed_has_paths(source, brightness):
    subject = Subject(networks.gan(), source, brightness, True, 1.0, 2**62 - 1, 9, 9)
    assert subject.interpolate(0, 3).shape == (3, 8, 8, 1)


def test_points_are_drawn_or_read(subject_of):
    ring = toys.ring()
    drawn = subject_of(source=ring).real_points(50)
    np.testing.assert_array_equal(drawn, ring.sample(50, 3))
    held = ArraySource("held", np.arange(20, dtype=np.float32).reshape(10, 2))
    read = subject_of(source=held).real_points(50)
    np.testing.assert_array_equal(np.sort(read, axis=0), held.array)


def test_nan_is_refused(source, brightness):
    gan = networks.gan()
    for weight in gan.ema_generator.weights:
        weight.assign(np.full(weight.shape, np.nan))
    subject = Subject(gan, source, brightness, True, 1.0, 0, 10, 5)
    with pytest.raises(FloatingPointError, match="NaN or infinity"):
        _ = subject.fake


def test_float_pictures_are_seen_as_bytes(source, brightness):
    floats = (source.read() / 127.5 - 1).astype(np.float32)
    twin = ArraySource("floats", floats)
    one, two = (
        Subject(networks.gan(), each, brightness, True, 1.0, 0, 7, 5)
        for each in (source, twin)
    )
    np.testing.assert_array_equal(one.real.features, two.real.features)
