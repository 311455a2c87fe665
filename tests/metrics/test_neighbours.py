import numpy as np
import pytest

from kgan.metrics import base, neighbours


def _distances(rows, others):
    differences = rows[:, None].astype(np.float64) - others[None]
    return np.sqrt(np.sum(differences**2, axis=2))


def _within(rows):
    distances = _distances(rows, rows)
    np.fill_diagonal(distances, np.inf)
    return np.sort(distances, axis=1)


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(0)
    rows = rng.normal(3.0, 1.0, (157, 6)).astype(np.float32)
    return rows, rng.normal(3.5, 1.0, (211, 6)).astype(np.float32)


# In blocks of 1, of 13, and all at once.
@pytest.fixture(params=[8, 8 * (13**2 + 2 * 6 * 13), neighbours.BLOCK_BYTES])
def block_bytes(request):
    return request.param


@pytest.mark.parametrize("k", [1, 3, 156])
def test_radii_by_brute_force(sets, k, block_bytes):
    rows = sets[0][:40] if block_bytes == 8 else sets[0]
    k = min(k, len(rows) - 1)
    found = neighbours.radii(rows, k, block_bytes)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, _within(rows)[:, k - 1], rtol=1e-12)


def test_nearest_by_brute_force(sets, block_bytes):
    rows, others = (side[:40] for side in sets) if block_bytes == 8 else sets
    expected = _distances(rows, others)
    distances, indices = neighbours.nearest(rows, others, block_bytes)
    np.testing.assert_allclose(distances, expected.min(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(indices, expected.argmin(axis=1))


@pytest.mark.parametrize("strict", [False, True])
def test_inside_by_brute_force(sets, strict, block_bytes):
    rows, others = (side[:40] for side in sets) if block_bytes == 8 else sets
    rng = np.random.default_rng(1)
    balls = rng.uniform(1, 3, len(others)), rng.uniform(1, 3, (len(rows), 1))
    found = neighbours.inside(
        rows, others, *balls, strict=strict, block_bytes=block_bytes
    )
    assert len(found) == 2
    for radius, (of_rows, of_others) in zip(balls, found, strict=True):
        within = _distances(rows, others) < radius
        assert 0 < within.mean() < 1
        np.testing.assert_array_equal(of_rows, within.sum(axis=1))
        np.testing.assert_array_equal(of_others, within.sum(axis=0))


@pytest.mark.parametrize("dimension", [1, 2, 64, 2048, 200_000])
def test_blocks_fit_the_budget(dimension):
    budget = 64 * 2**20
    length = neighbours._block_length(dimension, budget)
    assert length >= 1
    assert 8 * (length**2 + 2 * length * dimension) <= budget
    assert 8 * ((length + 1) ** 2 + 2 * (length + 1) * dimension) > budget


def test_a_row_too_wide_for_the_budget_is_a_block_of_its_own():
    assert neighbours._block_length(10**6, 1000) == 1


@pytest.mark.parametrize("offset", [0.0, 1.0, 1e4])
def test_duplicates_are_at_distance_0(offset, block_bytes):
    rng = np.random.default_rng(2)
    rows = (offset + rng.normal(size=(20, 300))).astype(np.float32)
    twice = rng.permutation(np.concatenate([rows, rows]))
    assert np.all(neighbours.radii(twice, 1, block_bytes) == 0)
    assert np.all(neighbours.radii(twice, 2, block_bytes) > 1)
    distances, indices = neighbours.nearest(twice, rows, block_bytes)
    assert np.all(distances == 0)
    np.testing.assert_array_equal(rows[indices], twice)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
def test_constant_rows_are_at_distance_0(value, block_bytes):
    rows = np.full((30, 50), value, np.float32)
    assert np.all(neighbours.radii(rows, 5, block_bytes) == 0)
    assert np.all(neighbours.nearest(rows, rows[:3], block_bytes)[0] == 0)
    zeros = np.zeros(30)
    for strict, count in ((False, 30), (True, 0)):
        [(of_rows, of_others)] = neighbours.inside(
            rows, rows, zeros, strict=strict, block_bytes=block_bytes
        )
        assert np.all(of_rows == count)
        assert np.all(of_others == count)


def test_small_distances_far_from_the_origin_are_kept():
    # Without centring ‖x‖² + ‖y‖² − 2 xᵀy would be noise: 10⁻⁶ beside 10¹⁶.
    rows = np.array([[1e8], [1e8 + 0.001], [1e8 + 0.003]])
    np.testing.assert_allclose(
        neighbours.radii(rows, 1), [0.001, 0.001, 0.002], rtol=1e-4
    )


def test_surfaces_are_found_whatever_the_block(block_bytes):
    # Copies of the neighbours that bound the balls lie on the surfaces: inside of
    # closed balls, outside of open ones, although other blocks round otherwise.
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(60, 40)).astype(np.float32)
    distances = _distances(centres, centres)
    order = np.argsort(distances, axis=1)
    radii = neighbours.radii(centres, 3)
    bounding = centres[order[:, 3]]
    for strict in (False, True):
        [(of_points, _)] = neighbours.inside(
            bounding, centres, radii, strict=strict, block_bytes=block_bytes
        )
        limit = np.sort(distances, axis=1)[:, 3]
        reach = limit * (1 - 1e-9 if strict else 1 + 1e-9)
        expected = _distances(bounding, centres) < reach
        np.testing.assert_array_equal(of_points, expected.sum(axis=1))


def test_integers_are_taken():
    rows = np.array([[0], [255], [250]], np.uint8)
    np.testing.assert_allclose(neighbours.radii(rows, 1), [250, 5, 5])
    distances, _ = neighbours.nearest(rows[:1], rows[1:])
    np.testing.assert_allclose(distances, [250])


@pytest.mark.parametrize("k", [0, 3])
def test_k_outside_the_set(k):
    with pytest.raises(ValueError, match=rf"`k` must be .* rows, 3. Received: {k}"):
        neighbours.radii(np.eye(3), k)


def test_sides_are_equally_many():
    real, fake = np.arange(300)[:, None], np.arange(200)[:, None]
    first, second = neighbours.sides(real, fake, 3, True, False)
    np.testing.assert_array_equal(first, real[:200])
    np.testing.assert_array_equal(second, fake)
    first, second = neighbours.sides(real, fake, 3, False, False)
    assert (len(first), len(second)) == (300, 200)


def test_few_rows():
    real, fake = np.zeros((99, 1)), np.zeros((300, 1))
    with pytest.raises(base.Few, match=r"at least 100 real .* Received: 99 and 99"):
        neighbours.sides(real, fake, 3, True, False)
    assert len(neighbours.sides(real, fake, 3, True, True)[0]) == 99
    with pytest.raises(base.Few, match="k=99 need at least 100"):
        neighbours.sides(real, fake, 99, True, True)
