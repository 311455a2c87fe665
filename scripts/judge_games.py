"""Judges generators with inverses, and those behind mappings.

    python scripts/judge_games.py RUN --dataset=digits
    python scripts/judge_games.py RUN

Of a game with an encoder it prints the mean distance ‖x − G(E(x))‖ over all data beside
that of other examples' reconstructions, ‖x − G(E(x'))‖, and their ratio.

Of a GAN whose generator has `mapping` and `synthesis` it prints how far images move for
a step in w, ‖∂G(w)/∂w‖ / √(height · width) with the Frobenius norm, as the mean over
256 latents, and the standard deviation over the mean: 0 where all steps are equal.
"""

import argparse

import numpy as np
import tensorflow as tf

import kgan.data
from kgan.runs import directory


def scaled(images) -> np.ndarray:
    """Returns uint8 images as float32 in [−1, 1]; floats as they are."""
    if images.dtype != np.uint8:
        return images
    return images.astype(np.float32) / np.float32(127.5) - 1


def judge_inverse(game, dataset: str) -> dict:
    """Measures a game on all examples of a data set.

    Args:
        game: A game with `reconstruct`, such as `kgan.BiGAN`.
        dataset: Images or points, as `kgan.data.source` takes them.

    Returns:
        Figures by name.
    """
    data = kgan.data.source(dataset).read()
    real, rebuilt = scaled(data), scaled(game.reconstruct(data))
    others = rebuilt[np.random.default_rng(0).permutation(len(real))]

    def distance(answers):
        return float(
            np.linalg.norm((real - answers).reshape(len(real), -1), axis=1).mean()
        )

    own, random = distance(rebuilt), distance(others)
    return {"reconstruction": own, "random_pairs": random, "ratio": own / random}


def judge_paths(game, dataset=None, count: int = 256) -> dict:
    """Measures how evenly a generator behind a mapping moves.

    Args:
        game: A game of latents whose generator has `mapping` and `synthesis`.
        dataset: Not read.
        count: Number of latents.

    Returns:
        Figures by name.
    """
    generator = game.ema_generator or game.generator
    w = generator.mapping(game.latents(count, (0, 0))["latents"], training=False)
    with tf.GradientTape() as tape:
        tape.watch(w)
        images = generator.synthesis(w, training=False)
        flat = tf.reshape(images, (count, -1))
    area = np.prod(images.shape[1:-1])
    jacobians = tape.batch_jacobian(flat, w) / np.sqrt(area)
    lengths = np.linalg.norm(jacobians, axis=(1, 2))
    return {"length": lengths.mean(), "spread": lengths.std() / lengths.mean()}


def judge_of(game):
    """Returns the function that judges a game."""
    behind = hasattr(game.networks["generator"], "mapping")
    return judge_paths if behind else judge_inverse


def main() -> None:
    """Prints the figures of the model that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="run directory or .keras file")
    parser.add_argument("--dataset", help="what it is judged on, where it is needed")
    arguments = parser.parse_args()
    game = directory.load_model(arguments.model)
    for name, value in judge_of(game)(game, arguments.dataset).items():
        print(f"{name:24}{value:.4f}")


if __name__ == "__main__":
    main()
