"""Breaks small games on purpose, and prints what `CollapseWatch` says of them.

    python scripts/watch_collapse.py                  all of them
    python scripts/watch_collapse.py won vanished     some
    python scripts/watch_collapse.py collapsed rolled_back --seed=2

diverged     learning rates far too high: NaN
won          a discriminator that learns fast from data that it can separate
vanished     the same with real digits and the saturating loss: no gradient is left
collapsed    too much momentum: the generator hops from mode to mode of a ring
rolled_back  the same again, brought back to a sound state with half the step sizes
healthy      recipes as they are: how far they stay from each threshold
"""

import argparse
import collections.abc
import inspect

import keras
import numpy as np
from learn import toy

import kgan
from kgan import recipes
from kgan.callbacks import CollapseWatch
from kgan.recipes.build import make_optimizers
from kgan.recipes.options import gan_parts as parts


def build(
    shape: tuple,
    generator_optimizer: keras.optimizers.Optimizer,
    discriminator_optimizer: keras.optimizers.Optimizer,
    **compiled,
) -> kgan.GAN:
    """Builds a small game: two hidden layers of 64 units each.

    Args:
        shape: Shape of one example.
        generator_optimizer: Optimizer of G.
        discriminator_optimizer: Optimizer of D.
        **compiled: Other arguments of `kgan.GAN.compile`.
    """
    keras.utils.set_random_seed(0)
    pair = kgan.models.mlp(
        shape, latent_dim=2, generator_hidden=(64, 64), discriminator_hidden=(64, 64)
    )
    gan = kgan.GAN(*pair)
    gan.compile(generator_optimizer, discriminator_optimizer, **compiled)
    return gan


def play(
    gan: kgan.GAN,
    data,
    epochs: int,
    keys: collections.abc.Sequence = (),
    **watched,
) -> CollapseWatch:
    """Plays under a watch, which prints, and then prints some of the curves.

    Args:
        gan: The game.
        data: A `tf.data.Dataset`; a check follows each pass.
        epochs: Number of passes.
        keys: Keys of the logs to print.
        **watched: Arguments of `CollapseWatch`.
    """
    watch = CollapseWatch(**{"real": data, **watched})
    history = gan.fit(data, epochs=epochs, verbose=0, callbacks=[watch]).history
    for key in keys:
        print(f"  {key}:", *(f"{value:.3g}" for value in history.get(key, [])))
    return watch


def diverged() -> None:
    """Learning rates of 1,000."""
    gan = build((2,), keras.optimizers.SGD(1e3), keras.optimizers.SGD(1e3))
    play(gan, toy.batches(50), 4, ["d_loss"], action="stop")


def won() -> None:
    """D learns a thousand times as fast as G, on eight narrow modes."""
    gan = build((2,), keras.optimizers.Adam(1e-5), keras.optimizers.Adam(1e-2))
    keys = ["d_accuracy", "d_real", "d_fake", "g_gradient_norm"]
    play(gan, toy.batches(50), 20, keys, action="stop")


def vanished() -> None:
    """The saturating loss against a D without a penalty, on real digits."""
    gan = build(
        (8, 8, 1),
        keras.optimizers.Adam(1e-4),
        keras.optimizers.Adam(1e-2),
        loss="minimax",
    )
    data = kgan.data.load("digits", batch_size=64, steps_per_epoch=50)
    keys = ["d_fake", "g_gradient_norm"]
    play(gan, data, 20, keys, action="stop", accuracy=None, real=None)


def collapsed(seed: int = 4) -> None:
    """The ring with beta_1 = 0.8 and no penalty."""
    gan = toy.build(beta_1=0.8, seed=seed)
    keys = ["diversity", "d_loss", "d_accuracy", "g_gradient_norm"]
    play(gan, toy.batches(200, seed), 25, keys)
    _print_modes(gan)


def rolled_back(seed: int = 4) -> None:
    """The same, rolled back with half the learning rates."""
    gan = toy.build(beta_1=0.8, seed=seed)
    play(
        gan,
        toy.batches(200, seed),
        25,
        ["diversity", "rollbacks"],
        action="rollback",
        learning_rate_factor=0.5,
    )
    _print_modes(gan)
    rate = float(gan.generator_optimizer.learning_rate.numpy())
    print(f"  at step {gan.step:,}, with learning rates of {rate:.3g}")


def healthy() -> None:
    """Recipes as they are, a check every 100 steps."""
    for name in ("digits", "digits_conditional", "gaussian", "ring"):
        recipe = recipes.get(name)
        source = kgan.data.source(recipe.dataset)
        rounds = recipe.discriminator_steps
        data = kgan.data.load(
            source,
            recipe.batch_size,
            with_labels=recipe.conditional,
            steps_per_epoch=100 * rounds,
        )
        watch = CollapseWatch(data)
        gan = _of(recipe, source)
        history = gan.fit(
            data, epochs=recipe.steps // 100, verbose=0, callbacks=[watch]
        ).history
        norms, diversity = history["g_gradient_norm"], history["diversity"]
        grown = diversity[int(np.argmax(diversity)) :]
        print(
            f"  {name}, {gan.step:,} steps: d_accuracy at most "
            f"{max(history['d_accuracy']):.3f}, g_gradient_norm at least "
            f"{min(norms) / max(norms):.3f} of its largest, diversity "
            f"{diversity[0]:.2f} at first, then from {min(grown):.2f} to "
            f"{max(grown):.2f}, {len(watch.sentences)} alarms"
        )


def _of(recipe, source):
    keras.utils.set_random_seed(recipe.seed)
    num_classes = source.num_classes if recipe.conditional else None
    gan = kgan.GAN(
        *parts.make_networks(recipe, source.shape, num_classes),
        prior=parts.make_prior(recipe),
        discriminator_steps=recipe.discriminator_steps,
        num_classes=num_classes,
    )
    gan.compile(
        **{f"{name}_optimizer": o for name, o in make_optimizers(recipe).items()},
        loss=parts.make_loss(recipe),
        penalties=parts.make_terms(recipe, "penalties"),
    )
    return gan


def _print_modes(gan):
    count, share = toy.kept(gan.generate(2000, seed=1, averaged=False))
    print(f"  in the end {count} of 8 modes, {share:.0%} of the samples on them")


GAMES = {
    game.__name__: game
    for game in (diverged, won, vanished, collapsed, rolled_back, healthy)
}


def main() -> None:
    """Plays the games that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("games", nargs="*", metavar="game", help="default: all")
    parser.add_argument(
        "--seed", type=int, default=4, help="seed of `collapsed` and `rolled_back`"
    )
    arguments = parser.parse_args()
    names = arguments.games or [*GAMES]
    for name in names:
        if name not in GAMES:
            parser.error(f"game must be one of {', '.join(GAMES)}. Received: {name}")
    for name in names:
        print(f"{name}: {GAMES[name].__doc__}", flush=True)
        seeded = "seed" in inspect.signature(GAMES[name]).parameters
        GAMES[name](**({"seed": arguments.seed} if seeded else {}))
        print(flush=True)


if __name__ == "__main__":
    main()
