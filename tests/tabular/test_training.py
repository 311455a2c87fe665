"""What a table is trained with where nobody says otherwise."""

import keras
import pytest

from kgan.tabular import training


def test_recommended():
    found = training.recommended(steps=100, learning_rate=0.5, gamma=7.0)
    rate = found["generator_optimizer"]._learning_rate
    assert [float(rate(step)) for step in (0, 50, 100)] == pytest.approx([0.5, 0.25, 0])
    assert found["generator_optimizer"] is not found["discriminator_optimizer"]
    assert [penalty.kind for penalty in found["penalties"]] == ["r1", "r2"]
    assert [penalty.weight for penalty in found["penalties"]] == [7.0, 7.0]


def test_length():
    found = training.recommended(steps=100)
    optimizers = [found["generator_optimizer"], found["discriminator_optimizer"]]
    assert training.length(optimizers) == 100
    assert training.length([keras.optimizers.Adam(0.1)]) is None
    decay = keras.optimizers.schedules.CosineDecay(0.1, 50, alpha=0.1)
    assert training.length([keras.optimizers.Adam(decay)]) is None


def test_epochs_where_none_are_given():
    assert training.epochs_of(rows=32_561, batch_size=1_000) == 250
    assert training.epochs_of(rows=10**6, batch_size=1_000) == 30
    assert training.epochs_of(rows=300, batch_size=300) == 8_000
