"""`kgan train`: flags become a recipe; a run is quiet, whole, and can be stopped."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import kgan.data
from kgan import recipes
from kgan.cli import main
from kgan.recipes import few_shot

TINY = [
    '--model_options={"generator_hidden": [16], "discriminator_hidden": [16]}',
    "--latent_dim=4",
    "--batch_size=32",
]


def dry_run(capsys, *argv):
    """Returns what `kgan train --dry_run` prints, as lines and as values of flags."""
    assert main(["train", "--dry_run", *argv]) == 0
    lines = capsys.readouterr().out.splitlines()
    flags = [line[2:].split("=", 1) for line in lines if line.startswith("--")]
    return lines, dict(flags)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_dry_run_shows_the_recipe_and_writes_nothing(tmp_path, capsys):
    lines, flags = dry_run(capsys, "--steps=7", "--batch_size=32")
    assert set(flags) == set(recipes.games()["gan"].flags())
    assert (flags["dataset"], flags["steps"], flags["batch_size"]) == (
        "digits",
        "7",
        "32",
    )
    text = "\n".join(lines)
    assert re.search(r"^generator +[\d,]+ parameters, from 64 latents", text, re.M)
    assert re.search(r"^run directory +runs/digits-\d{8}-\d{6}$", text, re.M)
    assert list(tmp_path.iterdir()) == []


def test_what_a_dry_run_prints_is_a_command(capsys):
    _, flags = dry_run(capsys, *TINY, "--seed=3", "--sample_every=5")
    again = [f"--{name}={value}" for name, value in flags.items()]
    assert dry_run(capsys, *again)[1] == flags


@pytest.mark.parametrize(
    ("argv", "dataset", "conditional"),
    [
        ([], "digits", "false"),
        (["--recipe=digits_conditional"], "digits", "true"),
        (["--dataset=gaussian"], "gaussian", "false"),
        (["--dataset=digits", "--conditional"], "digits", "true"),
        (["--recipe=ring", "--dataset=grid"], "grid", "false"),
        (["--dataset=grid"], "grid", "false"),
    ],
)
def test_recipe_and_dataset_choose_what_is_trained(argv, dataset, conditional, capsys):
    _, flags = dry_run(capsys, *argv)
    assert (flags["dataset"], flags["conditional"]) == (dataset, conditional)
    if argv == ["--dataset=gaussian"]:
        assert flags["prior"] == "uniform"


BUILT_IN = [
    name
    for name in recipes.names()
    if recipes.get(name).dataset in kgan.data.names()
    and recipes.get(name).game == "gan"
]


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_field_can_be_overridden(name, capsys):
    _, flags = dry_run(
        capsys,
        f"--recipe={name}",
        "--ema_momentum=none",
        "--penalties=[]",
        "--loss=hinge",
        "--schedule=linear",
        "--beta_1=0",
    )
    chosen = ("ema_momentum", "penalties", "loss", "schedule", "beta_1")
    assert [flags[f] for f in chosen] == ["none", "[]", "hinge", "linear", "0.0"]


@pytest.fixture
def folder(tmp_path):
    """A folder of three images, 30 pixels wide and 20 high."""
    path = tmp_path / "pictures"
    path.mkdir()
    for index in range(3):
        pixels = np.full((20, 30, 3), 80 * index, np.uint8)
        Image.fromarray(pixels).save(path / f"{index}.png")
    return path


def test_a_folder_alone_says_what_was_chosen(folder, capsys, monkeypatch):
    monkeypatch.setattr(few_shot, "FEW", 2)
    lines, flags = dry_run(capsys, f"--dataset={folder}", "--steps=2")
    assert flags["model"] == "dcgan"
    assert flags["image_size"] == "16"
    assert any("3 images, shorter side 20 pixels" in line for line in lines)


@pytest.mark.parametrize("argv", [["--recipe=few_shot"], []])
def test_few_images_say_what_was_chosen(argv, folder, capsys):
    lines, flags = dry_run(capsys, *argv, f"--dataset={folder}", "--latent_dim=5")
    assert lines[0] == f"{folder}: 3 images."
    chosen = [re.match(r"Chose (--(\w+)=\S+): .", line) for line in lines[1:5]]
    said = [shlex.split(match[1])[0] for match in chosen]
    values = dict(flag.removeprefix("--").split("=") for flag in said)
    _, again = dry_run(capsys, *argv, f"--dataset={folder}", *said)
    assert {name: again[name] for name in values} == {n: flags[n] for n in values}
    assert list(values) == ["image_size", "augmentation", "ema_momentum", "steps"]
    assert (values["image_size"], flags["image_size"]) == ("[16,32]", "[16, 32]")
    assert values["augmentation"] == '{"name":"diff_augment"}'
    assert flags["latent_dim"] == "5"
    assert values["steps"] == flags["steps"]
    assert flags["batch_size"] == "3"
    name = "few_shot" if argv else "pictures"
    assert any(re.match(rf"run directory +runs/{name}-", line) for line in lines)


def test_one_photo_is_trained_and_what_becomes_of_it_is_said(folder, capsys):
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()
    flags = ["--steps=1", '--model_options={"width": 2}', "--run_dir=run"]
    assert main(["train", f"--dataset={folder}", *flags]) == 0
    out = capsys.readouterr().out
    assert "A GAN of one image can only reproduce it" in out
    assert "Done: see run" in out


def test_classes_are_offered_unless_they_are_asked_for(folder, capsys):
    for path in sorted(folder.iterdir()):
        (folder / f"class{path.stem}").mkdir()
        path.rename(folder / f"class{path.stem}" / path.name)
    lines, flags = dry_run(capsys, f"--dataset={folder}")
    line = f"{folder} has 3 classes (class0, class1, class2): --conditional generates"
    assert sum(each.startswith(line) for each in lines) == 1
    assert flags["conditional"] == "false"
    lines, flags = dry_run(capsys, f"--dataset={folder}", "--conditional")
    assert not any("has 3 classes" in each for each in lines)
    assert flags["conditional"] == "true"


def test_what_few_shot_chose_is_a_command(folder, capsys):
    _, flags = dry_run(capsys, "--recipe=few_shot", f"--dataset={folder}")
    again = [f"--{name}={value}" for name, value in flags.items()]
    assert dry_run(capsys, "--recipe=few_shot", *again)[1] == flags


def test_a_window_reaches_the_data(folder, capsys, caplog):
    for index in range(40):
        scan = np.arange(64).reshape(8, 8).astype(np.uint16) * 64 + index
        Image.fromarray(scan).save(f"{folder}/{index}.png")
    _, flags = dry_run(capsys, f"--dataset={folder}", "--window=0,4000")
    assert flags["window"] == "0,4000"
    assert "(0, 4000) become [-1, 1], others are cut" in caplog.text
    _, flags = dry_run(capsys, f"--dataset={folder}")
    assert flags["window"] == "0,4071"


def test_few_shot_looks_for_a_folder_of_photos(folder, capsys):
    folder.rename(folder.parent / "photos")
    lines, flags = dry_run(capsys, "--recipe=few_shot", "--augmentation={}")
    assert lines[0] == "./photos: 3 images."
    assert flags["dataset"] == str(folder.parent / "photos")
    assert flags["augmentation"] == "{}"


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (["--recipe=digit"], 1, "Did you mean 'digits'?"),
        (["--step=3"], 2, "Did you mean '--steps'?"),
        (["--steps=many"], 2, "steps=many.*integer"),
        (["--loss=hing"], 1, "Did you mean 'hinge'?"),
        (["--dataset=nowhere"], 1, "nowhere"),
        (["--recipe=few_shot"], 1, "folder or ZIP of images for the recipe few_shot"),
        (["--recipe=few_shot", "--dataset=digits"], 1, "few_shot.*: 'digits'"),
        (["--init_from=nowhere"], 1, "nowhere"),
        (["--conditional", "--dataset=gaussian"], 1, "conditional"),
    ],
)
def test_wrong_use_is_one_line(argv, status, message, tmp_path, capsys):
    assert main(["train", *argv]) == status
    error = capsys.readouterr().err
    assert error.startswith("kgan train: ")
    assert error.count("\n") == 1
    assert re.search(message, error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--metrics=frechet_digitz"], "Did you mean 'digits'"),
        (["--metrics=fidd"], "Did you mean 'fid'"),
        (["--metrics=mode_coverage"], "`source` must be a mixture"),
        (["--best=d_los"], "Did you mean 'd_loss'. `best` must be a key of the metr"),
        (["--best=frechet_digits"], "`best` must be a key of the metrics, one of d_l"),
        (["--run_dir=notes.txt/run"], "`run_dir` must be a directory"),
    ],
)
def test_a_dry_run_refuses_what_a_run_would(argv, message, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    for more in (["--dry_run"], []):
        assert main(["train", *TINY, *argv, *more]) == 1
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert re.search(message, error)
        assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_nothing_was_chosen_of_what_was_given(folder, capsys, monkeypatch):
    argv = [f"--dataset={folder}", "--image_size=16", "--steps=3"]
    lines, _ = dry_run(capsys, *argv)
    chosen = [line.split("=")[0] for line in lines if line.startswith("Chose")]
    # What follows from the number of steps is left out as well.
    assert chosen == ["Chose --augmentation"]
    assert lines[0] == f"{folder}: 3 images."
    lines, _ = dry_run(capsys, *argv[:2])
    chosen = [line.split("=")[0] for line in lines if line.startswith("Chose")]
    assert chosen == ["Chose --augmentation", "Chose --ema_momentum", "Chose --steps"]
    monkeypatch.setattr(few_shot, "FEW", 2)
    lines, _ = dry_run(capsys, *argv, "--model=mlp", "--model_options={}")
    assert not any("Chose" in line for line in lines)


def test_a_run_directory_that_holds_something_is_left_alone(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["train", f"--run_dir={tmp_path}"]) == 1
    assert "new or empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def process(*argv):
    """Starts `python -m kgan.cli train` as a user would: no variable quiets it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP")}
    return subprocess.Popen(
        [sys.executable, "-m", "kgan.cli", "train", *TINY, *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_a_run_prints_nothing_of_tensorflow(tmp_path):
    out, error = process("--steps=3", "--run_dir=run").communicate()
    assert error == ""
    assert re.search(r"^epoch 1/1  step 3/3  d_loss \S+  g_loss \S+  ", out, re.M)
    assert "\r" not in out
    assert "\x1b" not in out
    assert out.splitlines()[-1].startswith("Done: see run.")
    recipe = json.loads((tmp_path / "run" / "recipe.json").read_text("utf-8"))
    assert recipe["steps"] == 3


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_stopped_run_says_how_to_go_on_and_does(number, status, tmp_path, capsys):
    running = process("--steps=100000", "--sample_every=20", "--run_dir=run")
    for line in running.stdout:
        if line.startswith("epoch 3/"):
            break
    running.send_signal(number)
    _, error = running.communicate()
    assert running.returncode == status
    found = re.fullmatch(
        r"\nStopping after this step; once more stops at once\.\n"
        r"kgan train: stopped at step (\d+) of 100000; a checkpoint was written\. "
        r"Go on with: kgan train --resume=run\n",
        error,
    )
    step = int(found[1])
    run_dir = tmp_path / "run"
    assert not (run_dir / "gan.keras").exists()
    assert (run_dir / "checkpoints" / f"step-{step:08d}.keras").exists()
    assert not list(run_dir.rglob(".*"))
    # It can be looked at, and it goes on.
    assert main(["generate", "--model=run", "--num_images=1"]) == 0
    assert main(["train", "--resume=run", f"--steps={step + 1}"]) == 0
    out = capsys.readouterr().out
    assert f"step-{step:08d}.keras, step {step:,}." in out
    assert out.splitlines()[-1].startswith("Done: see run.")
    assert main(["train", "--resume=run"]) == 0
    assert capsys.readouterr().out.startswith(f"run is finished, at step {step + 1:,}.")


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (["--resume=empty"], 1, r"directory of a run, with a recipe\.json"),
        (["--resume=nowhere"], 1, "directory of a run"),
        (["--resume=empty", "--loss=hinge"], 2, "--loss cannot be given.*--steps, "),
        (["--resume=empty", "--run_dir=x"], 2, "--run_dir cannot be given"),
        (["--allow_changed_data"], 2, "allow_changed_data .* with --resume alone"),
        (["--strategy=mirored"], 2, "strategy=mirored.*one of auto, none, mirrored"),
        (["--precision=float64"], 2, "precision=float64.*mixed_bfloat16"),
        (["--jit_compile=maybe"], 2, "one of auto, true, false"),
        (["--micro_batches=3"], 1, "`micro_batches` must divide the batch size 64"),
    ],
)
def test_wrong_resume_and_strategy_are_one_line(
    argv, status, message, tmp_path, capsys
):
    (tmp_path / "empty").mkdir()
    assert main(["train", *argv]) == status
    error = capsys.readouterr().err
    assert error.startswith("kgan train: ")
    assert error.count("\n") == 1
    assert re.search(message, error)
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_a_dry_resume_says_where_it_goes_on(tmp_path, capsys):
    (tmp_path / "recipe.json").write_text(recipes.get("ring").to_json(), "utf-8")
    assert main(["train", f"--resume={tmp_path}", "--dry_run"]) == 0
    out = capsys.readouterr().out
    assert "starting from the beginning" in out
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.json"]


def test_a_folder_that_changed_is_gone_on_with_if_that_is_allowed(folder, capsys):
    flags = [f"--dataset={folder}", "--model=mlp", "--image_size=8", "--run_dir=run"]
    small = [*TINY[:2], "--batch_size=2", "--steps=1"]
    assert main(["train", *flags, *small]) == 0
    (folder / "0.png").unlink()
    (folder / "1.png").rename(folder / "new.png")
    resume = ["train", "--resume=run", "--steps=2"]
    capsys.readouterr()
    assert main(resume) == 1
    found = "2 images are gone (0.png, 1.png), 1 image is new (new.png)"
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"{folder}, of which {found}. To go on with these data: --allow_ch" in error
    assert main([*resume, "--allow_changed_data"]) == 0
    assert f"The data have changed: {found}.\n" in capsys.readouterr().out
    assert main(["train", "--resume=run", "--steps=3"]) == 0


def test_a_run_goes_on_where_its_data_are_now(folder, tmp_path, monkeypatch, capsys):
    flags = ["--dataset=pictures", "--model=mlp", "--image_size=8", "--run_dir=run"]
    assert main(["train", *flags, *TINY[:2], "--batch_size=2", "--steps=1"]) == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    resume = ["train", "--resume=../run", "--steps=2"]
    assert main([*resume, "--dry_run"]) == 0
    folder.rename(tmp_path / "moved")
    capsys.readouterr()
    assert main(resume) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"at {folder}, or --dataset" in error
    assert main([*resume, "--dataset=../moved"]) == 0
    assert main([*resume, "--steps=3", "--dry_run"]) == 0
    few = ["--metrics=kernel_pixels", "--num_images=40", "--allow_few", "--noreport"]
    (tmp_path / "moved").rename(folder)
    capsys.readouterr()
    assert main(["evaluate", "--model=../run", *few]) == 1
    assert "--dataset" in capsys.readouterr().err
    assert main(["evaluate", "--model=../run", *few, f"--dataset={folder}"]) == 0


def test_a_second_process_is_one_line(tmp_path, capsys):
    first = process("--steps=100000", "--sample_every=20", "--run_dir=run")
    for line in first.stdout:
        if line.startswith("epoch 2/"):
            break
    try:
        assert main(["train", "--resume=run"]) == 1
    finally:
        first.kill()
        first.communicate()
    error = capsys.readouterr().err
    expected = f"kgan train: run is being written by another run, process {first.pid} "
    assert error.startswith(expected)
    assert error.count("\n") == 1
    # What was killed holds nothing.
    assert main(["train", "--resume=run", "--dry_run"]) == 0
