import json

import numpy as np
import pytest

from kgan.data.tables import Integer, Real, Table
from kgan.data.tables import kinds as all_kinds
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Rules
from kgan.data.tables.numbers import json_value

pd = pytest.importorskip("pandas")

ROWS = 2000


def _fitted(kind, values, rules=Rules()):  # noqa: B008
    column = Column("x", pd.Series(values))
    kind = kind.fit(column, rules)
    kind = all_kinds.get(json.loads(json.dumps(kind.get_config())))
    return kind, column


def _again(kind, column):
    return pd.Series(kind.decode(*kind.encode(column)))


COLUMNS = {
    "integers": np.random.default_rng(0).integers(-500, 500, ROWS),
    "large integers": np.random.default_rng(0).integers(2**60, 2**60 + 900, ROWS),
    "wide integers": np.random.default_rng(0).integers(0, 3 * 10**14, ROWS),
    "cents": np.random.default_rng(0).integers(0, 10**6, ROWS) / 100,
    "spikes": np.random.default_rng(0).integers(0, 3, ROWS) * 7,
    "heavy tail": np.rint(np.random.default_rng(0).pareto(0.7, ROWS) * 10),
    "with missing": np.where(np.arange(ROWS) % 3, np.arange(ROWS) % 91, np.nan),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_numbers_of_a_grid_come_back_exactly(name):
    kind, column = _fitted(Real(), COLUMNS[name])
    pd.testing.assert_series_equal(
        _again(kind, column), column.series, check_names=False, check_exact=True
    )
    block = kind.block()
    assert sum(block.shares) == pytest.approx(1)
    missing = column.missing.any()
    assert block.levels == missing + kind.marginal.levels
    assert missing == (block.shares[0] == column.missing.mean())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_reals_come_back_within_the_gap_of_two_knots(dtype):
    values = np.random.default_rng(0).normal(size=ROWS).astype(dtype)
    kind, column = _fitted(Real(), values)
    assert kind.grid is None
    found = _again(kind, column).to_numpy()
    knots = np.asarray(kind.marginal.knots)
    near = np.clip(np.searchsorted(knots, values), 1, len(knots) - 1)
    assert (np.abs(found - values) <= (knots[near] - knots[near - 1])).all()
    assert found.dtype == dtype


def test_uniform_places_have_the_distribution_of_the_column():
    kind, column = _fitted(Integer(), COLUMNS["heavy tail"].astype(int))
    random = np.random.default_rng(1)
    levels = random.choice(kind.block().levels, 50_000, p=kind.block().shares)
    found = kind.decode(levels, random.uniform(-1, 1, len(levels)))
    quantiles = np.linspace(0, 0.99, 34)
    ours, theirs = np.quantile(found, quantiles), np.quantile(column.values, quantiles)
    np.testing.assert_allclose(ours, theirs, rtol=0.15, atol=1)
    assert found.min() >= column.values.min()
    assert found.max() <= column.values.max()


def test_missing_cells_are_refused_where_there_were_none():
    kind, _ = _fitted(Real(), [1.5, 2.25] * 30)
    with pytest.raises(ValueError, match=r"no missing cells, as in training.*2 rows"):
        kind.encode(Column("x", pd.Series([1.5, np.nan, np.nan])))


def test_measured_numbers_are_themselves():
    kind, column = _fitted(Real(), COLUMNS["with missing"])
    np.testing.assert_array_equal(kind.measured(column), COLUMNS["with missing"])
    far = Column("x", pd.Series([1e9, np.nan]))
    np.testing.assert_array_equal(kind.measured(far), [1e9, np.nan])


def test_masks_hold_all_levels_that_can_be_asked_for():
    frame = pd.DataFrame({"x": COLUMNS["with missing"], "y": COLUMNS["integers"]})
    table = Table.infer(frame)
    random = np.random.default_rng(1)
    rows = np.stack([random.integers(0, b.levels, 30_000) for b in table.blocks], 1)
    places = random.uniform(-1, 1, rows.shape)
    coded = np.stack([rows[:, 0], places[:, 0], rows[:, 1], places[:, 1]], axis=1)
    found = table.decode(coded)
    for number, name in enumerate("xy"):
        for asked in (
            dict(low=10, high=30),
            dict(low=-7),
            dict(values=[4, 5, None][:2]),
        ):
            block, mask, exact = table.mask(name, **asked)
            assert block == number
            holds = (
                found[name].isin(asked["values"])
                if "values" in asked
                else (found[name].between(asked["low"], asked.get("high", np.inf)))
            )
            inside = mask[rows[:, number]]
            assert not (holds & ~inside).any()
            if exact:
                assert holds[inside].all()
    number, mask, exact = table.mask("x", [None])
    assert exact
    np.testing.assert_array_equal(mask, np.arange(len(mask)) == 0)
    assert not table.mask("y", [1e6])[1].any()


def test_what_is_asked_must_be_a_number():
    kind, _ = _fitted(Real(), [1.5, 2.25] * 30)
    with pytest.raises(ValueError, match=r"column 'x' must be a number. Received: 'a'"):
        kind.mask(Asked(["a"]))
    with pytest.raises(ValueError, match="must have missing cells in training"):
        kind.mask(Asked([None]))


def test_integers_are_whole():
    with pytest.raises(ValueError, match="'x' must hold integers"):
        _fitted(Integer(), [0.5, 1.0] * 30)
    kind, column = _fitted(Integer(), [3.0, 1.0, np.nan] * 30)
    assert _again(kind, column).dtype == np.float64
    with pytest.raises(ValueError, match="'x' must hold numbers"):
        _fitted(Integer(), ["a", "b"] * 30)


def test_a_table_with_privacy_keeps_no_value_of_few_rows():
    values = np.append(
        np.random.default_rng(0).integers(0, 300, ROWS), [8675309, -77777]
    )
    kind, column = _fitted(Integer(), values, Rules(10, True))
    text = json.dumps(kind.get_config())
    assert "8675309" not in text
    assert "77777" not in text
    found = _again(kind, column)
    assert found.between(0, 300)[:-2].all()


def test_values_of_users_become_json():
    assert json_value(np.float32(1.5)) == 1.5
    assert isinstance(json_value(np.int64(3)), int)
    assert json_value(pd.Timestamp("2020-01-02")) == "2020-01-02 00:00:00"
    assert json_value(np.timedelta64(3, "D")) == "3 days"
    assert json_value(None) is None
