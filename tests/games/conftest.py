"""Small trained models, what they export, and a process to run it in."""

import contract
import pytest
from exported import folder as folder
from exported import served as served
from exported import trained as trained


@pytest.fixture(scope="session")
def bare_process(tmp_path_factory):
    """A process in which neither kgan nor Keras can be imported."""
    process = contract.BareProcess(tmp_path_factory.mktemp("bare"))
    yield process
    process.close()
