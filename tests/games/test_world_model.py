"""A game of nested batches whose networks are unrolled over time."""

import functools

import contract
import keras
import numpy as np
import pytest
import tensorflow as tf
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

    def test_nested_arrays_are_taken_as_data_sets_are(self, base):
        game = self.case.make(jit_compile=False)
        data = videos(2 * contract.ROWS)
        game.fit(data, batch_size=8, epochs=2, shuffle=False, verbose=0)
        assert contract.changed(base.state, contract.state(game)) == set()


def test_losses():
    game, batch = world_model(), videos(5)
    game.compile(dict.fromkeys(game.players, "sgd"))
    frames, player = batch["frames"], batch["player"]
    played = [(frames[:, 0], player["start"])]
    for time in range(TIMES):
        action = player["actions"][:, time]
        inputs = [tf.constant(x) for x in (played[-1][0], action, played[-1][1])]
        played.append(game.dynamics(inputs))
    fake = np.stack([frame for frame, _ in played[1:]], axis=1)
    real_logits, fake_logits = (
        np.asarray(game.judge(x), "float64") for x in (frames[:, 1:], fake)
    )
    softplus = functools.partial(np.logaddexp, 0.0)
    d_loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
    g_loss, squares = (
        softplus(-fake_logits).mean(),
        np.mean((fake - frames[:, 1:]) ** 2),
    )
    tensors = tf.nest.map_structure(tf.constant, batch)
    (d, _), (g, logs) = (
        move.loss(contract.networks_of(game), tensors) for move in game.moves()
    )
    np.testing.assert_allclose(d, d_loss, rtol=1e-5)
    np.testing.assert_allclose(g, g_loss + squares, rtol=1e-5)
    np.testing.assert_allclose(logs["squares"], squares, rtol=1e-5)


GOOD = videos(8)
PLAYER = GOOD["player"]


@pytest.fixture(scope="module")
def played():
    game = world_model()
    game.compile(dict.fromkeys(game.players, "sgd"), run_eagerly=True)
    game.fit(GOOD, batch_size=8, verbose=0)
    return game


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"frames": GOOD["frames"]},
            r"player\.actions, player\.start\. Received: frames$",
        ),
        (
            GOOD | {"player": {"actions": PLAYER["actions"]}},
            r"frames, player\.actions$",
        ),
        (GOOD | {"sound": GOOD["frames"]}, r"player\.start, sound$"),
        (GOOD | {"frames": GOOD["frames"][:, 1:]}, r"'frames' must .* \(5, 3, 3, 1\)"),
        (
            GOOD | {"player": PLAYER | {"actions": np.zeros((8, 5), "float32")}},
            r"The field 'player\.actions' must be int32\. Received: float32$",
        ),
    ],
)
def test_batches_must_be_as_the_first_one(played, data, message):
    with pytest.raises(ValueError, match=message):
        played.fit(data, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match=message):
        played.fit(GOOD, batch_size=8, validation_data=data, verbose=0)
    assert played.step == 1
