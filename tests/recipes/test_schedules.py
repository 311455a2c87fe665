"""Numbers that change over a run: their values, and what is refused."""

import json

import pytest

from kgan import recipes
from kgan.recipes import Recipe, build, schedules

R1 = {"name": "r1", "weight": {"course": "cosine", "first": 2.0, "last": 0.5}}


def at(course, first, last, steps, step):
    given = {"weight": {"course": course, "first": first, "last": last}}
    return float(schedules.expand(given, steps)["weight"](step))


@pytest.mark.parametrize(
    ("course", "middle"), [("linear", 1.25), ("cosine", 1.25), ("exponential", 1.0)]
)
@pytest.mark.parametrize("steps", [10, 500])
def test_a_course_lasts_as_long_as_the_run(course, middle, steps):
    values = [at(course, 2.0, 0.5, steps, share * steps // 2) for share in range(3)]
    assert values == pytest.approx([2.0, middle, 0.5])


def test_a_course_may_rise_and_begin_or_end_at_zero():
    assert at("linear", 0.0, 1.0, 10, 5) == pytest.approx(0.5)
    assert at("cosine", 0.1, 1.0, 10, 10) == pytest.approx(1.0)
    assert at("cosine", 1.0, 0.0, 10, 10) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("course", ["linear", "cosine", "exponential"])
def test_whole_numbers_are_numbers_as_well(course):
    for step in (0, 30, 100):
        whole, exact = at(course, 4, 1, 100, step), at(course, 4.0, 1.0, 100, step)
        assert whole == exact
    assert at(course, 4, 1, 100, 100) == pytest.approx(1.0)


def test_other_options_are_left_alone():
    options = {"weight": 1.0, "interval": 4, "policy": ["color"], "more": {"a": 1}}
    assert schedules.expand(options, 10) == options


def test_all_terms_and_the_augmentation_take_one():
    rising = {"course": "linear", "first": 0.0, "last": 0.4}
    recipe = Recipe(
        name="moving",
        steps=20,
        penalties=[R1],
        regularizers=[{"name": "lecam", "weight": rising}],
        objectives=[{"name": "auxiliary_classifier", "generator_weight": rising}],
        augmentation={"name": "augment", "probability": rising},
    )
    (penalty,), (lecam,) = build.make_penalties(recipe), build.make_regularizers(recipe)
    (objective,) = build.make_objectives(recipe)
    augmentation = build.make_augmentation(recipe)
    assert float(penalty.weight(20)) == pytest.approx(0.5)
    for schedule in (lecam.weight, objective.generator_weight):
        assert float(schedule(10)) == pytest.approx(0.2)
    assert float(augmentation.probability(10)) == pytest.approx(0.2)


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_a_written_out_recipe_keeps_it_for_a_run_of_any_length(name):
    recipe = build.resolve(recipes.get(name), (2,), sample_every=10)
    again = Recipe.from_json(recipe.to_json())
    assert json.loads(again.to_json()) == json.loads(recipe.to_json())
    for steps in (recipe.steps, 100):
        for penalty in build.make_penalties(again.override(steps=steps)):
            course = recipes.get(name).penalties[0]["weight"]
            assert float(penalty.weight(0)) == pytest.approx(course["first"])
            assert float(penalty.weight(steps)) == pytest.approx(course["last"])


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ({"course": "cosin", "first": 1.0, "last": 0.1}, "Did you mean 'cosine'"),
        ({"course": "cosine", "first": 0.0, "last": 0.1}, "first above 0"),
        ({"course": "exponential", "first": 1.0, "last": 0}, "first and last above 0"),
        ({"course": "linear", "first": 1.0}, "`first` and `last`"),
        ({"course": "linear", "first": 1.0, "last": -1.0}, "non-negative"),
        ({"course": "linear", "first": "one", "last": 1.0}, "non-negative"),
        ({"course": "linear", "first": 1.0, "last": 1.0, "steps": 3}, "Received"),
    ],
)
@pytest.mark.parametrize("field", ["penalties", "regularizers"])
def test_what_is_no_course_is_refused_when_the_recipe_is_made(field, weight, message):
    name = {"penalties": "r1", "regularizers": "lecam"}[field]
    with pytest.raises(ValueError, match=message):
        Recipe(name="wrong", **{field: [{"name": name, "weight": weight}]})
