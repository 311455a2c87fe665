import re

import keras
import pytest
import tensorflow as tf

from kgan.latents import priors
from kgan.losses import objectives

SHAPES = {"logits": (1,), "classes": (4,), "styles": (3,), "codes": (12,)}
CLASSES = {
    objectives.AuxiliaryClassifier: "classes",
    objectives.Information: "codes",
    objectives.StyleAmbiguity: "styles",
}


@pytest.mark.parametrize(("objective", "head"), CLASSES.items())
def test_a_head_that_fits_is_taken(objective, head):
    prior = priors.Codes(12)
    objective().check(SHAPES, prior)
    objective(head="mine").check({"logits": (1,), "mine": SHAPES[head]}, prior)


@pytest.mark.parametrize(("objective", "head"), CLASSES.items())
def test_a_missing_head_is_named_and_so_are_those_that_there_are(objective, head):
    shapes = {name: shape for name, shape in SHAPES.items() if name != head}
    with pytest.raises(ValueError, match="`discriminator` must return") as caught:
        objective().check(shapes, None)
    for text in (repr(head), objective.kind, *map(repr, shapes)):
        assert text in str(caught.value)


@pytest.mark.parametrize("shape", [(), (1,), (None,), (2, 4), (2, 2, 4)])
@pytest.mark.parametrize(("objective", "head"), CLASSES.items())
def test_a_head_of_another_shape_is_refused(objective, head, shape):
    received = re.escape(f"Received: {head!r} of {(None, *shape)}")
    with pytest.raises(ValueError, match=received):
        objective().check({head: shape}, None)


@pytest.mark.parametrize("objective", CLASSES)
@pytest.mark.parametrize("head", ["", None, 3])
def test_a_head_has_a_name(objective, head):
    with pytest.raises(ValueError, match=f"`head` must be.*{head!r}"):
        objective(head=head)


@pytest.mark.parametrize("objective", CLASSES)
@pytest.mark.parametrize("weight", ["weight", "generator_weight"])
def test_weights_are_numbers_or_schedules(objective, weight):
    schedule = keras.optimizers.schedules.PolynomialDecay(8.0, 100, 2.0)
    term = objective(**{weight: schedule})
    config = keras.saving.serialize_keras_object(term)
    restored = keras.saving.deserialize_keras_object(config)
    assert restored.get_config() == term.get_config()
    assert float(getattr(restored, f"{weight}_at")(tf.constant(50))) == 5.0
    with pytest.raises(ValueError, match=f"`{weight}` must be.*-1"):
        objective(**{weight: -1})


def test_the_generators_weight_is_the_discriminators_unless_given():
    step = tf.constant(0)
    assert objectives.StyleAmbiguity(0.5).generator_weight_at(step) == 0.5
    term = objectives.AuxiliaryClassifier(generator_weight=0.1)
    assert (term.weight_at(step), term.generator_weight_at(step)) == (1.0, 0.1)
