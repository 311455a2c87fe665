"""Counts the operations of a training step: what each kind of game costs.

    PYTHONPATH=TREE python tests/golden/operations.py FILE

writes the counts of the code of TREE, a checkout of another commit, as JSON. What is
counted is the traced step with the functions that it calls, each once, before
TensorFlow prunes it: a pass through a network that is made twice shows.
"""

import collections
import json
import pathlib
import sys

import games
import keras
import tensorflow as tf

import kgan

# Each begins the names of what weighs: forward and backward passes of a kind.
HEAVY = {"convolutions": "Conv2D", "products": "MatMul"}
_PENALTIES = {
    "none": (),
    "r1": (kgan.penalties.R1(1.0),),
    "r1_and_r2": (kgan.penalties.R1(1.0), kgan.penalties.R2(1.0)),
    "gradient_penalty": (kgan.penalties.GradientPenalty(1.0),),
    "lazy_r1": (kgan.penalties.R1(1.0, interval=2),),
}
# Arguments of `games.make`, of which the layers must be made one by one.
GAMES = {
    **{name: lambda p=list(p): {"penalties": p} for name, p in _PENALTIES.items()},
    "lecam": lambda: {"regularizers": ["lecam"]},
    "conditional": lambda: {"classes": 3, "penalties": ["r1"]},
    "augmented": lambda: {
        "augmentation": kgan.augment.DiffAugment("color,translation"),
        "penalties": ["r1"],
    },
    "information": lambda: {
        "heads": {"codes": 3},
        "prior": kgan.priors.Codes(4, categorical=(2,), continuous=1),
        "objectives": [kgan.objectives.Information(categorical=(2,), continuous=1)],
    },
    "two_d_steps": lambda: {"discriminator_steps": 2, "penalties": ["r1"]},
    "micro_batches": lambda: {"micro_batches": 2, "penalties": ["r1"]},
    "dropout": lambda: {"dropout": 0.2, "penalties": ["r1"]},
}


def count(name):
    """Counts the nodes of a game's training step, and those that weigh, by kind."""
    keras.utils.set_random_seed(1)
    gan = games.make(**{"dropout": 0.0, "discriminator_steps": 1, **GAMES[name]()})
    rows = games.ROWS * gan.discriminator_steps
    batch = tf.TensorSpec((rows, *games.SHAPE))
    if gan.num_classes is not None:
        batch = batch, tf.TensorSpec((rows,), tf.int32)
    step = tf.function(gan.train_step, autograph=False)
    graph = step.get_concrete_function(batch).graph.as_graph_def()
    every = collections.Counter(node.op for node in graph.node)
    for function in graph.library.function:
        every.update(node.op for node in function.node_def)
    heavy = {
        kind: sum(times for op, times in every.items() if op.startswith(begin))
        for kind, begin in HEAVY.items()
    }
    return {"nodes": every.total(), **heavy}


def versions():
    """What traces the networks: other versions of it may need other nodes."""
    return {"keras": keras.__version__, "tensorflow": tf.__version__}


if __name__ == "__main__":
    found = {"versions": versions(), **{name: count(name) for name in GAMES}}
    text = json.dumps(found, indent=2) + "\n"
    pathlib.Path(sys.argv[1]).write_text(text, encoding="utf-8")
