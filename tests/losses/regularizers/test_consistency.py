import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf
import term_views

from kgan import augment
from kgan.losses.regularizers import Consistency, FlipAndShift


def _judge(w):
    return lambda data: term_views.heads(tf.linalg.matvec(data, w)[:, None])


def _view(data, w):
    """A view of a linear critic D(x) = w·x; it sees fakes with twice the weights."""
    judge_real, judge_fake = _judge(w), _judge(2.0 * w)
    real, fake = (tf.constant(x, tf.float32) for x in data)
    return term_views.view(
        real=real,
        fake=fake,
        real_outputs=judge_real(real),
        fake_outputs=judge_fake(fake),
        judge_real=judge_real,
        judge_fake=judge_fake,
    )


@pytest.mark.parametrize("on_fake", [False, True])
def test_value_and_gradient(on_fake):
    generator = np.random.default_rng(0)
    data, w = generator.normal(size=(2, 5, 3)), generator.normal(size=3)
    scale, offset = 0.5, np.array([0.3, -0.2, 1.0])
    transform = keras.layers.Rescaling(scale, offset)

    def formula(w):
        change = data - (data * scale + offset)
        value = np.mean((change[0] @ w) ** 2)
        return value + on_fake * np.mean((change[1] @ (2 * w)) ** 2)

    term_views.check(
        Consistency(on_fake=on_fake, transform=transform),
        "discriminator_term",
        lambda w: _view(data, w),
        formula,
        w,
    )


def test_config():
    contracts.check_object(Consistency(), {"weight": 10.0, "on_fake": False})
    term = Consistency(2.0, on_fake=True, transform=augment.DiffAugment("cutout", 3))
    contracts.check_object(term, {"weight": 2.0, "on_fake": True})
    restored = Consistency.from_config(term.get_config())
    assert type(restored.transform) is augment.DiffAugment
    assert restored.transform.policy == term.transform.policy
    assert restored.transform.seed == 3
    assert type(Consistency().transform) is FlipAndShift


def test_changes_real_and_generated_images_each_by_its_own_draw():
    images = tf.random.stateless_uniform((8, 32, 32, 1), (0, 0))

    def changed(seed):
        seen = []

        def judge(data):
            seen.append(data.numpy())
            return term_views.heads(tf.zeros((8, 1)))

        view = term_views.view(
            real=images,
            fake=images,
            real_outputs=term_views.heads(tf.zeros((8, 1))),
            fake_outputs=term_views.heads(tf.zeros((8, 1))),
            judge_real=judge,
            judge_fake=judge,
        )
        term, seed = Consistency(on_fake=True), tf.constant([seed, 0])
        term_views.run(term, "discriminator_term", view, seed=seed)
        return seen

    (real, fake), again, other = changed(1), changed(1), changed(2)
    np.testing.assert_array_equal(again, (real, fake))
    for different in (fake, *other):
        assert np.mean(np.all(real == different, axis=(1, 2, 3))) < 0.5
    assert set(np.unique(real)) <= set(np.unique(images))


def test_its_draws_are_those_of_its_place_in_the_game():
    # The training step finds the state of the transformation's generator, to set it.
    assert len(contracts.seed_states(Consistency())) == 1
    assert Consistency().weights == []


@pytest.mark.parametrize("transform", ["flip", abs, 3])
def test_transform_is_a_layer(transform):
    with pytest.raises(ValueError, match="`transform` must be a layer"):
        Consistency(transform=transform)
