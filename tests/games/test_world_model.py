"""A game of nested batches whose networks are unrolled over time."""

import contract
import keras
import numpy as np
from contract import Case, Contract, network
from keras import layers
from world_model import WorldModel

import kgan

TIMES, FRAME, MEMORY, ACTIONS = 4, (3, 3, 1), 2, 3


def dynamics(dropout):
    frame, memory = keras.Input(FRAME), keras.Input((MEMORY,))
    action = keras.Input((), dtype="int32")
    done = layers.Embedding(ACTIONS, 3)(action)
    x = layers.Concatenate()([layers.Flatten()(frame), done, memory])
    x = layers.Dense(8, activation="tanh")(x)
    if dropout:
        x = kgan.layers.Dropout(dropout)(x)
    frames = layers.Reshape(FRAME)(layers.Dense(9, activation="tanh")(x))
    state = layers.Dense(MEMORY, activation="tanh")(x)
    return keras.Model([frame, action, memory], [frames, state])


def world_model(random=False):
    judge = network([(TIMES, *FRAME)], (1,), 0.3 if random else 0.0)
    return WorldModel(dynamics(0.3 if random else 0.0), judge)


def videos(count):
    actions = np.random.default_rng(2).integers(0, ACTIONS, (count, TIMES + 1))
    start = np.zeros((count, MEMORY), "float32")
    return {
        "frames": contract.images(count, (TIMES + 1, *FRAME)),
        "player": {"actions": actions.astype("int32"), "start": start},
    }


class TestContract(Contract):
    case = Case(world_model, videos)
