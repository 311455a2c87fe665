import json

import keras
import numpy as np
import pytest

import kgan
from kgan.engine import optimizers


def _network():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])


def test_names_and_objects():
    assert type(optimizers.prepare("sgd", _network())) is keras.optimizers.SGD
    optimizer = keras.optimizers.RMSprop(0.1)
    assert optimizers.prepare(optimizer, _network()) is optimizer
    with pytest.raises(ValueError, match="no-optimizer"):
        optimizers.prepare("no-optimizer", _network())


def test_slots_exist_before_weights_are_loaded():
    network = _network()
    optimizer = optimizers.prepare(keras.optimizers.Adam(), network)
    assert optimizer.built
    shapes = sorted(tuple(v.shape) for v in optimizer.variables[2:])
    assert shapes == [(2, 3), (2, 3), (3,), (3,)]
    count = len(optimizer.variables)
    assert len(optimizers.prepare(optimizer, network).variables) == count


def test_frozen_layers_have_slots_too_in_the_same_order():
    free, network = _network(), _network()
    network.layers[-1].trainable = False
    shapes = [
        [tuple(v.shape) for v in optimizers.prepare("adam", n).variables]
        for n in (free, network)
    ]
    assert shapes[0] == shapes[1]


def test_a_network_without_weights_needs_no_slots():
    network = keras.Sequential([keras.Input((2,)), keras.layers.ReLU()])
    assert not optimizers.prepare("adam", network).built


def test_float16_gets_a_loss_scale():
    keras.config.set_dtype_policy("mixed_float16")
    network, inner = _network(), keras.optimizers.SGD(0.1)
    optimizer = optimizers.prepare(inner, network)
    assert type(optimizer) is keras.optimizers.LossScaleOptimizer
    assert optimizer.inner_optimizer is inner
    assert optimizer.built
    assert inner.built
    assert optimizers.prepare(optimizer, network) is optimizer  # and no second one


def test_float16_of_the_layers_alone_gets_a_loss_scale_too():
    hidden = keras.Sequential([keras.layers.Dense(3, dtype="mixed_float16")])
    network = keras.Sequential([keras.Input((2,)), hidden, keras.layers.Dense(1)])
    assert network.dtype_policy.name == "float32"
    optimizer = optimizers.prepare("sgd", network)
    assert type(optimizer) is keras.optimizers.LossScaleOptimizer


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_others_need_no_loss_scale(policy):
    keras.config.set_dtype_policy(policy)
    assert type(optimizers.prepare("sgd", _network())) is keras.optimizers.SGD


@pytest.mark.parametrize("wrap", [False, True])
def test_average_of_the_optimizer_is_refused(wrap):
    optimizer = keras.optimizers.SGD(use_ema=True)
    if wrap:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    with pytest.raises(ValueError, match=r"use_ema=True.*ema_momentum"):
        optimizers.prepare(optimizer, _network())


def test_accumulation_is_refused_on_several_replicas(two_replicas):
    def make():
        return keras.optimizers.SGD(gradient_accumulation_steps=4)

    assert optimizers.prepare(make(), _network()).built
    with two_replicas.scope():
        network = _network()
        for optimizer in (make(), keras.optimizers.LossScaleOptimizer(make())):
            with pytest.raises(ValueError, match=r"gradient_accumulation_steps.*4"):
                optimizers.prepare(optimizer, network)


# === All of a game ===


def test_each_player_has_one():
    players = {"a": _network(), "b": _network()}
    given = {"b": "adam", "a": keras.optimizers.SGD(0.5)}
    prepared = optimizers.prepare_all(given, players)
    assert list(prepared) == ["a", "b"]
    assert prepared["a"] is given["a"]
    assert all(optimizer.built for optimizer in prepared.values())


@pytest.mark.parametrize(
    ("given", "received"),
    [
        ({"a": "sgd"}, "none for b"),
        ({}, "none for a, b"),
        ({"a": "sgd", "b": "sgd", "c": "sgd"}, "one for c"),
        ({"b": "sgd", "c": "sgd"}, "none for a and one for c"),
    ],
)
def test_players_and_optimizers_must_agree(given, received):
    players = {"a": _network(), "b": _network()}
    message = (
        rf"`optimizers` must have one for each player: a, b\. Received: {received}$"
    )
    with pytest.raises(ValueError, match=message):
        optimizers.prepare_all(given, players)


def test_one_object_cannot_serve_two():
    players, one = {"a": _network(), "b": _network()}, keras.optimizers.Adam()
    with pytest.raises(ValueError, match=r"`a` and `b` must be two objects.*one Adam"):
        optimizers.prepare_all({"a": one, "b": one}, players)
    optimizers.prepare_all({"a": "adam", "b": "adam"}, players)  # two of one name


def test_the_view_of_all():
    first, second = keras.optimizers.SGD(0.5), keras.optimizers.Adam(0.25)
    view = optimizers.OptimizerView({"a": first, "b": second})
    for optimizer in (first, second):
        optimizer.build(_network().trainable_variables)
    assert not isinstance(view, keras.optimizers.Optimizer)
    assert view.built
    assert [each.optimizer for each in view.optimizers] == [first, second]
    assert [each.name for each in view.optimizers] == ["a", "b"]
    view.optimizers[1].learning_rate = 0.125
    assert float(second.learning_rate) == float(view.optimizers[1].learning_rate)
    assert float(second.learning_rate) == 0.125
    assert dict(view.named) == {"a": first, "b": second}
    with pytest.raises(TypeError):
        view.named["a"] = second
    assert view.learning_rate is first.learning_rate
    assert view.iterations is first.iterations
    assert len(view.variables) == len(first.variables) + len(second.variables)
    config = view.get_config()
    assert (config["a_learning_rate"], config["b_learning_rate"]) == (0.5, 0.125)
    assert config["b_beta_1"] == pytest.approx(0.9)


def test_one_learning_rate_for_all_is_refused():
    view = optimizers.OptimizerView({"a": keras.optimizers.SGD(0.5), "b": "adam"})
    assert view.name == "a, b"
    message = r'set `learning_rate` of model.optimizers\["a"\], .*Received: 0.1 for all'
    with pytest.raises(AttributeError, match=message):
        view.learning_rate = 0.1


def test_adam_for_lazy_terms():
    """The step sizes and decays with which StyleGAN2's program runs."""
    generator, discriminator = (kgan.lazy_adam(r, 0.0025) for r in (4, 16))
    for adam, rate, share in (
        (generator, 0.002, 4 / 5),
        (discriminator, None, 16 / 17),
    ):
        expected = 0.0025 * 16 / 17 if rate is None else rate
        np.testing.assert_allclose(adam.learning_rate.numpy(), expected, rtol=1e-6)
        assert adam.beta_1 == 0.0
        assert adam.beta_2 == pytest.approx(0.99**share, rel=1e-12)
        assert adam.epsilon == 1e-8
    assert discriminator.beta_2 == pytest.approx(0.99059, abs=5e-6)
    both = kgan.lazy_adam((4, 16), 1.0, 0.5, global_clipnorm=3.0)
    share = 1 / (1 + 1 / 4 + 1 / 16)
    assert float(both.learning_rate) == pytest.approx(share)
    assert both.beta_1 == pytest.approx(0.5**share)
    assert both.global_clipnorm == 3.0


def test_a_schedule_for_lazy_terms_is_saved():
    schedule = keras.optimizers.schedules.PolynomialDecay(1.0, 10, 0.0)
    adam = kgan.lazy_adam(4, schedule)
    saved = json.loads(json.dumps(keras.saving.serialize_keras_object(adam)))
    again = keras.saving.deserialize_keras_object(saved)
    assert float(again.learning_rate) == pytest.approx(0.8)
    assert again.get_config() == adam.get_config()


@pytest.mark.parametrize("interval", [0, 2.5, "4", (4, 0)])
def test_intervals_that_are_none(interval):
    with pytest.raises(ValueError, match="`interval` must be a positive integer"):
        kgan.lazy_adam(interval)
