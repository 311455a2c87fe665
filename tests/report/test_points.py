import types

import numpy as np
import pytest

from kgan.data import toys
from kgan.data.arrays import ArraySource
from kgan.report import points


def _subject(source, fake, num_classes=None):
    labels = []

    def interpolate(number, steps, label):
        labels.append(label)
        return np.repeat(fake[number : number + 1], steps, axis=0)

    return types.SimpleNamespace(
        source=source,
        classes=num_classes,
        real_points=lambda count: (
            source.read(None) if hasattr(source, "read") else source.sample(count, 0)
        ),
        fake_points=lambda count: fake,
        interpolate=interpolate,
        labels=labels,
    )


def _fake(dimensions):
    return np.random.default_rng(0).normal(size=(500, dimensions)).astype(np.float32)


def test_points_on_a_line(opened):
    subject = _subject(toys.gaussian(), _fake(1))
    written = points.samples(subject)
    assert len(opened(written)) == 2
    assert "500 generated points. The true density is a line." in written
    assert len(opened(points.walks(subject))) == 2


def test_points_in_the_plane_stand_beside_the_real_ones(opened):
    subject = _subject(toys.ring(), np.full((500, 2), 9, np.float32))
    written = points.samples(subject)
    assert len(opened(written)) == 4
    assert "The true density is gray." in written
    assert "500 of the generated points lie outside" in written
    assert "5 paths of 64 equal steps" in points.walks(subject)


def test_what_is_generated_is_what_is_drawn(opened):
    limits = np.array([[-1.0, 1.0]] * 2)
    drawn = [
        opened(points._scatter("Generated", np.full((9, 2), at), "fake", limits, None))
        for at in (0.0, 0.5)
    ]
    assert (drawn[0][0] != drawn[1][0]).any()


@pytest.mark.parametrize("dimensions", [1, 2])
def test_points_without_a_known_density(opened, dimensions):
    source = ArraySource("held", _fake(dimensions))
    subject = _subject(source, _fake(dimensions))
    written = points.samples(subject)
    assert len(opened(written)) == 2 * dimensions
    assert "true density" not in written
    assert "outside" not in written
    assert opened(points.walks(subject))


def test_paths_of_a_conditional_model_take_the_classes_in_turn():
    subject = _subject(toys.ring(), _fake(2), num_classes=3)
    points.walks(subject)
    assert subject.labels == [0, 1, 2, 0, 1]


def test_more_dimensions_are_no_section():
    subject = _subject(toys.gaussian(mean=[0.0, 1.0, 2.0]), _fake(3))
    assert points.samples(subject) is None
    assert points.walks(subject) is None


def test_constant_data_have_a_range():
    limits = points.plane.square(np.ones((5, 2)))
    assert (limits[:, 0] < 1).all()
    assert (limits[:, 1] > 1).all()
