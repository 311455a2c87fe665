import contracts
import keras
import numpy as np
import pytest

from kgan import models

SHAPE, LATENT_DIM = (4, 4, 1), 3


def _normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _networks(**options):
    return models.bigan(SHAPE, LATENT_DIM, **{"hidden": (8, 8), **options})


@pytest.mark.parametrize(
    ("place", "inputs", "shape"),
    [(0, _normal(4, 3), (4, *SHAPE)), (1, _normal(4, *SHAPE), (4, LATENT_DIM))],
)
def test_contract_of_both_maps(place, inputs, shape):
    contracts.check_network(lambda: _networks()[place], inputs, shape)


def test_contract_of_the_judge():
    judge = _networks()[2]
    pair = [_normal(4, *SHAPE), _normal(4, LATENT_DIM)]
    assert judge(pair).shape == (4, 1)
    contracts.check_names(lambda: _networks()[2])
    contracts.check_saving(judge, pair)
    contracts.check_modes(judge, pair)


def test_published_sizes():
    _, encoder, judge = models.bigan((28, 28, 1))
    for network, first, last in ((encoder, 784, 50), (judge, 784 + 50, 1)):
        dense = [x for x in network.layers if isinstance(x, keras.layers.Dense)]
        assert [layer.kernel.shape for layer in dense] == [
            (first, 1024),
            (1024, 1024),
            (1024, last),
        ]
        names = [layer.name for layer in network.layers]
        norms = [name for name in names if name.endswith("_norm")]
        assert len(norms) == (network is encoder)  # none in the first layer, nor in D
        assert sum(name.endswith("_dropout") for name in names) == 2 * (last == 1)
        kernels = sum(i * o for i, o in (layer.kernel.shape for layer in dense))
        second = 4 * 1024 if network is encoder else 1024
        assert network.count_params() == kernels + 1024 + last + second


def test_points():
    generator, encoder, judge = models.bigan((2,), latent_dim=1, hidden=(4,))
    codes = encoder(_normal(5, 2))
    assert codes.shape == (5, 1)
    assert judge([generator(codes), codes]).shape == (5, 1)


def test_half_precision_returns_float32():
    for network in _networks(dtype="mixed_float16"):
        assert network.output.dtype == "float32"
        hidden = [x for x in network.layers if isinstance(x, keras.layers.Dense)]
        assert hidden[0].compute_dtype == "float16"


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="latent_dim"):
        models.bigan(SHAPE, latent_dim=0)
