"""A recipe checks itself and is the same after JSON and after flags."""

import dataclasses
import json
import subprocess
import sys

import pytest

from kgan.recipes import Recipe, get, names
from kgan.recipes.recipe import Recipe as TheClass

PLAIN = Recipe(name="plain")


@pytest.mark.parametrize("name", names())
def test_json_round_trip(name):
    recipe = get(name)
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("name", names())
def test_flags_round_trip(name):
    recipe = get(name)
    fields = Recipe.flags()
    texts = dict(flag[2:].split("=", 1) for flag in recipe.to_flags())
    values = {n: fields[n].metadata["kind"].read(text) for n, text in texts.items()}
    assert PLAIN.override(name=name, **values) == dataclasses.replace(
        recipe, description="", results={}
    )


def test_each_field_but_its_description_is_a_flag():
    fields = {field.name for field in dataclasses.fields(TheClass)}
    assert fields - set(Recipe.flags()) == {"name", "description", "results"}


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
    with pytest.raises(ValueError, match=r"batch_size.*'batchsize'.*'batch_size'?"):
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
        "recipes[0].override(**terms, augmentation={'name': 'augment'})\n"
        "assert not context.context()._initialized\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
