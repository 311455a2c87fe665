import contracts
import numpy as np
import pytest
import scipy.special
import tensorflow as tf

from kgan.losses import objectives

LABELS = np.array([0, 2, 2, 1])
LOGITS = np.random.default_rng(0).normal(size=(2, 4, 3)) * 2


def surprise(logits):
    return -scipy.special.log_softmax(logits, axis=1)[np.arange(4), LABELS]


@pytest.mark.parametrize("on_fake", [True, False])
def test_d_learns_the_classes_of_real_data_and_of_fakes_if_asked(check_term, on_fake):
    objective = objectives.AuxiliaryClassifier(on_fake=on_fake)
    contracts.check_object(objective, {"on_fake": on_fake, "head": "classes"})
    real, fake = LOGITS
    labels = tf.constant(LABELS, tf.int32)
    if on_fake:
        check_term(
            objective.discriminator_term,
            lambda real, fake: surprise(real) + surprise(fake),
            {"real_outputs": ("classes", real), "fake_outputs": ("classes", fake)},
            labels=labels,
        )
    else:
        heads = {"real_outputs": ("classes", real)}
        check_term(objective.discriminator_term, surprise, heads, labels=labels)


@pytest.mark.parametrize("on_fake", [True, False])
def test_g_learns_to_be_classified(check_term, on_fake):
    check_term(
        objectives.AuxiliaryClassifier(on_fake=on_fake).generator_term,
        surprise,
        {"fake_outputs": ("classes", LOGITS[1])},
        labels=tf.constant(LABELS, tf.int32),
    )


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes(view):
    heads = {"mine": tf.zeros((2, 5))}
    seen = view(real_outputs=heads, fake_outputs=heads, labels=tf.constant([0, 4]))
    objective = objectives.AuxiliaryClassifier(head="mine")
    np.testing.assert_allclose(objective.generator_term(seen), [np.log(5)] * 2)
    np.testing.assert_allclose(objective.discriminator_term(seen), [2 * np.log(5)] * 2)


@pytest.mark.parametrize("on_fake", [1, None, "no"])
def test_on_fake_is_a_boolean(on_fake):
    with pytest.raises(ValueError, match="`on_fake` must be a boolean"):
        objectives.AuxiliaryClassifier(on_fake=on_fake)


def test_it_reads_labels():
    assert objectives.AuxiliaryClassifier.needs_labels
