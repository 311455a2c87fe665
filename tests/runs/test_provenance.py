"""What a run's directory says of its model."""

import json
import shutil

import contract
import pytest
import tiny

import kgan
import kgan.data
from kgan import export, metrics, recipes
from kgan.runs import directory, provenance, train


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "tiny"
    train.train(tiny.DIGITS, path, verbose=0)
    return path


def checkpoint(run_dir):
    return run_dir / directory.CHECKPOINTS / "step-00000004.keras"


def test_the_name_is_the_recipes_or_the_files(run_dir, tmp_path):
    for path in (run_dir, run_dir / directory.MODEL, checkpoint(run_dir)):
        assert provenance.name_of(path) == "digits"
    assert provenance.name_of(tmp_path / "mine.keras") == "mine"
    (tmp_path / "m" / "2").mkdir(parents=True)
    (tmp_path / "m" / "2" / "saved_model.pb").touch()
    assert provenance.name_of(tmp_path / "m") == "m"
    assert provenance.name_of(tmp_path / "m" / "2") == "m"


def test_a_run_tells_its_data_and_its_curves(run_dir, tmp_path):
    for path in (run_dir, run_dir / directory.MODEL, checkpoint(run_dir)):
        assert provenance.data_of(path) == ("digits", None)
        assert provenance.metrics_of(path) == run_dir / directory.METRICS
    assert provenance.data_of(tmp_path / "mine.keras") == (None, None)
    assert provenance.data_of(tmp_path / "mine.keras", "x", "y") == ("x", "y")
    assert provenance.metrics_of(tmp_path / "mine.keras") is None


def test_a_run_tells_its_recipe_and_the_figures_of_the_models_step(run_dir):
    facts = provenance.provenance(run_dir, step=5, license="MIT")
    assert (facts.recipe, facts.data, facts.license) == ("digits", "digits", "MIT")
    assert facts.settings["steps"] == 5
    assert "results" not in facts.settings
    ((source, figures),) = facts.figures
    assert "metrics.csv" in source
    assert source.endswith("step 5")
    assert {"d_loss", "g_loss", "d_real", "d_fake", "d_accuracy", "r1"} <= set(figures)
    assert not {n for n in figures if n.endswith(("learning_rate", "_second"))}
    last = (run_dir / directory.METRICS).read_text().splitlines()[-1].split(",")
    assert str(figures["d_loss"]) in last


def test_a_checkpoint_has_the_figures_of_its_own_step(run_dir):
    ((source, figures),) = provenance.provenance(checkpoint(run_dir), step=4).figures
    assert source.endswith("step 4")
    ((_, later),) = provenance.provenance(run_dir, step=5).figures
    assert figures["d_loss"] != later["d_loss"]


def test_figures_of_another_step_are_not_the_models(run_dir):
    assert provenance.provenance(run_dir, step=3).figures == ()


def test_the_recipes_own_results_are_told_as_such(run_dir, tmp_path):
    recipe = json.loads((run_dir / directory.RECIPE).read_text())
    recipe["results"] = {"coverage": 0.9, "command": "python judge.py RUN"}
    (tmp_path / directory.RECIPE).write_text(json.dumps(recipe))
    ((source, figures),) = provenance.provenance(tmp_path, step=5).figures
    assert "another run, by `python judge.py RUN`" in source
    assert figures == {"coverage": 0.9}


def test_of_a_file_alone_nothing_is_known(tmp_path):
    facts = provenance.provenance(tmp_path / "mine.keras", step=5)
    assert (facts.recipe, facts.data, facts.figures) == (None, None, ())


def test_a_file_that_only_lies_near_a_run_is_not_of_it(run_dir, tmp_path):
    for place in (run_dir / "mine.keras", run_dir / "samples" / "gan.keras"):
        assert provenance.provenance(place, step=5).recipe is None


def test_of_a_folder_of_photos_the_name_alone_is_told(run_dir, tmp_path):
    recipe = json.loads((run_dir / directory.RECIPE).read_text())
    recipe["dataset"] = "/home/alice/private/photos"
    recipe["description"] = "a DCGAN for /home/alice/private/photos"
    (tmp_path / directory.RECIPE).write_text(json.dumps(recipe))
    facts = provenance.provenance(tmp_path, step=5)
    assert facts.data == facts.settings["dataset"] == "photos"
    assert "alice" not in repr(facts)


def test_figures_are_the_models_where_the_data_were_moved(run_dir, tmp_path):
    recipe = json.loads((run_dir / directory.RECIPE).read_text())
    recipe["dataset"] = str(tmp_path / "old" / "photos")
    recipe["ema_momentum"] = None
    (tmp_path / directory.RECIPE).write_text(json.dumps(recipe))
    of = {"step": 5, "truncation": 1.0, "generator": "raw weights"}
    places = [tmp_path / "new" / "photos", tmp_path / "others", recipe["dataset"]]
    found = [
        metrics.Measurement(f"m{i}", 1.0, provenance=of | {"dataset": str(place)})
        for i, place in enumerate(places)
    ]
    (tmp_path / "evaluation").mkdir()
    written = tmp_path / "evaluation" / "evaluation.json"
    written.write_text(metrics.Evaluation(tuple(found)).to_json(), "utf-8")

    def measured():
        ((_, figures),) = provenance.provenance(tmp_path, step=5).figures
        return [*figures]

    assert measured() == ["m0", "m2"]  # the old place has nothing any more
    places[2] = tmp_path / "old" / "photos"
    places[2].mkdir(parents=True)
    assert measured() == ["m2"]


def test_what_was_measured_is_told_of_its_step_alone(run_dir, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(run_dir, run)
    of = {"step": 5, "truncation": 1.0, "dataset": "digits"}
    of["generator"] = "averaged weights"
    measured = metrics.Evaluation(
        (
            metrics.Measurement("frechet_digits", 1.23456, provenance=of),
            metrics.Measurement("kernel_digits", 9.0, provenance=of | {"step": 4}),
            metrics.Measurement("a", 9.0, provenance=of | {"truncation": 0.5}),
            metrics.Measurement("b", 9.0, provenance=of | {"generator": "raw weights"}),
            metrics.Measurement("c", 9.0, provenance=of | {"dataset": "mnist"}),
        )
    )
    (run / "evaluation").mkdir()
    (run / "evaluation" / "evaluation.json").write_text(measured.to_json(), "utf-8")
    figures = dict(provenance.provenance(run, step=5).figures)
    title = "Measured at step 5, by `kgan evaluate`"
    assert figures[title] == {"frechet_digits": 1.235}
    assert title not in dict(provenance.provenance(run, step=3).figures)
    (run / "evaluation" / "evaluation.json").write_text("[{", "utf-8")
    assert title not in dict(provenance.provenance(run, step=5).figures)


def test_half_a_recipe_is_named(run_dir, tmp_path):
    copy = shutil.copytree(run_dir, tmp_path / "run")
    recipe = copy / directory.RECIPE
    recipe.write_text(recipe.read_text("utf-8")[:100], "utf-8")
    with pytest.raises(ValueError, match=rf"{recipe}: A recipe must be a JSON object"):
        provenance.name_of(copy)


def test_half_a_line_of_metrics_is_no_figure(run_dir, tmp_path):
    copy = shutil.copytree(run_dir, tmp_path / "run")
    with (copy / directory.METRICS).open("a") as file:
        file.write("3,")
    assert provenance.provenance(copy, 5) == provenance.provenance(run_dir, 5)


def test_a_run_knows_whether_its_data_have_changed(run_dir, tmp_path):
    digits = kgan.data.source("digits", image_size=8)
    for path in (run_dir, run_dir / directory.MODEL):
        assert provenance.changed_data(path, digits) == ""
        found = provenance.changed_data(path, kgan.data.source("digits", image_size=4))
        assert found == "the shape was [8, 8, 1] and is [4, 4, 1], the rows are others"
    assert provenance.changed_data(tmp_path / "mine.keras", digits) == ""


def test_a_run_knows_the_names_of_its_classes(run_dir, tmp_path):
    assert provenance.classes_of(run_dir) == [str(digit) for digit in range(10)]
    assert provenance.classes_of(tmp_path / "mine.keras") is None


def test_half_a_file_about_data_is_a_warning(run_dir, tmp_path):
    copy = shutil.copytree(run_dir, tmp_path / "run")
    (copy / directory.DATA).write_text('{"clas')
    with pytest.warns(UserWarning, match=r"data\.json must hold what the data"):
        assert provenance.classes_of(copy) is None
    digits = kgan.data.source("digits", image_size=8)
    with pytest.warns(UserWarning, match=r"data\.json must hold what the data"):
        assert provenance.changed_data(copy, digits) == ""


def test_a_run_tells_the_label_maps_of_its_sides(tmp_path):
    recipe = recipes.get("facades").override(target_labels="#000000,#ff0000")
    (tmp_path / directory.RECIPE).write_text(recipe.to_json())
    found = provenance.labels_of(tmp_path)
    assert list(found) == ["target"]
    assert (str(found["target"]), found["target"].low) == ("#000000,#ff0000", -1.0)
    assert provenance.provenance(tmp_path, 0).labels == {"target": "#000000,#ff0000"}
    assert provenance.labels_of(tmp_path / "mine.keras") == {}


@pytest.mark.parametrize("direction", [None, "to_source"])
def test_an_exported_translator_tells_its_label_maps(direction, tmp_path):
    judges = [contract.network([(4, 4, c)], (1,)) for c in (2, 3)]
    networks = (
        contract.network([(4, 4, 3)], (4, 4, 2)),
        contract.network([(4, 4, 2)], (4, 4, 3)),
    )
    game = kgan.CycleGAN(*networks, *judges)
    game.compile(dict.fromkeys(game.players, "sgd"))
    labels = export.Provenance(labels={"target": "2"})
    options = {"provenance": labels, "allow_untrained": True, "direction": direction}
    path = export.saved_model(game, tmp_path / "served", **options)
    for place in (path, path.parent):
        ((role, found),) = provenance.labels_of(place).items()
        # What the second direction translates is a target of the data.
        assert role == ("source" if direction else "target")
        assert (found.count, found.low) == (2, -1.0)
