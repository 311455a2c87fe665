"""Numbers that change over a run: their values, and what is refused."""

import json

import pytest

import kgan
from kgan import recipes
from kgan.recipes import Recipe, schedules
from kgan.recipes.options import gan_parts as parts

R1 = {"name": "r1", "weight": {"schedule": "cosine", "first": 2.0, "last": 0.5}}


def at(kind, first, last, steps, step, key="schedule"):
    given = {"weight": {key: kind, "first": first, "last": last}}
    return float(schedules.expand(given, steps)["weight"](step))


@pytest.mark.parametrize(
    ("kind", "middle"), [("linear", 1.25), ("cosine", 1.25), ("exponential", 1.0)]
)
@pytest.mark.parametrize("steps", [10, 500])
def test_a_schedule_lasts_as_long_as_the_run(kind, middle, steps):
    values = [at(kind, 2.0, 0.5, steps, share * steps // 2) for share in range(3)]
    assert values == pytest.approx([2.0, middle, 0.5])


def test_a_schedule_may_rise_and_begin_or_end_at_zero():
    assert at("linear", 0.0, 1.0, 10, 5) == pytest.approx(0.5)
    assert at("cosine", 0.1, 1.0, 10, 10) == pytest.approx(1.0)
    assert at("cosine", 1.0, 0.0, 10, 10) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("kind", ["linear", "cosine", "exponential"])
def test_whole_numbers_are_numbers_as_well(kind):
    for step in (0, 30, 100):
        whole, exact = at(kind, 4, 1, 100, step), at(kind, 4.0, 1.0, 100, step)
        assert whole == exact
    assert at(kind, 4, 1, 100, 100) == pytest.approx(1.0)


def test_other_options_are_left_alone():
    options = {"weight": 1.0, "interval": 4, "policy": ["color"], "more": {"a": 1}}
    assert schedules.expand(options, 10) == options


def test_all_terms_and_the_augmentation_take_one():
    rising = {"schedule": "linear", "first": 0.0, "last": 0.4}
    recipe = Recipe(
        name="moving",
        steps=20,
        penalties=[R1],
        regularizers=[{"name": "lecam", "weight": rising}],
        objectives=[{"name": "auxiliary_classifier", "generator_weight": rising}],
        augmentation={"name": "augment", "probability": rising},
    )
    (penalty,) = parts.make_terms(recipe, "penalties")
    (lecam,) = parts.make_terms(recipe, "regularizers")
    (objective,) = parts.make_terms(recipe, "objectives")
    augmentation = parts.make_augmentation(recipe)
    assert float(penalty.weight(20)) == pytest.approx(0.5)
    for schedule in (lecam.weight, objective.generator_weight):
        assert float(schedule(10)) == pytest.approx(0.2)
    assert float(augmentation.probability(10)) == pytest.approx(0.2)


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_a_written_out_recipe_keeps_it_for_a_run_of_any_length(name):
    recipe = recipes.get(name)
    recipe = recipe.resolve(kgan.data.source(name), sample_every=10)
    again = Recipe.from_json(recipe.to_json())
    assert json.loads(again.to_json()) == json.loads(recipe.to_json())
    for steps in (recipe.steps, 100):
        for penalty in parts.make_terms(again.override(steps=steps), "penalties"):
            written = recipes.get(name).penalties[0]["weight"]
            assert float(penalty.weight(0)) == pytest.approx(written["first"])
            assert float(penalty.weight(steps)) == pytest.approx(written["last"])


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ({"schedule": "cosin", "first": 1.0, "last": 0.1}, "Did you mean 'cosine'"),
        ({"schedule": "cosine", "first": 0.0, "last": 0.1}, "first above 0"),
        (
            {"schedule": "exponential", "first": 1.0, "last": 0},
            "first and last above 0",
        ),
        ({"schedule": "linear", "first": 1.0}, "`first` and `last`"),
        ({"schedule": "linear", "first": 1.0, "last": -1.0}, "non-negative"),
        ({"schedule": "linear", "first": "one", "last": 1.0}, "non-negative"),
        ({"schedule": "linear", "first": 1.0, "last": 1.0, "steps": 3}, "Received"),
    ],
)
@pytest.mark.parametrize("field", ["penalties", "regularizers"])
def test_what_is_no_schedule_is_refused_when_the_recipe_is_made(field, weight, message):
    name = {"penalties": "r1", "regularizers": "lecam"}[field]
    with pytest.raises(ValueError, match=message):
        Recipe(name="wrong", **{field: [{"name": name, "weight": weight}]})


def after(epochs, decay_epochs, steps, first=2e-4):
    numbers = {"first": first, "epochs": epochs, "decay_epochs": decay_epochs}
    rate = {"learning_rate": {"schedule": "linear_after", **numbers}}
    return schedules.expand(rate, steps)["learning_rate"]


def test_linear_decay_after_some_epochs():
    schedule = after(2, 3, 50)  # epochs of ten steps
    expected = {0: 1.0, 19: 1.0, 20: 0.75, 29: 0.75, 30: 0.5, 49: 0.25, 50: 0.25}
    found = {step: float(schedule(step)) / 2e-4 for step in expected}
    assert found == pytest.approx(expected)
    published = after(100, 100, 200 * 7)
    for epoch in (1, 99, 100, 101, 150, 200):
        factor = 1.0 - max(0, epoch - 100) / 101
        found = published(7 * epoch - 1)
        assert float(found) == pytest.approx(2e-4 * factor)
    assert float(after(1, 0, 10)(9)) == pytest.approx(2e-4)
    # Fewer steps than epochs: in the second of two the fourth epoch of seven begins.
    assert float(after(3, 4, 2)(1)) == pytest.approx(2e-4 * 0.8)


@pytest.mark.parametrize(
    "given",
    [
        {"first": 1.0},
        {"first": -1.0, "epochs": 1, "decay_epochs": 1},
        {"first": 1.0, "epochs": 0.5, "decay_epochs": 1},
        {"first": 1.0, "epochs": -1, "decay_epochs": 1},
        {"first": 1.0, "epochs": 0, "decay_epochs": 0},
        {"first": 1.0, "epochs": 1, "decay_epochs": 1, "last": 0.0},
    ],
)
def test_a_wrong_linear_decay_is_refused(given):
    schedule = {"schedule": "linear_after", **given}
    with pytest.raises(ValueError, match="linear_after schedule of `w` must have"):
        schedules.expand({"w": schedule}, 10)


def test_recipes_of_earlier_versions_say_course():
    assert at("linear", 2.0, 1.0, 10, 5, key="course") == pytest.approx(1.5)
    with pytest.raises(ValueError, match="`course` of `weight` must be one of"):
        at("cosin", 2.0, 1.0, 10, 5, key="course")
    given = {"weight": {"course": "linear", "first": 2.0, "last": 1.0}}
    assert schedules.keep({"weight": 3.0, "interval": 2}, given) == {
        **given,
        "interval": 2,
    }
