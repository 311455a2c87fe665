import datetime
import json

import numpy as np
import pytest

from kgan.data.tables import Date, Table
from kgan.data.tables import kinds as all_kinds
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Rules

pd = pytest.importorskip("pandas")

ROWS = 500
_RANDOM = np.random.default_rng(0)


def _fitted(kind, series):
    column = Column("x", pd.Series(series))
    kind = kind.fit(column, Rules())
    return all_kinds.get(json.loads(json.dumps(kind.get_config()))), column


def _again(kind, column):
    cells = kind.decode(*kind.encode(column))
    return pd.Series(cells, dtype=cells.dtype)


def _stamps(unit, most=4000, start="2019-12-30"):
    steps = np.random.default_rng(0).integers(0, most, ROWS)
    return pd.Timestamp(start) + pd.to_timedelta(steps, unit)


@pytest.mark.parametrize(
    ("unit", "size"),
    [("D", 86_400_000_000), ("h", 3_600_000_000), ("s", 1_000_000), ("us", 1)],
)
def test_the_step_is_learnt(unit, size):
    kind, column = _fitted(Date(), pd.Series(_stamps(unit)).astype("datetime64[us]"))
    assert (kind.grid.step, kind.grid.decimals) == (size, 0)
    pd.testing.assert_series_equal(_again(kind, column), column.series)
    random = np.random.default_rng(1)
    levels = random.integers(0, kind.block().levels, 9999)
    found = pd.Series(kind.decode(levels, random.uniform(-1, 1, 9999)))
    assert found.between(column.series.min(), column.series.max()).all()
    assert (found == found.dt.floor(unit)).all()


def test_few_dates_have_the_coarsest_unit():
    few = pd.Series(pd.to_datetime(["2020-01-01", "2020-01-15"] * 30))
    few = few.astype("datetime64[us]")
    assert _fitted(Date(), few)[0].grid.step == 86_400_000_000


def test_midnights_of_a_zone_stay_midnights():
    days = pd.Series(_stamps("D").tz_localize("Europe/Berlin"))
    kind, column = _fitted(Date(), days)
    assert kind.wall
    pd.testing.assert_series_equal(_again(kind, column), column.series)
    random = np.random.default_rng(1)
    levels = random.integers(0, kind.block().levels, 9999)
    found = pd.Series(kind.decode(levels, random.uniform(-1, 1, 9999)))
    assert (found == found.dt.normalize()).all()
    hours = pd.Series(_stamps("h", 20_000).tz_localize("UTC").tz_convert("Asia/Tokyo"))
    kind, column = _fitted(Date(), hours)
    assert not kind.wall
    pd.testing.assert_series_equal(_again(kind, column), column.series)


def test_a_unit_cuts_off_what_is_finer():
    kind, column = _fitted(Date(unit="D"), pd.Series(_stamps("h")))
    pd.testing.assert_series_equal(_again(kind, column), column.series.dt.normalize())


@pytest.mark.parametrize("dtype", ["int64", "Int64", "str", object])
def test_dates_may_be_written_as_numbers_or_strings(dtype):
    written = pd.Series(_stamps("D").strftime("%Y%m%d"))
    if "nt" in str(dtype):
        written = written.astype(np.int64)
    frame = pd.DataFrame({"x": written.astype(dtype)})
    if dtype != "int64":
        frame.loc[3, "x"] = None
    table = Table.infer(frame, {"x": Date(format="%Y%m%d")})
    table = Table.from_json(table.to_json())
    pd.testing.assert_frame_equal(table.decode(table.encode(frame)), frame)
    found = table.decode(
        np.stack(
            [np.full(99, len(table.blocks[0].shares) - 1), np.linspace(-1, 1, 99)], 1
        )
    )
    assert pd.to_datetime(found.x.astype(str), format="%Y%m%d").notna().all()
    assert table.measured_is_number == (True,)
    _, mask, _ = table.mask("x", low="2019-12-30", high="20200215")
    assert mask.any()
    assert not mask.all()


def test_what_a_format_does_not_write_is_refused():
    for cells, message in (
        ([20200101, 20209999] * 30, "'x' must hold dates that '%Y%m%d' writes"),
        (["20200101", "2020011"] * 30, "'x' must hold dates that '%Y%m%d' writes"),
        ([1.5, 2.5] * 30, "'x' must hold dates. Received: cells of dtype float64"),
    ):
        with pytest.raises(ValueError, match=message):
            _fitted(Date(format="%Y%m%d"), cells)
    with pytest.raises(ValueError, match=r"Date\(format=...\) says how"):
        _fitted(Date(), [20200101, 20200102])


@pytest.mark.parametrize("unit", ["s", "us"])
def test_far_dates_come_back(unit):
    cells = np.asarray(["0001-01-01", "9999-12-31", "2020-02-29"] * 30, f"M8[{unit}]")
    kind, column = _fitted(Date(), pd.Series(cells))
    pd.testing.assert_series_equal(_again(kind, column), column.series)
    objects = pd.Series([datetime.date(1, 1, 1), datetime.date(9999, 12, 31)] * 30)
    kind, column = _fitted(Date(), objects)
    pd.testing.assert_series_equal(_again(kind, column), column.series)


def test_microseconds_of_ten_years_come_back():
    noise = np.random.default_rng(0).integers(0, 3 * 10**14, ROWS)
    cells = pd.Series(noise.astype("timedelta64[us]") + np.datetime64("2015-01-01"))
    kind, column = _fitted(Date(), cells)
    pd.testing.assert_series_equal(_again(kind, column), column.series)


def test_ranges_and_bounds_are_dates():
    kind, column = _fitted(Date(minimum="2019-12-30"), pd.Series(_stamps("D")))
    mask, _ = kind.mask(Asked(low=pd.Timestamp("2020-01-01"), high="2020-03-01"))
    levels, _ = kind.encode(column)
    inside = column.series.between("2020-01-01", "2020-03-01")
    assert mask[levels[inside]].all()
    assert not mask.all()
    assert kind.mask(Asked([column.series[0]]))[0][levels[0]]
    for value in (3, "spring"):
        with pytest.raises(ValueError, match="of column 'x' must be a date"):
            kind.mask(Asked([value]))
    with pytest.raises(ValueError, match=r"must lie within 2021-01-01 to any"):
        _fitted(Date(minimum="2021-01-01"), pd.Series(_stamps("D")))
    first, last = (f"{end:%Y-%m-%d}" for end in column.series.agg(["min", "max"]))
    assert kind.summary() == f"{first} to {last}"
