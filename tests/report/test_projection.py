import networks
import numpy as np
import pytest

from kgan.report import projection
from kgan.report.subject import Examples


@pytest.mark.parametrize("features", [5, 200])
def test_projection_is_that_of_the_singular_value_decomposition(features):
    draw = np.random.default_rng(0)
    real, fake = draw.normal(size=(2, 30, features))
    for sets in (real, fake):
        sets[:, :2] *= [50, 30]
    first, second, shares = projection.project(real, fake)
    both = np.concatenate([real, fake])
    _, values, axes = np.linalg.svd(both - both.mean(axis=0), full_matrices=False)
    found = np.concatenate([first, second])
    expected = (both - both.mean(axis=0)) @ axes[:2].T
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-9)
    np.testing.assert_allclose(shares, (values**2 / (values**2).sum())[:2])


def test_as_many_of_each_and_three_panels(subject_of, opened):
    written = projection.projection(subject_of())
    assert "30 real and 30 generated examples, features “brightness”" in written
    assert len(opened(written)) == 6
    assert "Generated, by class" in written


def test_conditional_models_have_their_classes_too(subject_of):
    subject = subject_of(networks.gan(num_classes=3))
    assert "Real, by class" in projection.projection(subject)


def test_fewer_are_projected_where_features_are_many(subject_of, monkeypatch):
    monkeypatch.setattr(projection, "_BYTES", 11 * 64 * 4)
    written = projection.projection(subject_of())
    assert "11 real and 11 generated examples" in written


def test_without_classes_one_panel(subject_of, brightness, opened):
    brightness.num_classes = None
    assert len(opened(projection.projection(subject_of()))) == 2


def test_features_that_do_not_vary_are_no_section(subject_of):
    subject = subject_of()
    same = Examples(np.ones((9, 4), np.float32), np.arange(9), None)
    subject.real = subject.fake = same
    assert projection.projection(subject) is None
    narrow = Examples(np.arange(9, dtype=np.float32)[:, None], np.arange(9), None)
    subject.real = subject.fake = narrow
    assert projection.projection(subject) is None


def test_a_collapsed_generator_is_drawn(subject_of, brightness):
    brightness.num_classes = None
    subject = subject_of()
    count = len(subject.fake.features)
    subject.fake = Examples(np.ones((count, 64), np.float32), np.arange(count), None)
    assert "Scatter plot" in projection.projection(subject)
