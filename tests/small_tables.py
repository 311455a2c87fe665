"""Small tables for the tests of this folder."""

import numpy as np
import pandas as pd


def people(rows=600, seed=0):
    """Columns of all modelled kinds; `hours` is missing where `job` is none."""
    rng = np.random.default_rng(seed)
    job = rng.choice(["cook", "clerk", "none"], rows, p=[0.5, 0.3, 0.2])
    hours = np.where(job == "none", np.nan, rng.integers(10, 60, rows))
    begin = np.datetime64("2020-01-01") + rng.integers(0, 1_000, rows)
    return pd.DataFrame(
        {
            "id": np.arange(1_000, 1_000 + rows),
            "job": job,
            "town": np.where(job == "cook", "A", rng.choice(["A", "B"], rows)),
            "hours": hours,
            "wage": np.where(job == "cook", 10.0, 20.0) + rng.normal(size=rows),
            "begin": begin.astype("datetime64[s]"),
            "works": job != "none",
        }
    )
