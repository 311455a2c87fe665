import numpy as np
import pytest
import scipy.stats

from kgan.data import toys

SOURCES = {
    "gaussian": toys.gaussian(),
    "gaussian_3d": toys.gaussian(mean=[0.0, 1.0, -2.0], stddev=[0.5, 1.0, 2.0]),
    "ring": toys.ring(),
    "grid": toys.grid(),
}


def test_defaults_are_the_published_ones():
    assert SOURCES["gaussian"].shape == (1,)
    assert SOURCES["gaussian"].centers.tolist() == [[4.0]]
    assert SOURCES["gaussian"].stddev == 1.5
    ring = SOURCES["ring"]
    assert ring.centers.shape == (8, 2)
    np.testing.assert_allclose(np.linalg.norm(ring.centers, axis=1), 1.0)
    assert ring.stddev == 0.01
    grid = SOURCES["grid"]
    assert grid.centers.shape == (25, 2)
    assert sorted(set(grid.centers.ravel())) == [-4, -2, 0, 2, 4]
    assert grid.stddev == 0.05


def test_a_mode_is_a_class_where_there_are_several():
    classes = {name: source.num_classes for name, source in SOURCES.items()}
    assert classes == {"gaussian": None, "gaussian_3d": None, "ring": 8, "grid": 25}


@pytest.mark.parametrize("name", SOURCES)
def test_density_equals_scipy_s(name):
    source = SOURCES[name]
    x = source.sample(200, seed=1)
    covariance = np.diag(np.broadcast_to(source.stddev**2, source.shape))
    expected = np.mean(
        [
            scipy.stats.multivariate_normal(center, covariance).pdf(x.astype(float))
            for center in source.centers
        ],
        axis=0,
    )
    assert source.density(x).dtype == np.float64
    assert source.density(x).shape == (200,)
    np.testing.assert_allclose(source.density(x), expected, rtol=1e-9)


def test_gaussian_samples_follow_the_density():
    sample = SOURCES["gaussian"].sample(20_000, seed=0)
    assert sample.dtype == np.float32
    assert scipy.stats.kstest(sample[:, 0], "norm", args=(4.0, 1.5)).pvalue > 0.01


def test_mixture_samples_fill_all_modes_equally():
    ring = SOURCES["ring"]
    sample = ring.sample(16_000, seed=0)
    distance = np.linalg.norm(sample[:, None] - ring.centers, axis=2)
    counts = np.bincount(distance.argmin(axis=1), minlength=8)
    assert scipy.stats.chisquare(counts).pvalue > 0.01
    radii = distance.min(axis=1) / 0.01
    assert scipy.stats.kstest(radii, "rayleigh").pvalue > 0.01


def test_sample_rows_depend_on_seed_and_row_alone():
    grid = SOURCES["grid"]
    np.testing.assert_array_equal(grid.sample(10, 3), grid.sample(100, 3)[:10])
    assert not np.array_equal(grid.sample(10, 3), grid.sample(10, 4))


def test_vectors_scale_each_axis():
    sample = SOURCES["gaussian_3d"].sample(20_000)
    np.testing.assert_allclose(sample.mean(axis=0), [0, 1, -2], atol=0.06)
    np.testing.assert_allclose(sample.std(axis=0), [0.5, 1, 2], rtol=0.03)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: toys.gaussian(stddev=0.0), "stddev of gaussian must be positive"),
        (lambda: toys.gaussian(stddev=[1.0, 2.0]), "one number, or 1"),
        (lambda: toys.gaussian(mean=np.nan), "centers of gaussian must be finite"),
        (lambda: toys.ring(modes=0), "modes must be an integer of at least 1"),
        (lambda: toys.grid(num_examples=0), "num_examples must be an integer"),
        (lambda: SOURCES["ring"].density([[1.0]]), r"shape \(n, 2\). Received: \(1, 1"),
        (lambda: SOURCES["ring"].sample(-1), "num must be an integer of at least 0"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_identity_is_the_parameters():
    known = toys.ring().identity()
    assert known["stddev"] == 0.01
    assert np.shape(known["centers"]) == (8, 2)
    assert toys.ring().identity() == known
    for other in (toys.ring(stddev=0.02), toys.ring(radius=2), toys.ring(modes=7)):
        assert other.identity() != known
    assert toys.ring(num_examples=50).identity() != known


def test_the_last_digits_of_a_cosine_are_no_identity():
    ring = toys.ring()
    known = ring.identity()
    ring.centers = np.nextafter(ring.centers, 2.0)
    assert ring.identity() == known
