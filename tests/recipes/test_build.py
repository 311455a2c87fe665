"""What recipes of all games share: optimizers by name, precision, objects by name."""

import keras
import numpy as np
import pytest
import second_game

import kgan
from kgan.losses import gradient_penalties
from kgan.recipes import Recipe, build

SGD = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9}


def copying(**values):
    return Recipe(name="copies", game="copying", **values)


def test_any_keras_optimizer_comes_by_name():
    recipe = Recipe(
        name="both",
        optimizers={
            "generator": SGD,
            "discriminator": {"name": "RMSprop", "rho": 0.5, "centered": True},
        },
    )
    made = build.make_optimizers(recipe)
    assert list(made) == ["generator", "discriminator"]
    assert isinstance(made["generator"], keras.optimizers.SGD)
    assert made["generator"].momentum == 0.9
    assert float(made["generator"].learning_rate) == pytest.approx(0.1)
    assert isinstance(made["discriminator"], keras.optimizers.RMSprop)
    assert (made["discriminator"].rho, made["discriminator"].centered) == (0.5, True)


@pytest.mark.parametrize("name", build.OPTIMIZERS)
def test_defaults_of_each_optimizer_are_written_out_and_read_back(name):
    recipe = copying(optimizers={"painter": {"name": name}})
    (full,) = build.optimizers_in_full(recipe.named_optimizers()).values()
    assert full["name"] == name
    again = Recipe.from_json(recipe.override(optimizers={"painter": full}).to_json())
    (made,) = build.make_optimizers(again).values()
    (plain,) = build.make_optimizers(recipe).values()
    assert made.get_config() | {"name": ""} == plain.get_config() | {"name": ""}
    assert "learning_rate" in full


def test_those_that_wrap_others_are_no_optimizers_of_a_player():
    assert set(build.OPTIMIZERS) >= {"adam", "adamw", "sgd", "rmsprop", "lion"}
    assert not set(build.OPTIMIZERS) & {"lossscaleoptimizer", "multioptimizer"}


def test_a_player_without_one_has_adam():
    (made,) = build.make_optimizers(copying()).values()
    assert isinstance(made, keras.optimizers.Adam)
    assert (float(made.learning_rate), made.beta_1) == (pytest.approx(2e-4), 0.5)


def test_a_whole_number_is_a_learning_rate():
    (made,) = build.make_optimizers(
        copying(optimizers={"painter": {"name": "sgd", "learning_rate": 1}})
    ).values()
    assert float(made.learning_rate) == 1.0


@pytest.mark.parametrize("key", ["schedule", "course"])
def test_a_schedule_ends_with_the_run(key):
    rate = {key: "cosine", "first": 0.4, "last": 0.1}
    recipe = Recipe(
        name="falling",
        steps=100,
        discriminator_steps=5,
        optimizers={
            "generator": {"name": "sgd", "learning_rate": rate},
            "discriminator": {"name": "adam", "learning_rate": rate},
        },
    )
    made = build.make_optimizers(recipe)
    for player, updates in (("generator", 1), ("discriminator", 5)):
        for step in (0, 30, 100):
            made[player].iterations.assign(step * updates)
            expected = 0.1 + 0.15 * (1 + np.cos(np.pi * step / 100))
            found = float(made[player].learning_rate)
            assert found == pytest.approx(expected, abs=1e-6)
    full = build.optimizers_in_full(recipe.optimizers)
    assert full["generator"]["learning_rate"] == rate


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"critic": SGD}, r"copying must be of the players painter\. Rec.*'critic'"),
        ({"painter": "sgd"}, "the painter must be a dictionary with a `name`.*'sgd'"),
        ({"painter": {}}, "painter's optimizer must be one of .*adam.*Received: None"),
        ({"painter": {"name": "adm"}}, r"Did you mean 'adam'\?.*Received: 'adm'\."),
        (
            {"painter": {"name": "sgd", "momentun": 0.9}},
            r"mean 'momentum'\? The arguments of the painter's sgd are learning_rate, ",
        ),
        ({"painter": {"name": "sgd", "momentum": "a"}}, "`momentum`.*like 0.0.*'a'"),
        ({"painter": {"name": "sgd", "momentum": None}}, "`momentum`.*like 0.0"),
        ({"painter": {"name": "sgd", "nesterov": 1}}, "`nesterov`.*like False"),
        ({"painter": {"name": "sgd", "clipnorm": "a"}}, "`clipnorm`.*like None"),
        ({"painter": {"name": "sgd", "learning_rate": -1.0}}, "non-negative number"),
        ({"painter": {"name": "sgd", "learning_rate": None}}, "or a schedule"),
        (
            {"painter": {"name": "sgd", "learning_rate": {"schedule": "cos"}}},
            "mean 'cosine'. `schedule` of `learning_rate` must be one of.*'cos'",
        ),
        (
            {
                "painter": {
                    "name": "sgd",
                    "momentum": {"schedule": "linear", "first": 0.5, "last": 0.9},
                }
            },
            "`momentum`.*like 0.0.*Received: {'schedule'",
        ),
        ([], "`optimizers` must be a dictionary"),
    ],
)
def test_wrong_optimizers_are_refused_in_one_sentence(given, message):
    with pytest.raises(ValueError, match=message) as refused:
        copying(optimizers=given)
    assert "\n" not in str(refused.value)


def test_precision_is_set_and_put_back():
    with build.in_precision("mixed_bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == "float32"
    with pytest.raises(KeyError), build.in_precision("mixed_bfloat16"):
        raise KeyError
    assert keras.config.dtype_policy().name == "float32"


def test_objects_come_by_name_with_schedules():
    weight = {"schedule": "linear", "first": 1.0, "last": 0.0}
    given = {"name": "r1", "weight": weight, "interval": 4}
    made = build.make("penalties", gradient_penalties, 10, given)
    assert isinstance(made, kgan.penalties.R1)
    assert (float(made.weight(5)), made.interval) == (pytest.approx(0.5), 4)
    (full,) = build.in_full([made], [given])
    assert full == {**given, "through_augmentation": False}
    with pytest.raises(ValueError, match=r"mean 'weight'. `penalties` of r1.*'weigth'"):
        build.check_named(
            "penalties", gradient_penalties, 10, {"name": "r1", "weigth": 1}
        )
    with pytest.raises(ValueError, match=r"`size` must be one of.*'c'"):
        build.find("size", "c", {"a": 1, "b": 2})


def test_the_second_game_is_registered():
    assert kgan.recipes.games()["copying"] is second_game.CopyingRecipe
