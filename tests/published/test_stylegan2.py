import pathlib

import numpy as np
import published_stylegan2 as theirs
import pytest
from published_stylegan2 import Networks

from kgan.published.stylegan2 import load_stylegan2

SHARED = pathlib.Path(__file__).parents[3] / "shared/fixtures/stylegan2"
CASES = {
    "unconditional": Networks(size=16),
    "classes, one color": Networks(classes=3, colors=1, seed=1),
    "orig": Networks(architecture="orig", latents=6, mapping_layers=3, seed=2),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "published.pkl"


def load(path, data):
    path.write_bytes(data)
    return load_stylegan2(path)


def _drawn(case, count=4):
    rng = np.random.default_rng(9)
    latents = rng.normal(size=(count, case.latents))
    labels = rng.integers(0, max(case.classes, 1), count).astype("int32")
    one_hot = np.eye(case.classes)[labels] if case.classes else None
    return latents, labels, one_hot


def _inputs(first, case, labels):
    first = np.asarray(first, "f4")
    return [first, labels] if case.classes else first


@pytest.fixture(scope="module", params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture(scope="module")
def gan(case, tmp_path_factory):
    return load(tmp_path_factory.mktemp("pickle") / "published.pkl", case.pickle())


def test_the_averaged_generator_is_g_ema(case, gan):
    latents, labels, one_hot = _drawn(case)
    inputs = _inputs(latents, case, labels)
    for generator, seed in ((gan.ema_generator, 1), (gan.generator, 0)):
        tensors = case.generator(seed)
        w = theirs.mapping(tensors, latents, one_hot, truncation=0.7)
        styles = generator.mapping(inputs, truncation=0.7)
        np.testing.assert_allclose(styles[:, 0], w, atol=1e-5)
        np.testing.assert_allclose(styles[:, -1], w, atol=1e-5)
        w = theirs.mapping(tensors, latents, one_hot)
        images = theirs.synthesis(tensors, w, case.sizes).transpose(0, 2, 3, 1)
        np.testing.assert_allclose(generator(inputs), images, atol=2e-4)


def test_the_discriminator_is_d(case, gan):
    _, labels, one_hot = _drawn(case)
    shape = (4, case.colors, case.size, case.size)
    images = np.random.default_rng(3).uniform(-1, 1, shape)
    residual = case.architecture == "resnet"
    logits = theirs.judge(case.discriminator(), images, one_hot, case.sizes, residual)
    inputs = _inputs(images.transpose(0, 2, 3, 1), case, labels)
    np.testing.assert_allclose(gan.discriminator(inputs), logits, atol=1e-4)
    # In the order of the batch, of which rows at equal distances form a group.
    assert abs(logits - logits[0]).max() > 1e-2
