import itertools
import json

import numpy as np
import pytest

import kgan
from kgan.core import table_blocks
from kgan.data.tables import (
    Bounds,
    Date,
    FixedCombinations,
    Inequality,
    Integer,
    OneToOne,
    Real,
    Step,
    Table,
)
from kgan.data.tables import constraints as all_constraints

pd = pytest.importorskip("pandas")

ROWS = 600


def _random():
    return np.random.default_rng(0)


def _any_rows(table, count=20_000, seed=0):
    """Coded rows of all levels and places, whether or not they occur."""
    random, rows = np.random.default_rng(seed), []
    for block in table.blocks:
        rows.append(random.integers(0, block.levels, count))
        if block.has_place:
            places = random.uniform(-1, 1, count)
            rows.append(np.where(random.random(count) < 0.2, np.sign(places), places))
    return np.stack(rows, axis=1)


def _decoded(frame, **options):
    """The table of a frame, and what any coded rows mean; the data come back."""
    table = Table.infer(frame, **options)
    pd.testing.assert_frame_equal(table.decode(table.encode(frame)), frame)
    again = Table.from_json(table.to_json())
    assert again.to_json() == table.to_json()
    assert again.constraints == table.constraints
    rows = _any_rows(table)
    found = table.decode(rows)
    pd.testing.assert_frame_equal(again.decode(rows), found)
    assert (found.dtypes == frame.dtypes).all()
    return table, found


def _without(series, share, seed):
    """Cells of which a share is missing."""
    rows = np.random.default_rng(seed).random(len(series)) < share
    return series.mask(rows)


def _numbers(dtype="int64"):
    random = _random()
    low = random.integers(0, 50, ROWS) * 5
    return pd.DataFrame(
        {"low": low, "high": low + random.integers(0, 99, ROWS)}
    ).astype(dtype)


def _reals(low, high):
    random = _random()
    frame = pd.DataFrame({"low": random.normal(0, 9, ROWS)})
    if low is not None:
        frame.low = frame.low.round(low)
    frame["high"] = frame.low + random.exponential(5, ROWS)
    if high is not None:
        frame.high = np.ceil(frame.high * 10**high) / 10**high
    return frame


def _dates(low="us", high="us", zone=None):
    random = _random()
    start = pd.Timestamp("2020-01-01", tz=zone)
    first = start + pd.to_timedelta(random.integers(0, 900, ROWS), "D")
    last = first + pd.to_timedelta(random.integers(0, 40, ROWS), "h")
    tail = f", {zone}]" if zone else "]"
    return pd.DataFrame(
        {
            "low": pd.Series(first).astype(f"datetime64[{low}{tail}"),
            "high": pd.Series(last).astype(f"datetime64[{high}{tail}"),
        }
    )


FRAMES = {
    "integers": _numbers(),
    "nullable": _numbers("Int32"),
    "reals": _reals(None, None),
    "decimals": _reals(2, 1),
    "decimals below": _reals(1, 3),
    "decimals below reals": _reals(1, None),
    "reals below decimals": _reals(None, 2),
    "float32": _reals(None, None).assign(high=lambda f: np.float32(f.high + 1)),
    "integers below reals": _reals(0, None).assign(low=lambda f: f.low.astype(int)),
    "dates": _dates(),
    "dates of two units": _dates("s", "ns"),
    "dates of two units, finer below": _dates("ns", "s"),
    "dates of a zone": _dates(zone="Europe/Berlin"),
}
MISSING = {"none": (0, 0), "low": (0.3, 0), "high": (0, 0.3), "both": (0.3, 0.3)}


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("name", FRAMES)
def test_an_inequality_holds_whatever_is_decoded(name, missing):
    frame = FRAMES[name].copy()
    for seed, (column, share) in enumerate(zip(frame, MISSING[missing], strict=True)):
        if share:
            frame[column] = _without(frame[column], share, seed)
    exact = not {"reals", "float32"} & {name} and "below reals" not in name
    if exact:
        table, found = _decoded(frame, constraints=[Inequality("low", "high")])
    else:
        table = Table.infer(frame, constraints=[Inequality("low", "high")])
        again = table.decode(table.encode(frame))
        tolerance = 1e-6 if name == "float32" else 1e-9
        pd.testing.assert_frame_equal(again, frame, rtol=tolerance, atol=tolerance)
        found = table.decode(_any_rows(table))
    both = found.low.notna() & found.high.notna()
    assert both.any()
    assert (found.low[both] <= found.high[both]).all()
    for column in frame:
        kept = found[column].dropna()
        assert kept.min() >= frame[column].min()
        assert found[column].isna().any() == frame[column].isna().any()


@pytest.mark.parametrize("name", FRAMES)
def test_a_strict_inequality_is_never_an_equality(name):
    frame = FRAMES[name]
    frame = frame[frame.low < frame.high].reset_index(drop=True)
    table = Table.infer(frame, constraints=[Inequality("low", "high", strict=True)])
    found = table.decode(_any_rows(table))
    assert (found.low < found.high).all()
    assert (found.dtypes == frame.dtypes).all()


def test_the_upper_column_may_stand_before_the_lower_one():
    frame = _numbers()[["high", "low"]]
    _, found = _decoded(frame, constraints=[Inequality("low", "high")])
    assert (found.low <= found.high).all()
    assert list(found) == ["high", "low"]


@pytest.mark.parametrize("order", [*itertools.permutations("abc")])
def test_inequalities_form_chains(order):
    frame = _numbers().set_axis(["a", "b"], axis=1)
    frame["c"] = frame.b + _random().integers(0, 3, ROWS) * 10
    chain = [Inequality("b", "c"), Inequality("a", "b")]
    _, found = _decoded(frame[list(order)], constraints=chain)
    assert (found.a <= found.b).all()
    assert (found.b <= found.c).all()


@pytest.mark.parametrize("strict", [False, True])
def test_an_inequality_keeps_bounds_and_steps_of_both_columns(strict):
    random = _random()
    frame = pd.DataFrame({"a": random.integers(0, 40, ROWS) * 2.0})
    frame["b"] = frame.a - frame.a % 3 + random.integers(1, 9, ROWS) * 3
    frame["c"] = np.minimum(frame.b + random.integers(1, 50, ROWS), 103)
    frame = frame[(frame.a < frame.b) & (frame.b < frame.c)].reset_index(drop=True)
    # Where c is missing, b may be beyond what c allows.
    frame.loc[:20, ["b", "c"]] = [120.0, np.nan]
    frame.loc[:20, "a"] = 118.0
    limits = [Inequality("a", "b", strict), Inequality("b", "c", strict)]
    limits += [Bounds("c", maximum=104), Step("b", 3), Step("a", 2)]
    table = Table.infer(frame, constraints=limits)
    found = table.decode(_any_rows(table))
    assert found.c.max() <= 104
    assert (found.b % 3 == 0).all()
    assert (found.a % 2 == 0).all()
    there = found.c.notna()
    for low, high, rows in (("a", "b", slice(None)), ("b", "c", there)):
        first, second = found[low][rows], found[high][rows]
        assert (first < second if strict else first <= second).all()


def test_a_broken_inequality_is_told_with_an_example():
    frame = _numbers()
    frame.loc[[3, 7], "high"] = frame.low - 1
    message = f"'low' <= 'high'.*{frame.low[3]} and {frame.high[3]} .2 rows do not"
    with pytest.raises(ValueError, match=message):
        Table.infer(frame, constraints=[Inequality("low", "high")])
    equal = _numbers().assign(high=lambda f: f.low)
    with pytest.raises(ValueError, match="'low' < 'high'"):
        Table.infer(equal, constraints=[Inequality("low", "high", strict=True)])


def _places():
    random = _random()
    country = random.choice(["Norway", "Italy", "Chad"], ROWS, p=[0.5, 0.3, 0.2])
    cities = {"Norway": ["Oslo", "Bergen"], "Italy": ["Rome"], "Chad": ["Sarh", None]}
    city = [random.choice(cities[c]) for c in country]
    frame = pd.DataFrame({"country": country, "city": pd.Series(city, dtype=object)})
    return frame.assign(zone=random.integers(0, 3, ROWS), x=random.normal(size=ROWS))


def test_combinations_are_those_of_the_data():
    frame = _places()
    columns = ["country", "city", "zone"]
    table, found = _decoded(
        frame.drop(columns="x"), constraints=[FixedCombinations(*columns)]
    )
    rows = [set(f[columns].itertuples(index=False, name=None)) for f in (frame, found)]
    assert rows[0] == rows[1]
    assert [block.name for block in table.blocks] == ["country, city, zone"]
    shares = frame.value_counts(columns, normalize=True, dropna=False)
    assert sorted(table.blocks[0].shares) == pytest.approx(sorted(shares))
    number, mask, exact = table.mask("country", ["Italy"])
    assert (number, exact) == (0, True)
    known = table.decode(np.arange(table.blocks[0].levels)[:, None])
    np.testing.assert_array_equal(mask, known.country == "Italy")
    number, mask, exact = table.mask("city", [None, "Rome"])
    np.testing.assert_array_equal(mask, known.city.isna() | (known.city == "Rome"))
    wrong = frame.assign(city=pd.Series("Rome", index=frame.index, dtype=object))
    message = "combinations of the training data.*Rome"
    with pytest.raises(ValueError, match=message):
        Table.infer(frame, constraints=[FixedCombinations(*columns)]).encode(wrong)


def test_many_combinations_are_joined():
    random = _random()
    a = random.integers(0, 500, ROWS)
    frame = pd.DataFrame({"a": a, "b": (a * 7 + random.integers(0, 2, ROWS)) % 900})
    table, found = _decoded(frame, constraints=[FixedCombinations("a", "b")])
    assert table.blocks[0].levels < 20
    rows = [set(map(tuple, f.to_numpy())) for f in (frame, found)]
    assert rows[1] <= rows[0]


def test_rare_combinations_of_a_table_with_privacy_stand_for_near_ones():
    frame = _places()[["country", "city"]]
    frame.loc[0] = ["Chad", "Rome"]
    pair = FixedCombinations("country", "city")
    table = Table.infer(frame, constraints=[pair], privacy=True)
    found = table.decode(table.encode(frame))
    assert found.loc[0].tolist() in (
        ["Chad", "Sarh"],
        ["Chad", None],
        ["Italy", "Rome"],
    )
    pd.testing.assert_frame_equal(found[1:], frame[1:])


def test_one_to_one_columns_are_looked_up():
    random = _random()
    code = random.integers(0, 40, ROWS)
    frame = pd.DataFrame({"code": code, "name": [f"n{c}" for c in code]})
    frame = frame.assign(x=random.normal(size=ROWS).round(2))
    # Rare levels are enough for what a user has said.
    frame.loc[0, ["code", "name"]] = [99, "once"]
    table, found = _decoded(frame, constraints=[OneToOne("code", "name")])
    assert table.dependencies == {"name": "code"}
    pairs = [set(zip(f.code, f.name, strict=True)) for f in (frame, found)]
    pairs = [set(map(tuple, f[["code", "name"]].to_numpy())) for f in (frame, found)]
    assert pairs[0] == pairs[1]
    number, mask, exact = table.mask("name", ["once"])
    assert number == 0
    assert exact
    assert mask.sum() == 1
    frame.loc[1, "name"] = "once"
    with pytest.raises(ValueError, match=r"one to one.*1 values of 'name'"):
        Table.infer(frame, constraints=[OneToOne("name", "code")])


@pytest.mark.parametrize(
    "constraint",
    [Bounds("x", -1, 1), Bounds("x", minimum=-1), Step("n", 5), Step("n", 10, 5)],
)
def test_bounds_and_steps_hold(constraint):
    random = _random()
    x = np.clip(random.normal(size=ROWS), -1, 1)
    n = (2 * random.integers(0, 40, ROWS) + 1) * 5
    _, found = _decoded(pd.DataFrame({"n": n}), constraints=[Step("n", 10, 5)])
    assert (found.n % 10 == 5).all()
    table = Table.infer(pd.DataFrame({"x": x, "n": n}), constraints=[constraint])
    found = table.decode(_any_rows(table))
    assert found.x.between(-1, 1).all()
    assert (found.n % 5 == 0).all()


def test_steps_of_decimals_and_of_dates():
    random = _random()
    frame = pd.DataFrame({"price": random.integers(1, 4000, ROWS) * 5 / 100})
    frame["day"] = pd.Timestamp("2020-01-06") + pd.to_timedelta(
        random.integers(0, 90, ROWS) * 7, "D"
    )
    steps = [Step("price", 0.05), Step("day", "7D", "2020-01-06")]
    _, found = _decoded(frame, constraints=steps)
    assert (found.day.dt.day_of_week == 0).all()
    np.testing.assert_array_equal((found.price * 20).round() / 20, found.price)
    with pytest.raises(ValueError, match=r"'price' must lie whole steps of 0.1 apart"):
        Table.infer(frame, constraints=[Step("price", 0.1)])
    with pytest.raises(ValueError, match="'day' must lie within 2020-02-01 to any"):
        Table.infer(frame, constraints=[Bounds("day", minimum="2020-02-01")])


CONSTRAINTS = [
    Inequality("a", "b"),
    Inequality(0, 1, strict=True),
    FixedCombinations("a", "b", "c"),
    OneToOne("a", "b"),
    Bounds("a", maximum=np.float64(3)),
    Step("a", np.int64(2)),
    Step("a", pd.Timedelta("1D"), pd.Timestamp("2020-01-01")),
]


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=repr)
def test_constraints_come_back_from_json(constraint):
    config = json.loads(json.dumps(constraint.get_config()))
    assert all_constraints.get(config) == constraint
    assert all_constraints.get(constraint) is constraint
    assert constraint != Bounds("z")


def test_what_constraints_cannot_be():
    frame = _numbers().assign(text=["a", "b"] * (ROWS // 2), day=_dates().low)
    wrong = {
        "Did you mean 'low'": [Bounds("loow", 3)],
        "must be one of inequality": ["inequalty"],
        "must be a list": Bounds("low", 3),
        "An argument of 'bounds'": [{"constraint": "bounds", "min": 3}],
        "both numbers or both dates": [Inequality("low", "day")],
        "of numbers or dates for its constraint": [Bounds("text", 3)],
        "one constraint at most": [OneToOne("low", "text"), Inequality("low", "high")],
        "form a circle": [Inequality("low", "high"), Inequality("high", "low")],
        "above one other column at most": [
            Inequality("low", "high"),
            Inequality("day", "high"),
        ],
    }
    for message, constraints in wrong.items():
        with pytest.raises(ValueError, match=message):
            Table.infer(frame, constraints=constraints)
    with pytest.raises(ValueError, match="must be a category or boolean"):
        Table.infer(frame, {"low": "real"}, [FixedCombinations("low", "text")])
    for wrong in (
        lambda: Inequality("a", "a"),
        lambda: FixedCombinations("a"),
        lambda: OneToOne("a", "a"),
    ):
        with pytest.raises(ValueError, match="differ"):
            wrong()


def test_kinds_follow_from_constraints():
    frame = _numbers().assign(few=np.arange(ROWS) % 3, key=np.arange(ROWS))
    limits = [Inequality("few", "key"), FixedCombinations("low", "high")]
    table = Table.infer(frame.assign(key=lambda f: f.key + 3), constraints=limits)
    kinds = {name: type(kind).__name__ for name, kind in table.kinds.items()}
    assert kinds == dict(low="Category", high="Category", few="Integer", key="Integer")
    assert table.reasons["few"] == "for Inequality('few', 'key', False)"


def test_bounds_are_options_of_kinds_too():
    frame = _numbers()
    kinds = {"low": Integer(minimum=0), "high": Real(maximum=1000)}
    table = Table.infer(frame, kinds)
    assert repr(table.kinds["low"]) == "Integer(minimum=0)"
    assert table_blocks.coded_width(table.blocks) == 4
    with pytest.raises(ValueError, match="'low' must lie within 5 to any"):
        Table.infer(frame, {"low": Integer(minimum=5)})
    with pytest.raises(ValueError, match=r"`unit` must be one of D, h, m"):
        Date(unit="W")
    assert kgan.data.tables.Bounds is Bounds
