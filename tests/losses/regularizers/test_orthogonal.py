import contracts
import numpy as np
import pytest
import tensorflow as tf
import term_views

from kgan.losses.regularizers import Orthogonal


def _formula(*weights):
    total = 0.0
    for weight in weights:
        if weight.ndim > 1:
            matrix = weight.reshape(-1, weight.shape[-1])
            for i, first in enumerate(matrix.T):
                for j, second in enumerate(matrix.T):
                    total += 0.0 if i == j else (first @ second) ** 2
    return total


def test_config():
    both = ("generator", "discriminator")
    contracts.check_object(Orthogonal(), {"weight": 1e-4, "players": ("generator",)})
    contracts.check_object(
        Orthogonal(1.0, 0.5, both),
        {"weight": 1.0, "generator_weight": 0.5, "players": both},
    )
    assert Orthogonal(players="discriminator").players == ("discriminator",)


@pytest.mark.parametrize("method", ["discriminator_term", "generator_term"])
def test_value_and_gradient(method):
    generator = np.random.default_rng(0)
    shapes = ((5, 3), (3,), (2, 2, 3, 4), (4, 1))
    term_views.check(
        Orthogonal(),
        method,
        lambda *weights: term_views.view(weights=list(weights)),
        _formula,
        *(generator.normal(scale=0.5, size=shape) for shape in shapes),
    )


def test_orthogonal_columns_of_any_length_are_free():
    weights = [tf.linalg.diag([1.0, 5.0, 0.0]), tf.ones((7,))]
    value = Orthogonal().generator_term(term_views.view(weights=weights))
    assert float(value) == 0.0
    assert float(Orthogonal().generator_term(term_views.view(weights=[]))) == 0.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sums_in_float32(dtype):
    weights = [tf.fill((100, 40), tf.constant(1.0, dtype))]
    value = Orthogonal().generator_term(term_views.view(weights=weights))
    assert value.dtype == "float32"
    assert float(value) == 40 * 39 * 100.0**2


@pytest.mark.parametrize(
    ("players", "expected"),
    [
        ("generator", (False, True)),
        (["discriminator"], (True, False)),
        (["discriminator", "generator"], (True, True)),
    ],
)
def test_acts_on_the_named_players(players, expected):
    term = Orthogonal(players=players)
    methods = ("discriminator_term", "generator_term")
    assert tuple(term.overrides(method) for method in methods) == expected
    assert not term.overrides("constrain")


@pytest.mark.parametrize(
    "players", [[], "both", ["generator", "critic"], None, 3, [[]]]
)
def test_players_are_known(players):
    with pytest.raises(ValueError, match="`players` must be one or both"):
        Orthogonal(players=players)
