"""A recipe checks itself and is the same after JSON and after flags."""

import copy
import dataclasses
import json
import pickle
import subprocess
import sys

import pytest
import second_game

import kgan
from kgan.recipes import Recipe, games, get, names
from kgan.recipes.options.gan import GANRecipe
from kgan.recipes.recipe import of_game

PLAIN = Recipe(name="plain")
COPIES = Recipe(name="copies", game="copying", width=3)


@pytest.mark.parametrize("name", names())
def test_json_round_trip(name):
    recipe = get(name)
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("name", names())
def test_flags_round_trip(name):
    recipe = get(name)
    fields = recipe.flags()
    texts = dict(flag[2:].split("=", 1) for flag in recipe.to_flags())
    values = {n: fields[n].metadata["kind"].read(text) for n, text in texts.items()}
    plain = Recipe(name="plain", game=recipe.game)
    assert plain.override(name=name, **values) == dataclasses.replace(
        recipe, description="", results={}
    )


def test_each_field_but_its_description_is_a_flag():
    for kind in games().values():
        fields = {field.name for field in dataclasses.fields(kind)}
        flagless = {"name", "description", "results", "imports"}
        assert fields - set(kind.flags()) == flagless


def test_override_changes_values_and_drops_results():
    measured = Recipe(name="a", results={"fid": 3.0})
    changed = measured.override(steps=7, penalties=[{"name": "r1"}])
    assert (changed.steps, changed.penalties) == (7, ({"name": "r1"},))
    assert changed.results == {}
    assert measured.override(steps=measured.steps) == measured


def test_recipes_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PLAIN.steps = 3


def test_unknown_field_names_the_nearest():
    with pytest.raises(ValueError, match=r"^Did you mean 'batch_size'\?.*'batchsize'"):
        PLAIN.override(batchsize=3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"steps": 0}, "`steps` must be an integer of at least 1. Received: 0"),
        ({"beta_1": 1.0}, r"`beta_1` must be a number in \[0, 1\)"),
        ({"conditional": "yes"}, "`conditional` must be true or false"),
        ({"loss": "hing"}, "Did you mean 'hinge'?"),
        ({"loss": "hinge", "loss_options": {"label_smoothing": 0.1}}, "label_smooth"),
        ({"loss_options": {"label_smoothing": 0.6}}, "must lie in"),
        ({"loss_options": {"label_smoothing": "a"}}, "wrong type"),
        ({"prior": "gaussian"}, "normal, uniform, truncated_normal"),
        ({"prior_options": {"bound": 2.0}}, "`prior_options` of normal"),
        ({"penalties": [{"name": "gradient_penalti"}]}, "'gradient_penalty'?"),
        ({"penalties": [{"weight": 1.0}]}, "r1, r2"),
        ({"penalties": [{"name": "r1", "weigth": 1.0}]}, "Did you mean 'weight'?"),
        ({"model": "mpl"}, "Did you mean 'mlp'?"),
        ({"model_options": {"latent_dim": 3}}, "`model_options` of mlp"),
        ({"precision": "float64"}, "float32, mixed_bfloat16, mixed_float16"),
        ({"jit_compile": 1}, "`jit_compile` must be one of auto, true, false"),
        ({"steps_per_execution": 0}, "`steps_per_execution`"),
        ({"batch_size": 10, "micro_batches": 3}, "must divide the batch size 10"),
        ({"clip_norm": 0}, "`clip_norm` must be above 0"),
        ({"best_mode": "least"}, "one of min, max"),
        ({"on_collapse": "ignore"}, "one of warn, stop, rollback, none"),
        ({"schedule": "cos"}, "constant, linear, cosine"),
    ],
)
def test_wrong_values_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        PLAIN.override(**values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "JSON object"),
        ("[]", "with a `name`"),
        ('{"steps": 3}', "with a `name`"),
        ('{"name": "a", "stepz": 3}', "Did you mean 'steps'?"),
        ('{"name": "a", "steps": "3"}', "`steps` must be an integer"),
    ],
)
def test_wrong_json_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Recipe.from_json(text)


def test_json_is_readable():
    values = json.loads(PLAIN.override(seed=5).to_json())
    assert values["seed"] == 5
    assert values["penalties"] == []


def test_no_recipe_starts_tensorflow():
    # Workers have to find each other before that.
    program = (
        "import kgan\n"
        "from tensorflow.python.eager import context\n"
        "recipes = [kgan.recipes.get(name) for name in kgan.recipes.names()]\n"
        "terms = {'regularizers': [{'name': 'lecam'}]}\n"
        "digits = kgan.recipes.get('digits')\n"
        "digits.override(**terms, augmentation={'name': 'augment'})\n"
        "assert not context.context()._initialized\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_the_game_chooses_the_class():
    assert type(PLAIN) is GANRecipe
    assert (PLAIN.game, COPIES.game) == ("gan", "copying")
    assert type(COPIES) is second_game.CopyingRecipe
    assert second_game.CopyingRecipe(name="copies", width=3) == COPIES
    assert type(COPIES.override(steps=3)) is second_game.CopyingRecipe
    for copied in (copy.deepcopy(COPIES), pickle.loads(pickle.dumps(COPIES))):
        assert copied == COPIES
    assert games()["gan"] is of_game("gan") is GANRecipe


def test_a_recipe_knows_its_game_alone():
    assert set(GANRecipe.flags()) > set(Recipe.flags())
    added = set(second_game.CopyingRecipe.flags()) - set(Recipe.flags())
    assert added == {"width", "gray"}
    with pytest.raises(ValueError, match="A recipe of the game copying has the fie"):
        COPIES.override(latent_dim=3)
    with pytest.raises(TypeError, match="width"):
        Recipe(name="plain", width=3)


def test_paths_that_are_no_utf_8_have_a_round_trip():
    recipe = PLAIN.override(dataset="caf\udce9/", description="é")
    text = recipe.to_json()
    assert Recipe.from_json(text.encode("utf-8").decode("utf-8")) == recipe


def test_json_without_a_game_is_of_a_gan():
    values = json.loads(PLAIN.override(latent_dim=5).to_json())
    assert values.pop("game") == "gan"
    del values["optimizers"]  # as in the files of earlier versions
    assert Recipe.from_json(json.dumps(values)) == PLAIN.override(latent_dim=5)
    assert Recipe.from_json(COPIES.to_json()) == COPIES
    assert json.loads(COPIES.to_json())["width"] == 3


@pytest.mark.parametrize("game", ["copyin", 3, ["gan"]])
def test_an_unknown_game_names_those_that_there_are(game):
    with pytest.raises(
        ValueError,
        match=r"`game` must be one of bigan, cut, cyclegan, gan, .*Received: ",
    ):
        Recipe.from_json(json.dumps({"name": "a", "game": game}))


def test_a_recipe_keeps_its_game():
    message = r"`game` of the recipe plain must be gan\. Received: 'copying'"
    with pytest.raises(ValueError, match=message):
        PLAIN.override(game="copying")
    assert PLAIN.override(game="gan") == PLAIN


def test_what_a_game_does_not_say_has_a_default(tmp_path):
    recipe = second_game.recipe(tmp_path)
    source = kgan.data.source(recipe.dataset)
    game = recipe.make_game(source)
    assert game.describe() == {"painter": f"{game.painter.count_params():,} parameters"}
    assert Recipe.pictures(recipe, game) == "samples"
    assert (recipe.traits(game), recipe.takes_labels(game)) == ({}, False)
    assert (recipe.batches_a_round, recipe.has_average) == (1, False)
    resolved = recipe.resolve(source, 2)
    assert (resolved.sample_every, resolved.checkpoint_every) == (2, 2)
    assert resolved.optimizers["painter"]["beta_2"] == 0.999
    assert resolved.resolve(source, 2) == resolved
    with pytest.raises(ValueError, match="must be pairs of images for the game copy"):
        recipe.override(dataset="ring").check_source(kgan.data.source("ring"))


def test_what_is_imported_is_a_flag_of_its_own():
    recipe = get("digits").override(imports=["mine", "b.py"])
    assert recipe.to_flags()[0] == "--import=mine,b.py"
    assert get("digits").to_flags()[0] == "--game=gan"
    assert Recipe.from_json(recipe.to_json()) == recipe
