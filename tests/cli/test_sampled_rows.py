"""`kgan generate` of a table: files, conditions, flags without a meaning."""

import json

import keras
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from small_tables import people

import kgan
from kgan.cli import main, sampled_rows
from kgan.tabular import Between, Table, TabularGAN


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "table.keras"
    keras.utils.set_random_seed(0)
    gan = TabularGAN(Table.infer(people()), latent_dim=4, generator_hidden=(8,))
    gan.save(path)
    return path


def generate(model, *flags):
    return main(["generate", f"--model={model}", *map(str, flags)])


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.parquet"])
def test_files(model, name, tmp_path, capsys):
    path = tmp_path / name
    assert generate(model, "--num_rows=40", "--seed=3", f"--output={path}") == 0
    assert "40 rows of 7 columns in" in capsys.readouterr().out
    expected = keras.saving.load_model(model).sample(40, seed=3)
    if name.endswith(".parquet"):
        # Parquet has no dates in seconds.
        assert_frame_equal(pd.read_parquet(path), expected.astype({"begin": "M8[ms]"}))
    else:
        assert path.exists()
        found = pd.read_csv(path, parse_dates=["begin"])
        assert_frame_equal(found, expected, check_dtype=False)


def test_start_continues(model, tmp_path):
    paths = [tmp_path / f"{name}.csv" for name in "abc"]
    generate(model, "--num_rows=30", f"--output={paths[0]}")
    generate(model, "--num_rows=10", f"--output={paths[1]}")
    generate(model, "--num_rows=20", "--start=10", f"--output={paths[2]}")
    whole, first, second = (path.read_text().splitlines() for path in paths)
    assert whole == first + second[1:]


def test_conditions(model, tmp_path, capsys):
    path = tmp_path / "rows.csv"
    asked = {"job": ["cook", "clerk"], "wage": {"low": 15.0}}
    flags = ["--num_rows=50", f"--conditions={json.dumps(asked)}", f"--output={path}"]
    assert generate(model, *flags) == 0
    assert "of the drawn rows fulfil the conditions" in capsys.readouterr().out
    rows = pd.read_csv(path)
    assert set(rows["job"]) <= {"cook", "clerk"}
    assert (rows["wage"] >= 15.0).all()
    known = people(30)[["job", "works"]]
    known.to_csv(tmp_path / "known.csv", index=False)
    flags = [f"--conditions={tmp_path / 'known.csv'}", f"--output={path}"]
    assert generate(model, *flags) == 0
    assert_frame_equal(pd.read_csv(path)[["job", "works"]], known, check_dtype=False)


def test_conditions_of_json():
    table = Table.infer(people())
    found = sampled_rows.conditions_of(
        {"works": {"True": 0.25, "False": 0.75}, "hours": {"low": 20}}, table
    )
    levels = Table.infer(people().replace({"job": {"cook": "low", "clerk": "high"}}))
    shares = {"job": {"low": 0.5, "high": 0.5}}
    assert sampled_rows.conditions_of(shares, levels) == shares
    assert found == {"works": {True: 0.25, False: 0.75}, "hours": Between(20)}


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--labels=3"], "--labels has no meaning for a model of a table"),
        (["--output=rows.png"], "must end, for a table, in"),
        (['--conditions={"jop": "cook"}'], "Did you mean 'job'"),
        (['--conditions={"job": "cock"}'], "Did you mean 'cook'"),
        (["--conditions=nothing.csv"], "nothing.csv"),
    ],
)
def test_wrong_flags(model, flags, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert generate(model, *flags) != 0
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_flags_of_tables_are_none_of_images(tmp_path, capsys):
    path = tmp_path / "gan.keras"
    kgan.GAN(*kgan.models.mlp((2,), latent_dim=2)).save(path)
    assert generate(path, "--num_rows=3") != 0
    assert "--num_rows" in capsys.readouterr().err
