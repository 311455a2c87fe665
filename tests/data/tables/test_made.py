import numpy as np
import pandas
import pytest

from kgan.data.tables import made

ROWS = 200_000


@pytest.fixture(scope="module")
def frame():
    return made.made_table(ROWS, seed=1)


def test_the_joint_of_region_and_plan(frame):
    assert made.JOINT.sum() == pytest.approx(1)
    shares = pandas.crosstab(frame["region"], frame["plan"], normalize=True)
    shares = shares.loc[list(made.REGIONS), list(made.PLANS)].to_numpy()
    error = np.sqrt(made.JOINT * (1 - made.JOINT) / ROWS)
    assert (np.abs(shares - made.JOINT) < 5 * error).all()
    # An independent table would fail: that of the two shares is far from it.
    independent = np.outer(made.JOINT.sum(1), made.JOINT.sum(0))
    assert np.abs(independent - made.JOINT).max() > 0.07


@pytest.mark.parametrize(
    ("column", "by_plan"),
    [
        (lambda frame: frame["active"], made.ACTIVE),
        (lambda frame: frame["spent"], made.SPENT),
        (lambda frame: frame["rating"].isna(), made.UNRATED),
        (lambda frame: (frame["end"] - frame["start"]).dt.days, made.STAYED),
    ],
)
def test_means_given_the_plan_and_the_region(frame, column, by_plan):
    values = column(frame).astype(float)
    groups = values.groupby(frame["plan"])
    bound = 5 * groups.std() / np.sqrt(groups.size())
    means = groups.mean()[list(made.PLANS)]
    assert (np.abs(means - by_plan) <= bound[list(made.PLANS)]).all()
    groups = values.groupby(frame["region"])
    bound = 5 * groups.std() / np.sqrt(groups.size())
    means = groups.mean()[list(made.REGIONS)]
    expected = made.given_region(by_plan)
    assert (np.abs(means - expected) <= bound[list(made.REGIONS)]).all()


def test_columns_that_depend_on_nothing(frame):
    visits = frame["visits"]
    assert (visits == 0).mean() == pytest.approx(made.NO_VISIT, abs=0.006)
    assert visits[visits > 0].mean() == pytest.approx(made.VISITS, rel=0.02)
    assert visits.groupby(frame["plan"]).mean().std() < 0.2
    assert frame["rating"].mean() == pytest.approx(50.5, abs=0.5)
    assert (frame["rating"].min(), frame["rating"].max()) == (1, 100)
    cities = frame["city"].value_counts()
    assert len(cities) == made.CITIES
    shares = made.city_shares()
    assert shares.sum() == pytest.approx(1)
    assert cities["city 1"] / ROWS == pytest.approx(shares[0], abs=0.005)
    assert cities["city 300"] / ROWS == pytest.approx(shares[-1], abs=4e-4)


def test_keys_dependency_and_order_of_days(frame):
    assert frame["customer"].is_unique
    assert (frame["currency"] == frame["region"].map(made.CURRENCIES)).all()
    stayed = (frame["end"] - frame["start"]).dt.days
    assert stayed.min() == 0
    assert stayed.max() == 2 * made.STAYED.max()
    days = frame["start"].to_numpy().astype("datetime64[D]")
    assert days.min() == made.FIRST_DAY
    assert days.max() == made.FIRST_DAY + made.DAYS - 1


def test_it_follows_from_its_seed():
    one, same, other = (made.made_table(50, seed) for seed in (0, 0, 1))
    pandas.testing.assert_frame_equal(one, same)
    assert (one["spent"] != other["spent"]).all()
