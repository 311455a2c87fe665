"""What is measured: a recipe's step, and the ways in which it can be played."""

import dataclasses
import json
import math

import keras
from benchmarking import networks

from kgan import recipes
from kgan.recipes.options import gan_parts as parts

NAMES = ("gaussian", "ring", "digits", "mnist", "cifar10")
# Synthetic batches of the data's shape: no data set is needed to measure a step.
SHAPES = {
    "gaussian": (1,),
    "ring": (2,),
    "digits": (8, 8, 1),
    "mnist": (28, 28, 1),
    "cifar10": (32, 32, 3),
}
STEPS_A_CALL = 16


@dataclasses.dataclass(frozen=True)
class Case:
    """One way of playing a step.

    Args:
        side: What plays it, a key of `worker.SIDES`.
        precision: "float32" or "bfloat16".
        compiled: Whether a compiler (XLA; in PyTorch, `torch.compile`) is at work.
        steps_per_execution: As in `GAN.compile`.
        channels_last: Whether PyTorch keeps images as NHWC.
        pipeline: Whether batches come from `kgan.data.load` instead of from memory.
        threads: Number of threads of one operation; 0 takes the library's default.
    """

    side: str
    precision: str = "float32"
    compiled: bool = False
    steps_per_execution: int = 1
    channels_last: bool = False
    pipeline: bool = False
    threads: int = 0

    @property
    def name(self) -> str:
        """Returns in words what sets the case apart."""
        words = [
            self.side,
            "channels-last" * self.channels_last,
            ("compile" if self.side == "torch" else "XLA") * self.compiled,
            f"{self.steps_per_execution} steps a call" * (self.steps_per_execution > 1),
            "real data" * self.pipeline,
            "bfloat16" * (self.precision == "bfloat16"),
        ]
        return ", ".join(word for word in words if word)


@dataclasses.dataclass(frozen=True)
class Plan:
    """A recipe's step: what a worker needs to build it.

    Args:
        recipe: The recipe's fields as JSON.
        shape: Shape of one example.
        generator: Layers of G, as `networks.describe` lists them.
        discriminator: Layers of D.
        operations: Operations of one round of the game.
        period: Rounds after which the work repeats itself: a lazy penalty makes one
            update in `interval` longer than the others, and a block of steps shall
            have its share of them.
    """

    recipe: dict
    shape: tuple
    generator: list
    discriminator: list
    operations: float
    period: int


# The steps by hand know one penalty, of a weight that does not change.
_BY_HAND = {
    "ring": {
        "loss": "relativistic_pairing",
        "penalties": ({"name": "r1", "weight": 0.01},),
        "discriminator_steps": 1,
    },
}


def recipe_of(name: str) -> recipes.Recipe:
    """Returns a recipe as the steps that are written by hand can play it, too."""
    return recipes.get(name).override(**_BY_HAND.get(name, {}))


def plan(recipe: recipes.Recipe, shape: tuple) -> Plan:
    """Plans the step of an unconditional recipe.

    The step sizes are set near zero. Random data are soon told from generated ones,
    and gradients vanish, down to numbers on which some processors are slow; so nothing
    moves while the time is taken.

    Args:
        recipe: A `kgan.recipes.Recipe`.
        shape: Shape of one example.
    """
    still = recipe.override(
        generator_learning_rate=1e-8, discriminator_learning_rate=1e-8
    )
    pair = parts.make_networks(still, shape, None)
    generator, discriminator = map(networks.describe, pair)
    keras.backend.clear_session()
    return Plan(
        json.loads(still.to_json()),
        tuple(shape),
        generator,
        discriminator,
        networks.step_operations(generator, discriminator, still),
        math.lcm(
            *(penalty.interval for penalty in parts.make_terms(still, "penalties"))
        ),
    )


def order(case: Case, planned: Plan) -> dict:
    """Returns what `worker.main` reads first."""
    return {"case": dataclasses.asdict(case), "plan": dataclasses.asdict(planned)}


def of_keras(precisions: tuple, xla: bool = True) -> list:
    """Lists the ways in which TensorFlow plays a step; the bare loop comes first.

    Args:
        precisions: Of "float32" and "bfloat16".
        xla: Whether compiled ones are among them.
    """
    cases = []
    for precision in precisions:
        cases += [
            Case("bare", precision),
            Case("bare", precision, compiled=True),
            Case("kgan", precision),
            Case("kgan", precision, steps_per_execution=STEPS_A_CALL),
            Case("kgan", precision, compiled=True),
        ]
        if precision == "float32":
            cases.append(Case("kgan", compiled=True, steps_per_execution=STEPS_A_CALL))
    return [case for case in cases if xla or not case.compiled]


def of_torch(precisions: tuple, images: bool) -> list:
    """Lists the ways in which PyTorch plays a step; layouts differ for images only."""
    cases = []
    for precision in precisions:
        cases.append(Case("torch", precision))
        if images:
            cases.append(Case("torch", precision, channels_last=True))
        cases.append(Case("torch", precision, compiled=True, channels_last=images))
    return cases
