"""What is made outside of a strategy's scope is refused with a sentence."""

import keras
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
    outside = networks.gan()
    images = networks.images(16)
    other = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with two_replicas.scope():
        refuse("made inside", lambda: outside.fit(images, verbose=0))
        inside = networks.gan()
    with other.scope():
        refuse("in the scope in which", lambda: inside.fit(images, verbose=0))
    inside.fit(images, batch_size=8, verbose=0)  # outside of any scope
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


@pytest.mark.parametrize("jit_compile", [False, True])
def test_several_steps_in_one_call_take_a_reduction_that_runs(
    two_replicas, jit_compile
):
    options = {"steps_per_execution": 3, "jit_compile": jit_compile}
    default = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with default.scope():
        refuse("ReductionToOneDevice", lambda: networks.gan(compiled=options))
        networks.gan()
    images = networks.images(32)
    with two_replicas.scope():
        together = networks.gan(batch_norm=False, compiled=options)
        keras.utils.set_random_seed(0)
        apart = networks.gan(batch_norm=False, compiled=options)
        apart.compile(
            keras.optimizers.SGD(0.05),
            keras.optimizers.SGD(0.05),
            penalties=[kgan.penalties.R1(1.0)],
            jit_compile=jit_compile,
        )
    apart.set_weights(together.get_weights())
    for gan in (together, apart):
        gan.fit(images, batch_size=8, shuffle=False, verbose=0)
        assert gan.step == 4
    assert networks.largest_difference(together, apart) < 2e-6


def test_one_device_is_no_strategy(two_replicas):
    assert strategy_checks.on_one_device(tf.distribute.get_strategy())
    assert not strategy_checks.on_one_device(two_replicas)
    assert not strategy_checks.on_one_device(tf.distribute.MirroredStrategy(["CPU:0"]))
    with two_replicas.scope():
        assert not strategy_checks.on_one_device(tf.distribute.get_strategy())
