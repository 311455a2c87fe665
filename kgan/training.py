"""From a recipe to a run directory: what `kgan train` calls.

A run is prepared before anything is written: data are found, networks are built, and
compared with the weights that they start from. What is then written stands in
`kgan.runs`.
"""

import dataclasses
import itertools
import math
import os
import pathlib

import keras

import kgan.data
from kgan import callbacks, runs
from kgan.callbacks.files import write_atomically
from kgan.gan import GAN
from kgan.recipes import Recipe, parts


@dataclasses.dataclass(frozen=True)
class Plan:
    """A run that is ready to start and has written nothing yet.

    Attributes:
        recipe: The `Recipe` with all values resolved.
        run_dir: Where the run will write.
        source: The raw data.
        data: The `tf.data.Dataset` of an epoch's batches, other ones in each epoch.
        gan: The compiled model.
        epochs: Into how many epochs the rounds of the game are cut.
        steps_per_epoch: Rounds of an epoch; the last one may be shorter.
    """

    recipe: Recipe
    run_dir: pathlib.Path
    source: object
    data: object
    gan: GAN
    epochs: int
    steps_per_epoch: int


def train(
    recipe: Recipe,
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    init_from: str | None = None,
    verbose: str | int = "auto",
) -> GAN:
    """Trains a recipe and writes a run directory.

    Args:
        recipe: What to train.
        run_dir: A directory that is new or empty.
        data_dir: Where prepared data lie.
        init_from: Run directory or `.keras` file whose weights the run starts from.
        verbose: As in `keras.Model.fit`.

    Returns:
        The trained model, which is also saved as `gan.keras`.

    Raises:
        ValueError: If the recipe does not fit the data, or weights do not fit the
            networks. Nothing is written then.
        FileExistsError: If `run_dir` holds something.
        FloatingPointError: If a logged value became NaN or infinite.
        KeyboardInterrupt: After Ctrl-C, when the model was saved.

    Example:
        ```python
        recipe = kgan.recipes.get("digits").override(steps=500)
        gan = kgan.training.train(recipe, "runs/first")
        ```
    """
    return run(prepare(recipe, run_dir, data_dir, init_from), verbose)


def prepare(
    recipe: Recipe,
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    init_from: str | None = None,
) -> Plan:
    """Does all of a run that writes nothing; arguments and errors as in `train`.

    Sets Keras' global seed: the networks' first weights follow from the recipe's.
    """
    run_dir = pathlib.Path(run_dir)
    runs.check_free(run_dir)
    source = kgan.data.source(recipe.dataset, recipe.image_size, data_dir=data_dir)
    if recipe.conditional and source.num_classes is None:
        raise ValueError(
            "`conditional` must be false for data without classes. "
            f"Received: true with {recipe.dataset}"
        )
    epochs, steps_per_epoch = cut(recipe, source.num_examples)
    data = _load(recipe, source, steps_per_epoch)
    keras.utils.set_random_seed(recipe.seed)
    gan = _build(recipe, source)
    if init_from is not None:
        _start_from(gan, init_from)
    resolved = parts.resolve(recipe, source.shape, steps_per_epoch)
    return Plan(resolved, run_dir, source, data, gan, epochs, steps_per_epoch)


def cut(recipe: Recipe, num_examples: int) -> tuple:
    """Cuts the rounds of the game into epochs of nearly equal length.

    An epoch is what lies between two pictures: `sample_every` rounds, or one pass
    through the data, or a little less, so that the last epoch is not a short rest.

    Args:
        recipe: A `Recipe`.
        num_examples: Size of the data.

    Returns:
        `(epochs, steps_per_epoch)` with
        `steps_per_epoch * (epochs - 1) < recipe.steps <= steps_per_epoch * epochs`.
    """
    one_pass = num_examples // (recipe.batch_size * recipe.discriminator_steps)
    longest = recipe.sample_every or max(1, one_pass)
    steps_per_epoch = math.ceil(recipe.steps / math.ceil(recipe.steps / longest))
    return math.ceil(recipe.steps / steps_per_epoch), steps_per_epoch


def describe(plan: Plan) -> str:
    """Says in a few lines what a run will do: data, networks, steps, directory."""
    gan, source = plan.gan, plan.source
    classes = f", {source.num_classes} classes" if plan.recipe.conditional else ""
    output = " × ".join(map(str, gan.data_shape))
    lines = {
        "recipe": f"{plan.recipe.name}: {plan.recipe.description}",
        "data": f"{source.num_examples:,} examples of {source.name}{classes}",
        "generator": f"{gan.generator.count_params():,} parameters, from "
        f"{gan.latent_dim} latents to {output}",
        "discriminator": f"{gan.discriminator.count_params():,} parameters",
        "steps": f"{plan.recipe.steps:,}, in {plan.epochs:,} epochs of "
        f"{plan.steps_per_epoch:,}, batches of {plan.recipe.batch_size}",
        "run directory": str(plan.run_dir),
    }
    return "\n".join(f"{name:14} {value}" for name, value in lines.items())


def run(plan: Plan, verbose: str | int = "auto") -> GAN:
    """Runs a prepared run; see `train`."""
    runs.check_free(plan.run_dir)
    text = plan.recipe.to_json()
    write_atomically(
        plan.run_dir / runs.RECIPE, lambda path: path.write_text(text, "utf-8")
    )
    guard = callbacks.TerminateOnNaN()
    try:
        plan.gan.fit(
            plan.data,
            epochs=plan.epochs,
            callbacks=_callbacks(plan, guard),
            verbose=verbose,
        )
    except KeyboardInterrupt:
        runs.save(plan.gan, plan.run_dir / runs.MODEL)
        raise KeyboardInterrupt(
            f"stopped at step {plan.gan.step} of {plan.recipe.steps}; the model is in "
            f"{plan.run_dir / runs.MODEL}, samples in {plan.run_dir / runs.SAMPLES}"
        ) from None
    if guard.reason:
        raise FloatingPointError(guard.reason)
    runs.save(plan.gan, plan.run_dir / runs.MODEL)
    return plan.gan


def _load(recipe, source, steps_per_epoch):
    return kgan.data.load(
        source,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        with_labels=recipe.conditional,
        steps_per_epoch=steps_per_epoch * recipe.discriminator_steps,
    )


def _build(recipe, source):
    num_classes = source.num_classes if recipe.conditional else None
    generator, discriminator = parts.make_networks(recipe, source.shape, num_classes)
    gan = GAN(
        generator,
        discriminator,
        prior=parts.make_prior(recipe),
        ema_momentum=recipe.ema_momentum,
        discriminator_steps=recipe.discriminator_steps,
        generator_steps=recipe.generator_steps,
        seed=recipe.seed,
        num_classes=num_classes,
    )
    generator_optimizer, discriminator_optimizer = parts.make_optimizers(recipe)
    gan.compile(
        generator_optimizer=generator_optimizer,
        discriminator_optimizer=discriminator_optimizer,
        loss=parts.make_loss(recipe),
        penalties=parts.make_penalties(recipe),
    )
    return gan


def _start_from(gan, path):
    """Copies the weights of a saved model into the networks of a new one."""
    old = runs.load_model(path)
    _compare(path, "samples of shape", old.data_shape, gan.data_shape)
    _compare(path, "latents of size", old.latent_dim, gan.latent_dim)
    _compare(path, "num_classes", old.num_classes, gan.num_classes)
    pairs = [(old.generator, gan.generator), (old.discriminator, gan.discriminator)]
    if gan.ema_generator is not None:
        pairs.append((old.sampler, gan.ema_generator))
    for theirs, ours in pairs:
        _compare_weights(path, theirs, ours)
    for theirs, ours in pairs:
        ours.set_weights(theirs.get_weights())


def _compare(path, what, theirs, ours):
    if theirs != ours:
        raise ValueError(
            f"`init_from`: the run needs {what} {ours}. Received: {theirs} in {path}"
        )


def _compare_weights(path, theirs, ours):
    old, new = [[(w.path, tuple(w.shape)) for w in n.weights] for n in (theirs, ours)]
    nothing = ("nothing", ())
    for (name, shape), (_, came) in itertools.zip_longest(new, old, fillvalue=nothing):
        if shape != came:
            raise ValueError(
                f"`init_from`: the run needs {name} of shape {shape}. "
                f"Received: shape {came} in {path}"
            )


def _callbacks(plan, guard):
    run_dir = plan.run_dir
    return [
        guard,
        _StopAt(plan.recipe.steps),
        *_PICTURES[len(plan.source.shape)](plan),
        runs.Checkpoints(run_dir / runs.CHECKPOINTS),
        runs.Metrics(run_dir / runs.METRICS),
        keras.callbacks.TensorBoard(run_dir / runs.LOGS, write_graph=False),
    ]


class _StopAt(keras.callbacks.Callback):
    """Ends training after a round of the game, in the middle of an epoch or not."""

    async_safe = True

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step >= self.step:
            self.model.stop_training = True


def _pictures_of_images(plan):
    directory, log_dir = plan.run_dir / runs.SAMPLES, plan.run_dir / runs.LOGS
    return [callbacks.SampleGrid(directory, log_dir=log_dir)]


def _pictures_of_points(plan):
    directory, log_dir = plan.run_dir / runs.SAMPLES, plan.run_dir / runs.LOGS
    if plan.recipe.conditional:
        return []  # a density has no classes
    # The averaged generator, as in `kgan generate`: it is what the run is for.
    plots = [
        callbacks.DensityPlot(directory, plan.source, averaged=True, log_dir=log_dir)
    ]
    if plan.source.shape == (1,):
        # Data of its own: an iteration more would move the run's data on.
        data = _load(plan.recipe, plan.source, plan.steps_per_epoch)
        path = plan.run_dir / "four_panels.png"
        start = plan.recipe.steps // 25  # p_g has come near, as in the paper's figure
        plots.append(
            callbacks.FourPanels(path, plan.source, data, start=start, averaged=True)
        )
    return plots


# By the number of axes of an example.
_PICTURES = {1: _pictures_of_points, 3: _pictures_of_images}
