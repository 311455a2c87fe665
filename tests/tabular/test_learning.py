"""A trained game has the joint distribution of a table of which all is known.

The same test fails for columns that are shuffled, which have nothing to do with each
other.
"""

import keras
import numpy as np
import pandas as pd
import pytest
import small_tables

from kgan.data.tables import made
from kgan.tabular import Inequality, Table, TabularGAN, training

ROWS = 10_000
STEPS = 1_600


@pytest.fixture(scope="module")
def learnt():
    keras.utils.set_random_seed(0)
    df = made.made_table(ROWS)
    gan = TabularGAN(Table.infer(df, constraints=[Inequality("start", "end")]))
    gan.compile(**training.recommended(STEPS))
    gan.fit(df, batch_size=500, epochs=STEPS // (ROWS // 500), verbose=0)
    return gan, df


@pytest.fixture(scope="module", params=["sampled", "shuffled"])
def rows(learnt, request):
    """Rows, and whether they should have what the columns have to do together."""
    gan, df = learnt
    if request.param == "sampled":
        return gan.sample(ROWS, seed=1), True
    rng = np.random.default_rng(0)
    columns = {n: df[n].to_numpy(copy=True)[rng.permutation(ROWS)] for n in df}
    return pd.DataFrame(columns), False


def by_plan(rows, column, function):
    return np.asarray([function(rows[column][rows["plan"] == p]) for p in made.PLANS])


def test_joint(rows):
    rows, right = rows
    found = pd.crosstab(rows["region"], rows["plan"], normalize=True)
    found = found.loc[list(made.REGIONS), list(made.PLANS)].to_numpy()
    assert (np.abs(found - made.JOINT).max() < 0.02) == right


def test_conditional_means(rows):
    rows, right = rows
    deviation = rows["spent"].std()
    far = np.abs(by_plan(rows, "spent", np.mean) - made.SPENT) / deviation
    assert (far.max() < 0.1) == right
    by_region = [rows["spent"][rows["region"] == r].mean() for r in made.REGIONS]
    far = np.abs(by_region - made.given_region(made.SPENT)) / deviation
    assert (far.max() < 0.1) == right


def test_booleans(rows):
    rows, right = rows
    far = np.abs(by_plan(rows, "active", np.mean) - made.ACTIVE)
    assert (far.max() < 0.06) == right


def test_missing_values(rows):
    rows, right = rows
    unrated = by_plan(rows, "rating", lambda column: column.isna().mean())
    assert (np.abs(unrated - made.UNRATED).max() < 0.06) == right


def test_dependency_and_constraint(rows):
    rows, right = rows
    assert (rows["currency"] == rows["region"].map(made.CURRENCIES)).all() == right
    assert (rows["end"] >= rows["start"]).all() == right


def test_columns_by_themselves(learnt):
    rows = learnt[0].sample(ROWS, seed=1)
    assert abs((rows["visits"] == 0).mean() - made.NO_VISIT) < 0.03
    visits = rows["visits"][rows["visits"] > 0]
    assert abs(visits.mean() / made.VISITS - 1) < 0.1
    cities = rows["city"].value_counts(normalize=True)
    first = [cities[f"city {number + 1}"] for number in range(10)]
    assert np.abs(first - made.city_shares()[:10]).max() < 0.03
    years = rows["start"].dt.year.value_counts(normalize=True)
    np.testing.assert_allclose(years.loc[[2021, 2022, 2023]], 1 / 3, atol=0.04)


def test_conditions_of_what_was_learnt(learnt):
    gan, _ = learnt
    rows = gan.sample(4_000, {"plan": "pro"}, seed=2)
    assert (rows["plan"] == "pro").all()
    assert abs(rows["spent"].mean() - made.SPENT[3]) < 3.0
    assert rows["rating"].isna().mean() < 0.06
    # Among all rows, those of the condition are alike.
    every = gan.sample(40_000, seed=3)
    filtered = every[every["plan"] == "pro"]
    share = rows.attrs["acceptance"]
    assert abs(share - len(filtered) / len(every)) < 0.02
    for region in made.REGIONS:
        both = [(x["region"] == region).mean() for x in (rows, filtered)]
        assert abs(both[0] - both[1]) < 4 * (0.25 / 4_000 + 0.25 / len(filtered)) ** 0.5


def test_what_is_missing_together():
    """Hours are missing where there is no job; a share of them by chance."""
    keras.utils.set_random_seed(0)
    df = small_tables.people(2_000)
    gan = TabularGAN(Table.infer(df))
    gan.compile(**training.recommended(600))
    gan.fit(df, batch_size=250, epochs=75, verbose=0)
    rows = gan.sample(5_000, seed=0)
    assert ((rows["job"] == "none") == rows["hours"].isna()).mean() >= 0.95
    assert rows["hours"].dtype == df["hours"].dtype
    mixed = rows["hours"].sample(frac=1.0, random_state=0).to_numpy()
    assert ((rows["job"] == "none") == np.isnan(mixed)).mean() < 0.8
