"""The games of `configurations` end in the weights that they always ended in.

`-m slow` plays all of them with the code of the commit before the engine was rewritten,
too, and compares bit for bit: within a machine and a run, nothing may differ. The rest
compares a few with a recording of that commit, which other machines round otherwise.
"""

import pathlib
import subprocess
import tarfile

import configurations
import games
import golden
import numpy as np
import pytest

COMMIT = "829f678"
# What `golden.py record` wrote of the same commit.
RECORDING = pathlib.Path(__file__).with_name("recording")
# They reach most ways through a step between them, and need no process of their own.
RECORDED = (
    *(
        "one_pass",
        "two_replicas",
        "periods",
        "many_penalties",
        "many_terms",
        "spectral",
    ),
    *("packed", "conditional", "information", "ada"),
)


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """The code of the commit, without a trace in the repository."""
    folder = tmp_path_factory.mktemp("old")
    command = ["git", "archive", f"--output={folder / 'kgan.tar'}", COMMIT, "kgan"]
    try:
        done = subprocess.run(command, cwd=golden.HERE, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if done.returncode:
        pytest.skip(f"the code of {COMMIT} is not to be had: {done.stderr.strip()}")
    with tarfile.open(folder / "kgan.tar") as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", configurations.TABLE)
def test_bits_are_those_of_the_commit(old, name):
    players = [golden.player(old), golden.player(golden.HERE)]
    ((_, (before, after)),) = golden.each(players, [name])
    assert not golden.differences(before, after), golden.describe(before, after)


@pytest.mark.parametrize("name", RECORDED)
def test_weights_are_those_of_the_recording(request, name):
    replicas = configurations.REPLICAS.get(name, 1) > 1
    strategy = request.getfixturevalue("two_replicas") if replicas else None
    before = golden.load(RECORDING / f"{name}.npz")
    after = games.play(name, strategy)
    assert before.keys() == after.keys()
    for key, value in before.items():
        pixels = value.dtype == np.uint8  # which a rounding may carry to the next
        tolerance = 1 if pixels else golden.ELSEWHERE
        assert value.dtype == after[key].dtype
        np.testing.assert_allclose(
            after[key].astype("float64"), value, rtol=0, atol=tolerance, err_msg=key
        )
