"""Files of kgan before its engine was rewritten are read, and played on, as they were.

They name modules and classes as they stood then, and hold the state of terms under the
names that Keras gave them.
"""

import shutil

import golden
import keras
import make_fixtures
import numpy as np
import pytest

import kgan

FIXTURES = make_fixtures.FIXTURES


def assert_near(found, expected, tolerance):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].dtype == value.dtype, name
        np.testing.assert_allclose(
            found[name], value, rtol=0, atol=tolerance, err_msg=name
        )


@pytest.mark.parametrize("name", make_fixtures.GAMES)
def test_a_model_is_loaded_and_plays_on(name):
    expected = {"saved": {}, "later": {}}
    for key, value in golden.load(FIXTURES / f"{name}.npz").items():
        moment, _, variable = key.partition("/")
        expected.setdefault(moment, {})[variable] = value
    gan = keras.models.load_model(FIXTURES / f"{name}.keras")
    assert isinstance(gan, kgan.GAN)
    assert_near(make_fixtures.state(gan), expected["saved"], tolerance=0)
    images = gan.generate(4, seed=1).astype("int")
    assert np.abs(images - expected["generate"][""]).max() <= 1  # a rounding
    assert_near(make_fixtures.later(gan), expected["later"], golden.ELSEWHERE)


def test_a_run_is_resumed(tmp_path):
    run = shutil.copytree(FIXTURES / "run", tmp_path / "run")
    gan = kgan.training.resume(run, steps=make_fixtures.LAST, verbose=0)
    expected = golden.load(FIXTURES / "run.npz")
    assert_near(make_fixtures.state(gan), expected, golden.ELSEWHERE)


def test_they_are_small():
    files = [path for path in FIXTURES.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 600_000
