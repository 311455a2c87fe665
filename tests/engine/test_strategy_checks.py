"""What is made outside of a strategy's scope is refused with a sentence."""

import keras
import moves
import networks
import pytest
import tensorflow as tf

import kgan
from kgan.engine import strategy_checks


def refuse(match, function):
    with pytest.raises(ValueError, match=match):
        function()


def test_networks_and_optimizers_belong_into_the_scope(two_replicas):
    outside = networks.generator(), networks.discriminator()
    optimizer, term = keras.optimizers.Adam(), kgan.regularizers.LeCam()
    augmentation = keras.layers.Rescaling(1.0)
    augmentation.gain = keras.Variable(1.0)
    with two_replicas.scope():
        inside = networks.generator(), networks.discriminator()
        other = kgan.GAN(outside[0], inside[1], ema_momentum=None)
        refuse("^`generator` must be made inside.*kernel", other.compile)
        other = kgan.GAN(inside[0], outside[1])
        refuse("^`discriminator` must be made inside", other.compile)
        other = kgan.GAN(*inside, augmentation=augmentation)
        refuse("^`augmentation` must be made inside", other.compile)
        gan = kgan.GAN(*inside)
        refuse("^The optimizer of `generator` must", lambda: gan.compile(optimizer))
        refuse(
            "^The optimizer of `discriminator` must",
            lambda: gan.compile(None, optimizer),
        )
        refuse(
            "^`term_lecam` must be made inside.*real_average",
            lambda: gan.compile(regularizers=[term]),
        )
        gan.compile(keras.optimizers.Adam(), "adam", regularizers=["lecam"])


def test_fit_belongs_into_the_models_scope(two_replicas):
    outside = moves.pursuit()
    other = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with two_replicas.scope():
        refuse("made inside", lambda: moves.fit(outside))
        inside = moves.pursuit(compiled={"run_eagerly": False})
    with other.scope():
        refuse("in the scope in which", lambda: moves.fit(inside))
    moves.fit(inside, 16)  # outside of any scope
    assert inside.step == 2


def test_synchronized_batch_norm_is_refused(two_replicas):
    def pair():
        latents = keras.Input((2,))
        norm = keras.layers.BatchNormalization(synchronized=True, name="together")
        g = keras.Model(latents, norm(keras.layers.Dense(2)(latents)))
        return g, keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])

    kgan.GAN(*pair()).compile()
    with two_replicas.scope():
        gan = kgan.GAN(*pair())
        refuse("synchronized=True.*together", gan.compile)


def test_several_steps_in_one_call_take_a_reduction_that_runs(two_replicas):
    options = {"run_eagerly": False}
    default = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with default.scope():
        refuse(
            "ReductionToOneDevice",
            lambda: moves.pursuit(compiled=options | {"steps_per_execution": 3}),
        )
        moves.pursuit(compiled=options)
    games = []
    for together in ({}, {"steps_per_execution": 4}):
        for compiled in ({}, {"jit_compile": True}):
            keras.utils.set_random_seed(0)
            with two_replicas.scope():
                games.append(moves.pursuit(compiled=options | together | compiled))
            moves.fit(games[-1], 32)
            assert games[-1].step == 4
            moves.assert_equal(games[0], games[-1], 2e-6)


def test_one_device_is_no_strategy(two_replicas):
    assert strategy_checks.on_one_device(tf.distribute.get_strategy())
    assert not strategy_checks.on_one_device(two_replicas)
    assert not strategy_checks.on_one_device(tf.distribute.MirroredStrategy(["CPU:0"]))
    with two_replicas.scope():
        assert not strategy_checks.on_one_device(tf.distribute.get_strategy())
