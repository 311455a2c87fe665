"""Where real tables lie if there are any."""

import pathlib

import pytest

ADULT = pathlib.Path(__file__).parents[3] / "../shared/data/adult/adult.csv.gz"


@pytest.fixture(scope="session")
def adult():
    """The Adult table, or a skip."""
    pandas = pytest.importorskip("pandas")
    if not ADULT.is_file():
        pytest.skip("no Adult: ../shared/data/adult has no adult.csv.gz")
    return pandas.read_csv(ADULT, skipinitialspace=True)
