r"""A made table of customers, of which all that a table can be asked is known.

Its rows are independent draws. A customer's (region, plan) has the probability
`JOINT[region][plan]`, which no product of two shares is, and all else depends on these
two alone:

- `customer`: a key, as in C0000042, that says nothing.
- `region`, `plan`: categories; `currency` follows from the region, `CURRENCIES`.
- `active`: a boolean, true with the probability `ACTIVE[plan]`.
- `spent`: real, of two decimals: N(`SPENT[plan]`, `SPENT_STDDEV`²). So the column is a
  mixture of Gaussians with the plans' shares.
- `visits`: integer: 0 with the probability `NO_VISIT`, else geometric on 1, 2, ... of
  the mean `VISITS`, independent of all else.
- `rating`: integer, 1 to 100 each as probable; missing with the probability
  `UNRATED[plan]`.
- `city`: city 1 to `CITIES`, the k-th with a probability proportional to 1 / k,
  independent of all else: many levels, most of them rare.
- `start`: a day, each of the `DAYS` from `FIRST_DAY` on as probable.
- `end`: `start` and 0 to 2 `STAYED[plan]` days more, each number as probable, so
  `STAYED[plan]` in the mean: never before `start`.

By the joint, P(region) and P(plan) are its sums, and E(x | region) is the mean of
E(x | plan) with the weights P(plan | region): `given_region`.
"""

from typing import Any

import numpy as np

from kgan.core import extras

REGIONS = ("north", "east", "south", "west")
PLANS = ("free", "basic", "plus", "pro")
CURRENCIES = {"north": "EUR", "east": "PLN", "south": "EUR", "west": "GBP"}
JOINT = np.asarray(
    [
        [0.16, 0.04, 0.02, 0.08],
        [0.02, 0.12, 0.05, 0.01],
        [0.05, 0.02, 0.15, 0.03],
        [0.01, 0.10, 0.04, 0.10],
    ]
)
ACTIVE = np.asarray([0.2, 0.5, 0.7, 0.95])
SPENT, SPENT_STDDEV = np.asarray([10.0, 25.0, 40.0, 80.0]), 4.0
NO_VISIT, VISITS = 0.4, 12.0
UNRATED = np.asarray([0.9, 0.3, 0.1, 0.0])
STAYED = np.asarray([5, 20, 45, 90])
CITIES = 300
FIRST_DAY, DAYS = np.datetime64("2021-01-01", "D"), 1096

_ROWS = 10_000


def city_shares() -> np.ndarray:
    """Returns the probability of each city, float64 of shape `(CITIES,)`."""
    weights = 1 / np.arange(1, CITIES + 1)
    return weights / weights.sum()


def given_region(by_plan: np.ndarray) -> np.ndarray:
    """Returns the mean in each region of what is known by plan.

    Example: `given_region(SPENT)` is E(spent | region), of shape `(4,)`.
    """
    return JOINT @ by_plan / JOINT.sum(1)


def made_table(num_rows: int = _ROWS, seed: int = 0) -> Any:
    """Returns a DataFrame of independent draws, the same for equal arguments.

    Args:
        num_rows: How many rows.
        seed: Non-negative integer.

    Raises:
        MissingPackage: Without pandas.
    """
    pandas = extras.require("pandas", "tabular", "A table")
    draw = np.random.default_rng(seed)
    cells = draw.choice(JOINT.size, num_rows, p=JOINT.ravel())
    region, plan = np.unravel_index(cells, JOINT.shape)
    spent = SPENT[plan] + SPENT_STDDEV * draw.standard_normal(num_rows)
    visited = draw.random(num_rows) >= NO_VISIT
    rated = draw.random(num_rows) >= UNRATED[plan]
    start = draw.integers(0, DAYS, num_rows)
    stayed = np.floor((2 * STAYED[plan] + 1) * draw.random(num_rows)).astype(np.int64)
    regions = np.asarray(REGIONS, object)[region]
    city = draw.choice(CITIES, num_rows, p=city_shares())
    ratings = draw.integers(1, 101, num_rows)
    return pandas.DataFrame(
        {
            "customer": [
                f"C{n:07d}" for n in draw.permutation(10 * num_rows)[:num_rows]
            ],
            "region": regions,
            "currency": [CURRENCIES[name] for name in regions],
            "plan": np.asarray(PLANS, object)[plan],
            "active": draw.random(num_rows) < ACTIVE[plan],
            "spent": spent.round(2),
            "visits": np.where(visited, draw.geometric(1 / VISITS, num_rows), 0),
            "rating": pandas.arrays.IntegerArray(ratings, ~rated),
            "city": [f"city {number + 1}" for number in city],
            "start": _days(start),
            "end": _days(start + stayed),
        }
    )


def _days(numbers):
    # In seconds, the coarsest unit that pandas has.
    return (FIRST_DAY + numbers).astype("datetime64[s]")
