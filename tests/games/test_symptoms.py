import types

import numpy as np
import pytest
from small_games import points

import kgan
from kgan.callbacks import DiscriminatorWon, DiversityLost, GradientVanished
from kgan.games import symptoms
from kgan.metrics.examples import Examples


def _checks(symptom, values, model=None, key="x", **others):
    return [symptom.check(model, {key: value, **others}) for value in values]


def test_the_discriminator_has_won_at_the_threshold():
    symptom = DiscriminatorWon(accuracy=0.99, patience=1)
    gan = points()
    said = _checks(symptom, [0.5, 0.989, 0.99, 0.2, 1.0], gan, "d_accuracy")
    assert [bool(sentence) for sentence in said] == [False, False, True, False, True]
    assert said[2].startswith("d_accuracy is 0.99: the discriminator has won.")
    assert symptom.check(gan, {}) is None


@pytest.mark.parametrize(("loss", "named"), [("wasserstein", False), ("hinge", True)])
def test_a_wasserstein_critic_may_be_ahead(loss, named):
    symptom = DiscriminatorWon(patience=1)
    said = symptom.check(points(loss=loss), {"d_accuracy": 1.0})
    assert bool(said) == named


def _norms(symptom, gan, values, d_accuracy=1.0):
    symptom.begin(gan)
    said = _checks(symptom, values, gan, "g_gradient_norm", d_accuracy=d_accuracy)
    return [bool(sentence) for sentence in said]


def test_a_gradient_vanishes_relative_to_its_largest_value():
    gan, symptom = points(), GradientVanished(share=0.01, patience=1)
    assert _norms(symptom, gan, [1.0, 2.0, 1.5, 0.02, 0.014]) == [False] * 4 + [True]
    # A slow decline is one, too.
    symptom.forget()
    assert _norms(symptom, gan, 0.5 ** np.arange(8)) == [False] * 7 + [True]


def test_one_explosion_is_no_measure():
    gan, symptom = points(), GradientVanished(share=0.01, patience=1)
    assert not any(_norms(symptom, gan, [1.0, 1.1, 1e6, 0.9, 1.0, 1.1, 0.8]))


def test_what_exploded_is_forgotten_with_a_rollback():
    gan, symptom = points(), GradientVanished(share=0.01, patience=1)
    assert not any(_norms(symptom, gan, [1.0, 1.2]))
    symptom.keep()
    _checks(symptom, [1e5, 1e6, 1e7], gan, "g_gradient_norm")
    kept = [bool(symptom.check(gan, {"g_gradient_norm": 1.0}))]
    symptom.forget()
    kept.append(bool(symptom.check(gan, {"g_gradient_norm": 1.0})))
    assert kept == [True, False]


def test_at_the_equilibrium_the_gradient_may_vanish():
    gan, symptom = points(), GradientVanished(share=0.01, patience=1)
    assert not any(_norms(symptom, gan, [1.0, 1e-3, 1e-4], d_accuracy=0.52))
    assert any(_norms(symptom, gan, [1.0, 1e-3], d_accuracy=0.0))  # D is dead
    assert _norms(symptom, gan, [1.0, 0.0], d_accuracy=0.5) == [False, True]


def test_a_generator_that_is_not_trained_has_no_gradient():
    gan, symptom = points(), GradientVanished(patience=1)
    assert any(_norms(symptom, gan, [0.0]))
    gan.generator.trainable = False
    assert not any(_norms(symptom, gan, [0.0]))
    gan.generator.trainable = True
    assert symptom.check(gan, {"d_accuracy": 1.0}) is None


class Spread:
    """Stands for a game of points as far apart as it is told."""

    num_classes = None
    raw_sampler = types.SimpleNamespace(told=False)

    def __init__(self, spread=1.0):
        self.spread = spread

    def check(self, element):
        assert element.shape[1:] == (2,)

    def unpack(self, element):
        return {"real": element}

    def raw_examples(self, count, seed):
        return Spreading(self.spread, count)


class Spreading(Examples):
    """Points as far apart as it is told."""

    def __init__(self, spread, count):
        self.spread, self.count = spread, count

    def batches(self, batch_size):
        draw = np.random.default_rng(1).normal(size=(self.count, 2))
        yield (self.spread * draw).astype("float32"), None


def _diversity(symptom, spreads):
    symptom.begin(Spread())
    return [bool(symptom.check(Spread(spread), {})) for spread in spreads]


def _real():
    return np.random.default_rng(0).normal(size=(64, 2)).astype("float32")


@pytest.mark.parametrize("rows", [1, 8])
def test_the_diversity_of_equal_data_cannot_be_told(rows):
    symptom = DiversityLost(np.zeros((rows, 2), "float32"), patience=1)
    message = f"cannot be told: .* first batch has {rows} without any difference"
    with pytest.warns(UserWarning, match=message):
        assert _diversity(symptom, [1.0, 0.0]) == [False, False]
    assert not symptom.doubtful()


def test_diversity_is_lost_below_a_part_of_that_of_real_data():
    symptom = DiversityLost(_real(), share=0.2, patience=1)
    assert _diversity(symptom, [1.0, 0.3, 0.15]) == [False, False, True]
    assert 0.1 < symptom.measured["diversity"] < 0.2
    assert DiversityLost(_real()).measured == {}


def test_a_generator_that_has_not_learned_yet_is_left_alone():
    symptom = DiversityLost(_real(), share=0.2, patience=1)
    assert not any(_diversity(symptom, [0.01, 0.02, 0.05, 0.1, 0.5]))
    assert _diversity(symptom, [0.01, 0.02, 0.015]) == [False, False, True]


def test_a_rollback_takes_the_largest_diversity_back():
    symptom = DiversityLost(_real(), share=0.2, patience=1)
    symptom.begin(Spread())
    symptom.check(Spread(0.05), {})
    symptom.keep()
    symptom.check(Spread(1000.0), {})
    symptom.forget()
    assert symptom.check(Spread(0.06), {}) is None  # it grows, from where it was


def test_a_state_on_its_way_to_collapse_is_doubtful():
    symptom = DiversityLost(_real(), share=0.2, patience=1)
    symptom.begin(Spread())
    doubts = []
    for spread in (0.1, 0.3, 0.9, 0.4, 0.6, 1000.0, 0.6):
        symptom.check(Spread(spread), {})
        doubts.append(symptom.doubtful())
    # Growing is fine; less than half of 0.9 is not; what exploded is no measure.
    assert doubts == [False, False, False, True, False, False, False]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DiscriminatorWon(accuracy=0.5), "`accuracy` must lie in"),
        (lambda: DiscriminatorWon(accuracy=1.5), "`accuracy` must lie in"),
        (lambda: GradientVanished(share=0.0), "`share` must lie in"),
        (lambda: DiversityLost(_real(), share=1.0), "`share` must lie in"),
    ],
)
def test_thresholds_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_all_are_public():
    assert issubclass(kgan.callbacks.DiversityLost, kgan.callbacks.Symptom)


def test_the_usual_ones_and_their_thresholds():
    won, vanished, lost = symptoms.usual(_real(), patience=2, gradient_share=0.1)
    assert (won.accuracy, vanished.share, lost.share) == (0.999, 0.1, 0.2)
    assert {s.patience for s in (won, vanished, lost)} == {2}
    assert symptoms.usual(accuracy=None, gradient_share=None) == []
