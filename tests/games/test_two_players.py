"""What a game of G and D answers to other rooms."""

import numpy as np
import small_games

from kgan.callbacks import DiscriminatorWon, DiversityLost, GradientVanished


def test_symptoms_are_the_usual_ones():
    gan = small_games.points()
    real = np.zeros((4, 1), "float32")
    kinds = [type(symptom) for symptom in gan.symptoms(real)]
    assert kinds == [DiscriminatorWon, GradientVanished, DiversityLost]
    (won,) = gan.symptoms(patience=7, accuracy=0.9, gradient_share=None)
    assert (won.patience, won.accuracy) == (7, 0.9)


def test_both_networks_are_described():
    described = small_games.images((4, 6, 3)).describe()
    assert list(described) == ["generator", "discriminator"]
    assert described["generator"].endswith(" parameters, from 4 latents to 4 × 6 × 3")
    assert described["discriminator"].endswith(" parameters")
