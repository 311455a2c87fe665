import networks
import numpy as np

from kgan.report import pictures, samples


def test_the_first_samples_are_those_of_the_seed(subject_of, opened):
    subject = subject_of()
    first, *_ = opened(samples.samples(subject))
    expected = subject.gan.generate(60, seed=3)
    np.testing.assert_array_equal(first, pictures.tiles(expected, 10))


def test_a_conditional_model_has_a_row_for_each_class(subject_of, opened):
    subject = subject_of(networks.gan(num_classes=3))
    written = samples.samples(subject)
    rows = opened(written)
    assert len(rows) == 3
    for index, row in enumerate(rows):
        expected = subject.gan.generate(10, seed=3, labels=index)
        np.testing.assert_array_equal(row, pictures.tiles(expected, 10))
    assert '<th scope="row">&lt;b&gt;bold&lt;/b&gt;</th>' in written
    assert "<b>" not in written


def test_samples_by_predicted_class_with_both_shares(subject_of, opened):
    subject = subject_of()
    written = samples.samples(subject)
    counts = np.bincount(subject.fake.classes, minlength=3)
    pictures_of_classes = opened(written)[1:]
    assert len(pictures_of_classes) == np.count_nonzero(counts)
    assert f"<td>{counts[1] / 30:.1%}</td><td>{13 / 40:.1%}</td>" in written
    assert written.count("<td>none</td>") == np.count_nonzero(counts == 0)
    assert "takes 30 samples for" in written


def test_without_a_fitting_classifier_there_is_one_grid(subject_of, brightness, opened):
    brightness.num_classes = None
    written = samples.samples(subject_of())
    assert len(opened(written)) == 1
    assert "predicted" not in written


def test_many_classes_are_cut_and_it_is_said(subject_of, opened):
    written = samples.samples(subject_of(networks.gan(num_classes=30)))
    assert len(opened(written)) == 20
    assert "The first 20 of 30 classes." in written


def test_rows_of_large_images_are_shorter(subject_of, source):
    subject = subject_of()
    assert samples._columns(subject, 20) == 10
    source.shape = (128, 128, 3)
    assert samples._columns(subject, 10) == 9
    source.shape = (64, 64, 3)
    assert samples._columns(subject, 10) == 9
    assert samples._columns(subject, 20) == 4
