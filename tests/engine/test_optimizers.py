import keras
import pytest

from kgan.engine import optimizers


def _network():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])


def test_default():
    network = _network()
    optimizer = optimizers.prepare(None, network)
    assert type(optimizer) is keras.optimizers.Adam
    assert float(optimizer.learning_rate) == pytest.approx(2e-4)
    assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)


def test_each_default_is_an_optimizer_of_its_own():
    network = _network()
    first, second = (optimizers.prepare(None, network) for _ in range(2))
    assert first is not second


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


def test_a_frozen_network_needs_no_slots():
    network = _network()
    network.trainable = False
    assert not optimizers.prepare(None, network).built


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


STEERING = [
    keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate),
    keras.callbacks.ReduceLROnPlateau(),
    keras.callbacks.SwapEMAWeights(),
]


@pytest.mark.parametrize("callback", STEERING)
def test_callbacks_that_steer_one_optimizer_are_refused(callback):
    other = keras.callbacks.Callback()
    message = rf"{type(callback).__name__} steers `model\.optimizer`"
    everywhere = (
        callback,
        [callback],
        [other, callback],
        (other, [other, [callback]]),
        keras.callbacks.CallbackList([other, callback]),
    )
    for callbacks in everywhere:
        with pytest.raises(ValueError, match=message):
            optimizers.refuse_callbacks(callbacks)


def test_other_callbacks_are_let_through():
    other = keras.callbacks.Callback()
    everywhere = (
        None,
        [],
        other,
        [other, other],
        keras.callbacks.CallbackList([other]),
    )
    for callbacks in everywhere:
        optimizers.refuse_callbacks(callbacks)
