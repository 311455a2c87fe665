import numpy as np
import pytest

from kgan.data.tables import Date, Integer, Real
from kgan.data.tables.column import Column
from kgan.data.tables.differences import Axis, Difference, ceilings
from kgan.data.tables.kinds import Asked, Rules
from kgan.data.tables.parts import Rows

pd = pytest.importorskip("pandas")

NONE = np.nan


def _fitted(low, high, kinds=(Real, Real), **options):
    frame = pd.DataFrame({"low": low, "high": high})
    columns = {name: Column(name, frame[name]) for name in frame}
    low, high = (
        kind(**(options if name == "high" else {})).fit(columns[name], Rules())
        for name, kind in zip(frame, kinds, strict=True)
    )
    return Difference.fit(low, high, False, columns, Rules()), columns


def test_a_block_has_the_missing_the_differences_and_the_others():
    low = [1.0, 2.0, 3.0, NONE, 2.0, NONE, 1.0, 2.0]
    high = [4.0, 5.0, 6.0, 9.0, NONE, NONE, 4.0, 5.0]
    part, columns = _fitted(low, high)
    assert part.shares == [0.25, 0.625, 0.125]
    block = part.block()
    assert block.name == "high"
    assert block.shares == pytest.approx((0.25, 0.625, 0.125))
    levels, places = part.encode(columns)
    np.testing.assert_array_equal(levels, [1, 1, 1, 2, 0, 0, 1, 1])
    rows = Rows()
    missing = columns["low"].missing
    rows.numbers["low"] = (columns["low"].values, missing)
    part.decode(levels, places, rows)
    np.testing.assert_array_equal(rows.cells["high"], high)
    mask, exact = part.mask("high", Asked([None]))
    assert mask.tolist() == [True, False, False]
    assert exact
    mask, exact = part.mask("high", Asked(low=3))
    assert mask.tolist() == [False, True, True]
    assert not exact


def test_an_axis_is_of_the_finer_unit():
    stamps = pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"] * 9))
    low = Date().fit(Column("low", stamps.astype("M8[s]")), Rules())
    high = Date().fit(Column("high", stamps.astype("M8[ms]")), Rules())
    axis = Axis(low, high)
    assert axis.unit == "ms"
    seconds = np.asarray([1_577_836_800])
    assert axis.of(low, seconds).tolist() == [1_577_836_800_000]
    assert axis.back(low, np.asarray([1_577_836_800_400])).tolist() == seconds.tolist()
    far = np.asarray([2**61])
    with pytest.raises(ValueError, match="'low' must fit the unit 'ms'"):
        axis.of(low, far)


def test_an_axis_of_decimals_is_whole():
    low = Real().fit(Column("low", pd.Series([0.1, 0.25] * 9)), Rules())
    high = Real().fit(Column("high", pd.Series([0.3, 7.5] * 9)), Rules())
    axis = Axis(low, high)
    assert axis.decimals == 2
    assert axis.of(low, np.asarray([0.25])).tolist() == [25]
    assert axis.back(high, np.asarray([30])).tolist() == [0.3]
    up = [axis.beyond(high, np.asarray([30]), 1, strict)[0] for strict in (False, True)]
    assert up == [0.3, 0.4]
    down = [
        axis.beyond(high, np.asarray([35]), -1, strict)[0] for strict in (False, True)
    ]
    assert down == [0.3, 0.3]


def test_a_column_leaves_room_for_the_one_above():
    part, _ = _fitted(
        [0, 5, 10, 15] * 9, [7, 8, 11, 30] * 9, kinds=(Integer, Integer), maximum=33
    )
    assert ceilings([part]) == {"low": 33, "high": None}
    part.strict = True
    assert ceilings([part])["low"] == 32
    part, _ = _fitted([0, 5] * 9, [7, 8] * 9, kinds=(Integer, Integer))
    assert ceilings([part]) == {"low": None, "high": None}


def test_columns_that_are_never_both_there_cannot_be_compared():
    with pytest.raises(ValueError, match="'low' and 'high' must both be there"):
        _fitted([1.0, NONE] * 9, [NONE, 1.0] * 9)
