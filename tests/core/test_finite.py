import numpy as np
import pytest

from kgan.core.finite import first_not_finite


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.array([1.0, np.nan])])
def test_the_first_value_that_is_not_finite(value):
    logs = {"d_loss": 1.0, "g_loss": value, "r1": np.nan}
    name, found = first_not_finite(logs)
    assert name == "g_loss"
    assert not np.isfinite(found)


def test_finite_values_and_none():
    assert first_not_finite({"d_loss": 1.0, "r1": np.zeros(1)}) is None
    assert first_not_finite({}) is None
    assert first_not_finite(None) is None
