"""`kgan push` writes a run's model, card and picture to the Hub; commands read it."""

import json
import re
import sys

import huggingface_hub
import keras
import numpy as np
import pytest
import tiny
from huggingface_hub import constants

from kgan.cli import main
from kgan.runs import directory, prepare, provenance

ADDRESS = "hf://ann/digits"


@pytest.fixture
def pushed(run_dir, hub, capsys):
    """The Hub, with the model of the run."""
    flags = [f"--model={run_dir}", f"--to={ADDRESS}", "--license=MIT", "--message=One"]
    assert main(["push", *flags]) == 0
    out = capsys.readouterr().out
    assert (
        out == f"{hub.url}/ann/digits holds the model: "
        f"kgan generate --model={ADDRESS}\n"
    )
    return hub


def test_what_lies_there(pushed, run_dir):
    files, message = pushed.commits["ann/digits"][-1]
    assert message == "One"
    picture = run_dir / directory.SAMPLES / "step-00000005.png"
    assert files["samples.png"] == picture.read_bytes()
    card = huggingface_hub.ModelCard(files["README.md"].decode())
    assert (card.data.license, card.data.datasets) == ("mit", ["digits"])
    for text in ("| recipe | digits |", "![samples](samples.png)", "`d_loss`"):
        assert text in card.text
    assert json.loads(files["data.json"])["classes"] == list("0123456789")


def test_commands_take_it_for_a_run(pushed, run_dir, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = ["generate", f"--model={ADDRESS}", "--num_images=3", "--output=a.npy"]
    assert main(command) == 0
    expected = directory.load_model(run_dir).generate(3)
    np.testing.assert_array_equal(np.load("a.npy"), expected)
    assert main(["export", f"--model={ADDRESS}", "--license=MIT"]) == 0
    card = (tmp_path / "saved_models/digits/1/README.md").read_text("utf-8")
    assert "| recipe | digits |" in card
    assert provenance.data_of(ADDRESS) == ("digits", None)
    assert provenance.classes_of(ADDRESS) == list("0123456789")
    assert provenance.metrics_of(ADDRESS) is None


def test_a_run_starts_from_it(pushed, run_dir, tmp_path):
    plan = prepare.prepare(tiny.DIGITS, tmp_path / "run", init_from=ADDRESS)
    old = directory.load_model(run_dir)
    for ours, theirs in zip(
        plan.game.generator.get_weights(), old.generator.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_a_private_place_is_read_with_the_token_alone(
    run_dir, hub, monkeypatch, capsys
):
    assert main(["push", f"--model={run_dir}", f"--to={ADDRESS}", "--private"]) == 0
    assert hub.private == {"ann/digits"}
    monkeypatch.setenv("HF_TOKEN", "")
    assert main(["generate", f"--model={ADDRESS}"]) == 1
    assert "The Hub wants a token" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        ([], 2, "--model must name"),
        (["--model=RUN"], 2, "--to must name a place on the Hub, hf://USER/NAME"),
        (
            ["--model=RUN", "--to=hf://name"],
            2,
            "--to=hf://name.*must be hf://USER/NAME",
        ),
        (["--model=RUN", "--to=there"], 2, "--to=there.*must be hf://USER/NAME"),
        (["--model=nowhere", "--to=hf://a/b"], 1, "nowhere"),
        (["--model=foreign.keras", "--to=hf://a/b"], 1, "must hold a game"),
        (
            ["--model=RUN", "--to=hf://a/b", "--license=mine"],
            1,
            '"license" must be one',
        ),
        (["--model=hf://no/model", "--to=hf://a/b"], 1, "must have the model hf://no"),
        (["--model=hf://model", "--to=hf://a/b"], 1, "must be hf://USER/NAME"),
    ],
)
def test_wrong_use_is_one_line(run_dir, hub, argv, status, message, tmp_path, capsys):
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(
        tmp_path / "foreign.keras"
    )
    names = {"RUN": str(run_dir), "foreign": str(tmp_path / "foreign")}
    argv = [re.sub("RUN|foreign", lambda m: names[m[0]], arg) for arg in argv]
    assert main(["push", *argv]) == status
    assert re.fullmatch(rf"kgan push: .*{message}.*\n", capsys.readouterr().err)
    assert hub.commits == {}


def test_failures_of_the_hub_are_one_line(run_dir, hub, monkeypatch, capsys):
    command = ["push", f"--model={run_dir}", f"--to={ADDRESS}"]
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert main(command) == 1
    pattern = r"kgan push: The Hub refused the token for hf://ann/digits \(401\): .*\n"
    assert re.fullmatch(pattern, capsys.readouterr().err)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert main(command) == 1
    pattern = r"kgan push: Asking the Hub at .* failed: ConnectError: .* refused\n"
    assert re.fullmatch(pattern, capsys.readouterr().err)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for argv in (command, ["generate", f"--model={ADDRESS}"]):
        assert main(argv) == 1
        pattern = r'kgan \w+: .* package huggingface_hub: pip install "kgan\[hub\]"\n'
        assert re.fullmatch(pattern, capsys.readouterr().err)
    assert hub.commits == {}


def test_where_a_folder_of_data_lies_stays_here(run_dir, tmp_path):
    recipe = json.loads((run_dir / directory.RECIPE).read_text())
    for dataset, shared in [
        ("/home/ann/photos", "photos"),
        ("pairs:/home/ann/maps.zip:a:b", "pairs:maps.zip:a:b"),
    ]:
        recipe["dataset"] = dataset
        (tmp_path / directory.RECIPE).write_text(json.dumps(recipe))
        (tmp_path / directory.DATA).write_text('{"images": {"me.png": 1}}')
        files = provenance.shared_files(tmp_path, step=5)
        assert json.loads(files[directory.RECIPE])["dataset"] == shared
        assert b"ann" not in b"".join(files.values())
        assert b"me.png" not in b"".join(files.values())
