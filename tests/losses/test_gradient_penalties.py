import re

import contracts
import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from kgan.core import seeds
from kgan.losses import gradient_penalties


@pytest.fixture
def one_replica():
    """The strategy that there is without one."""
    return tf.distribute.get_strategy()


def test_r1(two_replicas):
    contracts.check_penalty(
        gradient_penalties.R1,
        {"weight": 3.0, "interval": 4, "through_augmentation": True},
        lambda gradients: np.sum(gradients**2, axis=1) / 2,
        two_replicas,
    )


def test_r2(two_replicas):
    contracts.check_penalty(
        gradient_penalties.R2,
        {"weight": 0.5, "interval": 1},
        lambda gradients: np.sum(gradients**2, axis=1) / 2,
        two_replicas,
    )


def test_gradient_penalty(two_replicas):
    contracts.check_penalty(
        gradient_penalties.GradientPenalty,
        {"weight": 10.0, "interval": 2},
        lambda gradients: (np.linalg.norm(gradients, axis=1) - 1) ** 2,
        two_replicas,
    )


def test_dragan(one_replica):
    # On several replicas, each takes the deviation of its own rows: see below.
    contracts.check_penalty(
        gradient_penalties.DRAGAN,
        {"weight": 10.0, "interval": 3},
        lambda gradients: (np.linalg.norm(gradients, axis=1) - 1) ** 2,
        one_replica,
    )


def test_max_gradient_penalty(two_replicas):
    # Not by `check_penalty`: for its linear critic, which is steepest everywhere, a
    # maximum has no derivative.
    arguments = {"weight": 5.0, "interval": 2}
    penalty = gradient_penalties.MaxGradientPenalty(**arguments)
    contracts.check_object(penalty, arguments)
    assert gradient_penalties.get({"name": penalty.kind, **arguments}).get_config() == (
        penalty.get_config()
    )
    gradients = np.random.default_rng(1).normal(size=(4, 2, 3, 1))

    def expected(gradients):
        return np.sum(gradients**2, axis=(1, 2, 3)).max()

    def evaluate(gradients):
        with tf.GradientTape() as tape:
            tape.watch(gradients)
            value = penalty.value(gradients)
            mean = tf.reduce_mean(value)
        return value, tape.gradient(mean, gradients)

    (slopes,) = contracts.finite_differences(expected, [gradients])
    for run in contracts.modes(evaluate):
        value, slope = run(tf.constant(gradients, tf.float32))
        np.testing.assert_allclose(value, [expected(gradients)] * 4, rtol=1e-5)
        np.testing.assert_allclose(slope, slopes, rtol=1e-4, atol=1e-4)
    assert contracts.value_is_finite_at_zero(penalty)
    real, fake = np.random.default_rng(2).normal(size=(2, 4, 5)).astype("float32")
    contracts.check_points_on_replicas(penalty, real, fake, two_replicas)


def test_every_penalty_is_known_and_tested():
    assert gradient_penalties.names() == (
        *("r1", "r2", "gradient_penalty", "dragan", "max_gradient_penalty"),
    )


def test_linear_critic_by_hand():
    # D(x) = 3 x₁ + 4 x₂ has the gradient (3, 4) everywhere, of norm 5.
    gradients = tf.constant([[3.0, 4.0]] * 2)
    np.testing.assert_allclose(gradient_penalties.R1().value(gradients), [12.5, 12.5])
    np.testing.assert_allclose(gradient_penalties.R2().value(gradients), [12.5, 12.5])
    np.testing.assert_allclose(
        gradient_penalties.GradientPenalty().value(gradients), [16, 16]
    )
    np.testing.assert_allclose(gradient_penalties.DRAGAN().value(gradients), [16, 16])


def test_steepest_place_alone_counts():
    gradients = tf.constant([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0]])
    value = gradient_penalties.MaxGradientPenalty().value(gradients)
    np.testing.assert_allclose(value, [25, 25, 25])


def test_through_the_augmentation_is_a_choice():
    assert gradient_penalties.R1().through_augmentation is False
    assert gradient_penalties.DRAGAN().through_augmentation is False
    with pytest.raises(ValueError, match="`through_augmentation` must be True or F"):
        gradient_penalties.R2(1.0, through_augmentation="yes")


def test_flat_critic_has_the_gradient_penalty_1():
    value = gradient_penalties.GradientPenalty().value(tf.zeros((2, 5)))
    np.testing.assert_allclose(value, [1.0, 1.0], atol=1e-5)


def test_r1_and_r2_hand_back_the_very_tensors():
    # The step recognises them, and spares a pass of the critic.
    real, fake = tf.zeros((2, 3)), tf.ones((2, 3))
    assert gradient_penalties.R1().points(real, fake, seeds.root(0)) is real
    assert gradient_penalties.R2().points(real, fake, seeds.root(0)) is fake


@pytest.mark.parametrize("shape", [(1,), (5,), (3, 4, 2)])
def test_points_lie_on_the_segments_at_one_place_each(shape):
    generator = np.random.default_rng(0)
    real, fake = generator.normal(size=(2, 2000, *shape)).astype("float32")
    seed = seeds.layer_state(seeds.root(1))
    for draw in contracts.modes(gradient_penalties.GradientPenalty().points):
        points = draw(tf.constant(real), tf.constant(fake), seed).numpy()
        assert points.shape == real.shape
        flat = [x.astype("float64").reshape(2000, -1) for x in (points, real, fake)]
        point, start, end = flat[0], flat[2], flat[1]
        # The place of the point by least squares on its own segment.
        mix = np.sum((point - start) * (end - start), 1) / np.sum((end - start) ** 2, 1)
        np.testing.assert_allclose(
            point, start + mix[:, None] * (end - start), atol=1e-5
        )
        assert scipy.stats.kstest(mix, "uniform").pvalue > 0.01


def test_both_penalties_on_segments_have_the_same_points():
    real, fake = tf.zeros((8, 2)), tf.ones((8, 2))
    one, other = (
        penalty.points(real, fake, seeds.layer_state(seeds.root(1)))
        for penalty in (
            gradient_penalties.GradientPenalty(),
            gradient_penalties.MaxGradientPenalty(),
        )
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shape", [(5,), (3, 4, 2)])
def test_points_around_the_data_lie_in_half_a_deviation(shape):
    real = np.random.default_rng(0).normal(2.0, 3.0, (500, *shape)).astype("float32")
    seed = seeds.layer_state(seeds.root(1))
    for draw in contracts.modes(gradient_penalties.DRAGAN().points):
        points = draw(tf.constant(real), tf.zeros_like(real), seed).numpy()
        noise = (points - real.astype("float64")) / (0.5 * real.std())
        assert scipy.stats.kstest(noise.ravel(), "uniform").pvalue > 0.01


def test_each_replica_takes_the_deviation_of_its_rows(two_replicas):
    real = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    alike = np.concatenate([real, real])
    fake = np.zeros_like(alike)
    penalty = gradient_penalties.DRAGAN()
    contracts.check_points_on_replicas(penalty, alike, fake, two_replicas)
    wider = np.concatenate([real, 3 * real])
    with pytest.raises(AssertionError):
        contracts.check_points_on_replicas(penalty, wider, fake, two_replicas)


@pytest.mark.parametrize(
    "draw", [gradient_penalties.GradientPenalty, gradient_penalties.DRAGAN]
)
def test_points_follow_the_seed(draw):
    real, fake = tf.reshape(tf.range(16.0), (8, 2)), -tf.ones((8, 2))
    draw = draw().points
    first, again, other = (
        draw(real, fake, seeds.layer_state(seeds.root(s))) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.any(first == other)


def test_points_of_a_batch_whose_size_is_unknown():
    @tf.function(input_signature=[tf.TensorSpec((None, 4, 4, 1))] * 2)
    def draw(real, fake):
        points = gradient_penalties.GradientPenalty().points(real, fake, seeds.root(0))
        assert points.shape.as_list() == [None, 4, 4, 1]
        return points

    points = draw(tf.zeros((3, 4, 4, 1)), tf.ones((3, 4, 4, 1))).numpy()
    assert len(np.unique(points)) == 3


def test_weight_is_a_number_or_a_schedule():
    assert gradient_penalties.R1(2).weight_at(tf.constant(100)) == 2.0
    schedule = keras.optimizers.schedules.PolynomialDecay(8.0, 100, 2.0)
    penalty = gradient_penalties.GradientPenalty(schedule, interval=3)
    for run in contracts.modes(penalty.weight_at):
        weights = [float(run(tf.constant(t, tf.int64))) for t in (0, 50, 100, 1000)]
        assert weights == pytest.approx([8.0, 5.0, 2.0, 2.0])
    saved = keras.saving.serialize_keras_object(penalty)
    restored = keras.saving.deserialize_keras_object(saved)
    assert restored.get_config() == penalty.get_config()
    assert float(restored.weight_at(tf.constant(50))) == 5.0


@pytest.mark.parametrize("weight", [-1, float("nan"), "10", None, True, [1.0], abs])
def test_weight_out_of_range(weight):
    with pytest.raises(ValueError, match=r"`weight`.*" + re.escape(repr(weight))):
        gradient_penalties.R1(weight)


@pytest.mark.parametrize("interval", [0, -4, 1.5, "16", None, True])
def test_interval_is_a_positive_integer(interval):
    with pytest.raises(ValueError, match=r"`interval`.*" + re.escape(repr(interval))):
        gradient_penalties.R1(10.0, interval=interval)


def test_get_takes_objects_names_and_dictionaries():
    penalty = gradient_penalties.R2()
    assert gradient_penalties.get(penalty) is penalty
    assert (
        type(gradient_penalties.get("gradient_penalty"))
        is gradient_penalties.GradientPenalty
    )
    description = {"name": "r1", "weight": 1.0, "interval": 16}
    found = gradient_penalties.get(description)
    assert type(found) is gradient_penalties.R1
    assert (found.weight, found.interval) == (1.0, 16)
    assert description == {"name": "r1", "weight": 1.0, "interval": 16}


@pytest.mark.parametrize("received", ["r11", {"name": "r11", "weight": 1.0}])
def test_unknown_name_lists_all_and_the_nearest(received):
    with pytest.raises(ValueError, match="Did you mean 'r1'") as caught:
        gradient_penalties.get(received)
    for name in gradient_penalties.names():
        assert name in str(caught.value)


@pytest.mark.parametrize(
    "received", [None, 10.0, {}, {"weight": 1.0}, gradient_penalties.R1]
)
def test_what_is_no_penalty_is_named(received):
    with pytest.raises(ValueError, match=re.escape(repr(received))):
        gradient_penalties.get(received)


def test_penalties_of_one_kind_get_numbers():
    named = gradient_penalties.by_name(
        ["r1", gradient_penalties.R2(), {"name": "r1"}, "r1"]
    )
    assert list(named) == ["r1", "r2", "r1_2", "r1_3"]
    assert [type(penalty).__name__ for penalty in named.values()] == [
        *("R1", "R2", "R1", "R1")
    ]
    assert gradient_penalties.by_name(()) == {}


@pytest.mark.parametrize(
    "received", [None, "r1", gradient_penalties.R1(), {"name": "r1"}]
)
def test_penalties_are_a_list(received):
    with pytest.raises(ValueError, match=r"`penalties` must be a list"):
        gradient_penalties.by_name(received)


def test_own_penalty_needs_two_methods():
    class Between(gradient_penalties.Penalty):
        name = "between"

        def points(self, real, fake, seed):
            return 0.5 * (real + fake)

        def value(self, gradients):
            return tf.reduce_sum(tf.square(gradients), axis=1)

    named = gradient_penalties.by_name([Between(weight=1.0)])
    assert list(named) == ["between"]
    real, fake = tf.zeros((1, 2)), tf.ones((1, 2))
    points = named["between"].points(real, fake, seeds.root(0))
    np.testing.assert_array_equal(points, [[0.5, 0.5]])


def test_base_class_has_no_formula():
    with pytest.raises(NotImplementedError):
        gradient_penalties.Penalty().points(
            tf.zeros((1, 1)), tf.zeros((1, 1)), seeds.root(0)
        )
    with pytest.raises(NotImplementedError):
        gradient_penalties.Penalty().value(tf.zeros((1, 1)))
