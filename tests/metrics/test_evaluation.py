"""What was measured, as values, as JSON, and as a table."""

import json

import pytest

from kgan.metrics import Evaluation, Measurement

HASH = "0123456789abcdef" * 4
COMMON = {"dataset": "mnist", "num_real": 60_000, "num_fake": 5000, "seed": 0}
FEATURES = {"name": "mnist", "sha256": HASH, "resizer": None}


def evaluation(value=3.25):
    frechet = Measurement(
        "frechet_mnist", value, None, None, "min", COMMON | {"extractor": FEATURES}
    )
    kernel = Measurement(
        "kernel_mnist",
        0.5,
        0.125,
        "standard error of 100 subsets",
        "min",
        COMMON | {"extractor": FEATURES, "num_subsets": 100, "sizes": [1, 2]},
    )
    return Evaluation((frechet, kernel))


def test_values_are_found_by_name():
    assert evaluation()["kernel_mnist"] == 0.5
    assert evaluation().values() == {"frechet_mnist": 3.25, "kernel_mnist": 0.5}
    with pytest.raises(KeyError):
        evaluation()["fid"]


def test_json_gives_the_same_back():
    text = evaluation().to_json()
    assert Evaluation.from_json(text) == evaluation()
    assert json.loads(text)[1]["provenance"]["extractor"]["sha256"] == HASH


def test_json_stays_json_where_a_figure_is_not_finite():
    text = evaluation(float("inf")).to_json()
    assert json.loads(text)[0]["value"] == "inf"
    assert Evaluation.from_json(text)["frechet_mnist"] == float("inf")


def test_the_table_says_each_thing_once():
    lines = evaluation().table().splitlines()
    assert lines[0].split() == ["metric", "value", "±", "real", "fake", "with"]
    assert lines[1].split() == ["frechet_mnist", "3.25", "60,000", "5,000"]
    assert lines[2].split()[:5] == ["kernel_mnist", "0.5", "0.12", "60,000", "5,000"]
    assert lines[2].endswith("num_subsets 100")
    assert lines[4] == "Features mnist: sha256 01234567…"
    assert lines[5] == "All: dataset mnist, seed 0"


def test_paths_that_are_no_utf_8_have_a_round_trip():
    own = COMMON | {"dataset": "caf\udce9/"}
    one = Evaluation((Measurement("x", 1.0, None, None, "min", own),))
    assert Evaluation.from_json(one.to_json().encode("utf-8").decode("utf-8")) == one
