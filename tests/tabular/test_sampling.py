"""Rows by index and by condition: exact, and the same in any order."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from kgan.core.table_blocks import Block
from kgan.models import table_generator
from kgan.tabular.sampling import RowSampler, Wanted

BLOCKS = (
    Block("a", (0.2, 0.3, 0.5), (False, False, False)),
    Block("b", (0.25, 0.25, 0.25, 0.25), (False, True, True, False)),
)


def sampler(scale=1.5, constant=False):
    """Levels of a and b depend on the same latents: l = W c."""
    generator = table_generator(BLOCKS, latent_dim=8, hidden=(16,))
    if not constant:
        for number, weight in enumerate(generator.trainable_weights):
            drawn = tf.random.stateless_normal(weight.shape, (number, 1))
            weight.assign(weight + scale * drawn / weight.shape[0] ** 0.5)
    return RowSampler(generator, BLOCKS)


def only(block, *levels):
    mask = np.zeros((1, BLOCKS[block].levels), bool)
    mask[0, list(levels)] = True
    return {block: (mask, None)}


@pytest.fixture(scope="module")
def drawn():
    found = sampler()
    return found, found(300_000, seed=3)[0]


def alike(first, second, levels):
    """The p value of equal frequencies of levels in two samples."""
    table = [np.bincount(x.astype(int), minlength=levels) for x in (first, second)]
    table = np.asarray(table)
    return stats.chi2_contingency(table[:, table.any(0)]).pvalue


def test_shapes_and_places(drawn):
    _, rows = drawn
    assert rows.shape == (300_000, 3)
    assert rows.dtype == np.float32
    has_place = np.isin(rows[:, 1], (1, 2))
    assert (rows[~has_place, 2] == 0.0).all()
    assert np.abs(rows[:, 2]).max() <= 1.0
    # Both columns follow from the same latents: not independent.
    table = np.histogram2d(rows[:, 0], rows[:, 1], (3, 4))[0]
    assert stats.chi2_contingency(table).pvalue < 1e-6


def test_a_row_depends_on_its_number_alone(drawn):
    found, rows = drawn
    for start, count in ((0, 1), (5, 10), (8_000, 500)):
        again, rate = found(count, seed=3, start=start)
        np.testing.assert_array_equal(again, rows[start : start + count])
        assert rate == 1.0
    assert (found(100, seed=4)[0] != rows[:100]).any()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_conditions_are_exact(drawn, level):
    found, rows = drawn
    wanted = Wanted(only(0, level))
    chosen, rate = found(20_000, seed=11, wanted=wanted)
    assert (chosen[:, 0] == level).all()
    filtered = rows[rows[:, 0] == level]
    assert abs(rate - len(filtered) / len(rows)) < 0.02
    assert alike(chosen[:, 1], filtered[:, 1], 4) > 1e-4
    for other in (1, 2):
        places = [x[x[:, 1] == other, 2] for x in (chosen, filtered)]
        assert stats.ks_2samp(*places).pvalue > 1e-4


def test_several_levels_and_columns(drawn):
    found, rows = drawn
    wanted = Wanted(only(0, 0, 2) | only(1, 1, 3))
    chosen, rate = found(20_000, seed=12, wanted=wanted)
    keep = np.isin(rows[:, 0], (0, 2)) & np.isin(rows[:, 1], (1, 3))
    assert set(np.unique(chosen[:, 0])) == {0.0, 2.0}
    assert set(np.unique(chosen[:, 1])) == {1.0, 3.0}
    assert abs(rate - keep.mean()) < 0.02
    joint = [4 * x[:, 0] + x[:, 1] for x in (chosen, rows[keep])]
    assert alike(*joint, 12) > 1e-4


def test_a_condition_of_each_row(drawn):
    found, rows = drawn
    kind = np.arange(30_000) % 3
    chosen, _ = found(
        30_000, seed=13, wanted=Wanted({0: (np.eye(3, dtype=bool), kind)})
    )
    np.testing.assert_array_equal(chosen[:, 0], kind)
    for level in range(3):
        same = chosen[kind == level, 1], rows[rows[:, 0] == level, 1]
        assert alike(*same, 4) > 1e-4


def test_rows_of_a_condition_by_number():
    found, wanted = sampler(), Wanted(only(0, 1))
    rows, _ = found(1_000, seed=3, wanted=wanted)
    again, _ = found(20, seed=3, start=300, wanted=wanted)
    np.testing.assert_array_equal(again, rows[300:320])


def test_constant_logits():
    found = sampler(constant=True)
    chosen, rate = found(20_000, seed=5, wanted=Wanted(only(0, 0)))
    assert abs(rate - 0.2) < 4 * (0.2 * 0.8 / 100_000) ** 0.5
    expected = 20_000 * np.full(4, 0.25)
    counts = np.bincount(chosen[:, 1].astype(int), minlength=4)
    assert stats.chisquare(counts, expected).pvalue > 1e-4


def test_what_drawn_rows_must_show(drawn):
    found, rows = drawn
    wanted = Wanted(only(0, 1), accepts=lambda coded, _: coded[:, 2] > 0.0)
    chosen, rate = found(5_000, seed=7, wanted=wanted)
    keep = (rows[:, 0] == 1) & (rows[:, 2] > 0.0)
    assert (chosen[:, 2] > 0.0).all()
    assert abs(rate - keep.mean()) < 0.02
    assert stats.ks_2samp(chosen[:, 2], rows[keep, 2]).pvalue > 1e-4
    again, _ = found(50, seed=7, start=100, wanted=wanted)
    np.testing.assert_array_equal(again, chosen[100:150])


def test_impossible(monkeypatch):
    monkeypatch.setattr("kgan.tabular.sampling._HOPELESS", 50_000)
    found = sampler()
    wanted = Wanted({}, lambda coded, _: np.zeros(len(coded), bool), "`reject`")
    with pytest.raises(ValueError, match=r"`reject` must be met .* 0 of .* drawn rows"):
        found(10, seed=0, wanted=wanted)
