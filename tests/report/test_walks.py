import networks
import numpy as np

from kgan.report import pictures, walks


def test_paths_lie_between_seeds(subject_of, opened):
    subject = subject_of()
    rows = opened(walks.walks(subject))
    assert len(rows) == 5
    for path, row in enumerate(rows):
        first = 3 + 2 * path
        expected = subject.gan.interpolate(first, first + 1, steps=10)
        np.testing.assert_array_equal(row, pictures.tiles(expected, 10))


def test_a_path_of_a_conditional_model_keeps_its_class(subject_of, opened):
    subject = subject_of(networks.gan(num_classes=3))
    written = walks.walks(subject)
    row = opened(written)[4]
    expected = subject.gan.interpolate(11, 12, steps=10, label=1)
    np.testing.assert_array_equal(row, pictures.tiles(expected, 10))
    assert written.count('<th scope="row">plain</th>') == 2
    assert "a &amp; b" in written
