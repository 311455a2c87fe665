"""`kgan evaluate` measures a model and shows it."""

import json
import shutil
import warnings

import keras
import numpy as np
import pytest
import tiny
import two_sets
from PIL import Image

import kgan
from kgan.cli import main
from kgan.runs import directory, train

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KGAN_CACHE_DIR", str(tmp_path / "cache"))


def evaluate(*flags):
    return main(["evaluate", *flags])


def test_a_run_gets_a_table_json_and_a_page(run_dir, capsys):
    which = "--metrics=frechet_digits,precision_recall_digits"
    assert evaluate(f"--model={run_dir}", which, "--num_images=200") == 0
    out = capsys.readouterr().out
    folder = run_dir / "evaluation"
    rows = json.loads((folder / "evaluation.json").read_text("utf-8"))
    names = ["frechet_digits", "precision_digits", "recall_digits"]
    assert [row["metric"] for row in rows] == names
    assert rows[0]["provenance"]["dataset"] == "digits"
    for name in [*names, "report.html"]:
        assert name in out
    page = (folder / "report.html").read_text("utf-8")
    assert "frechet_digits" in page
    assert "d_loss" in page or "base64" in page


def test_without_metrics_those_that_fit_are_measured(run_dir, tmp_path):
    flags = [f"--model={run_dir}", "--num_images=100", "--noreport", "--nocache"]
    assert evaluate(*flags, "--output=here") == 0
    assert [p.name for p in (tmp_path / "here").iterdir()] == ["evaluation.json"]
    assert not (tmp_path / "cache").exists()
    text = (tmp_path / "here" / "evaluation.json").read_text("utf-8")
    assert "classes_found_digits" in text


def test_a_file_needs_the_name_of_the_data(run_dir, tmp_path, capsys):
    path = tmp_path / "gan.keras"
    path.write_bytes((run_dir / directory.MODEL).read_bytes())
    assert evaluate(f"--model={path}") == 2
    assert "--dataset must name the real examples" in capsys.readouterr().err
    flags = ["--dataset=digits", "--metrics=kernel_pixels", "--num_images=50"]
    assert evaluate(f"--model={path}", *flags) == 0
    assert (tmp_path / "evaluation" / "report.html").exists()


def test_classes_of_the_samples_can_be_chosen(model, tmp_path, capsys):
    flags = [f"--model={model('classes')}", "--dataset=digits", "--num_images=50"]
    flags += ["--metrics=kernel_pixels"]
    assert evaluate(*flags) == 1  # ten classes in the data, three in the model
    assert "`dataset` must have labels that are classes" in capsys.readouterr().err
    assert evaluate(*flags, "--labels=balanced") == 0
    text = (tmp_path / "evaluation" / "evaluation.json").read_text("utf-8")
    assert json.loads(text)[0]["provenance"]["labels"] == "balanced"
    assert (tmp_path / "evaluation" / "report.html").exists()


def test_images_of_any_generator_can_be_measured(tmp_path, capsys):
    from PIL import Image

    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(30):
        image = np.full((8, 8), 8 * index, np.uint8)
        Image.fromarray(image).save(folder / f"{index}.png")
    flags = ["--dataset=digits", "--metrics=kernel_pixels", "--num_images=30"]
    assert evaluate(f"--samples={folder}", *flags) == 0
    assert "kernel_pixels" in capsys.readouterr().out
    assert (tmp_path / "evaluation" / "evaluation.json").exists()


@pytest.mark.parametrize(
    ("flags", "status", "message"),
    [
        ([], 2, "--model must name"),
        (["--model=a", "--samples=b"], 2, "--model must name"),
        (["--model=missing"], 1, "missing"),
        (["--model=RUN", "--metrics=freched"], 1, "Did you mean 'frechet'"),
        (["--model=RUN", "--metrics=frechet_mnisd"], 1, "Did you mean 'mnist'"),
        (["--model=RUN", "--dataset=ring"], 1, "image_size of ring"),
        (["--model=RUN", "--metrics=memorisation"], 1, "`held_out` must be given"),
        (["--model=RUN", "--num_images=10"], 1, "10"),
        (["--model=RUN", "--num_images=0"], 2, "num_images"),
        (["--model=RUN", "--truncation=2"], 2, "truncation"),
        (["--model=RUN", "--labels=even"], 2, "one of data, balanced"),
        (["--model=RUN", "--split=validation"], 1, "split of digits"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(run_dir, flags, status, message, capsys):
    flags = [flag.replace("RUN", str(run_dir)) for flag in flags]
    before = set(run_dir.rglob("*"))
    assert evaluate(*flags) == status
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1
    assert set(run_dir.rglob("*")) == before


def test_training_measures_on_its_way(tmp_path):
    recipe = tiny.DIGITS.override(
        metrics=["kernel_pixels"],
        evaluate_images=40,
        best="kernel_pixels",
    )
    train.train(recipe, tmp_path / "run", verbose=0)
    text = (tmp_path / "run" / directory.METRICS).read_text("utf-8")
    assert "kernel_pixels" in text.splitlines()[0]
    assert (tmp_path / "run" / directory.CHECKPOINTS / "best.keras").exists()


def test_a_run_whose_metrics_do_not_fit_writes_nothing(tmp_path):
    recipe = tiny.DIGITS.override(metrics=["memorisation_pixels"])
    with pytest.raises(ValueError, match="`held_out` must be given"):
        train.train(recipe, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


def test_the_worst_model_is_not_kept_as_the_best():
    with pytest.raises(ValueError, match="`best_mode` must be 'max' for recall_digits"):
        tiny.DIGITS.override(metrics=["recall_digits"], best="recall_digits")


def test_reals_of_16_bits_are_scaled_as_for_training(tmp_path, caplog):
    from PIL import Image

    folder = tmp_path / "scans"
    folder.mkdir()
    for index in range(40):
        scan = np.arange(64).reshape(8, 8).astype(np.uint16) * 60 + index
        Image.fromarray(scan).save(folder / f"{index}.png")
    recipe = tiny.DIGITS.override(dataset=str(folder), image_size=8, window=(0, 2000))
    train.train(recipe, tmp_path / "run", verbose=0)
    caplog.clear()
    flags = ["--metrics=kernel_pixels", "--num_images=40", "--noreport"]
    assert evaluate("--model=run", *flags) == 0
    assert "(0, 2000) become [-1, 1]" in caplog.text


@pytest.mark.parametrize(
    ("flags", "said"), [([], True), (["--split=train", "--dataset=ring"], False)]
)
def test_changed_training_data_are_a_warning(run_dir, tmp_path, flags, said, capsys):
    copy = shutil.copytree(run_dir, tmp_path / "run")
    known = json.loads((copy / directory.DATA).read_text("utf-8"))
    changed = json.dumps(known | {"examples": 1900})
    (copy / directory.DATA).write_text(changed, "utf-8")
    few = ["--metrics=kernel_pixels", "--num_images=50", "--noreport"]
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        status = evaluate(f"--model={copy}", *few, *flags)
    line = (
        f"kgan evaluate: warning: {copy} was trained on other data: "
        "the examples were 1900 and are 1797\n"
    )
    assert (line in capsys.readouterr().err) is said
    assert status == (0 if said else 1)  # a ring is no image


def test_half_a_file_about_the_data_is_a_warning(run_dir, tmp_path, capsys):
    copy = shutil.copytree(run_dir, tmp_path / "run")
    (copy / directory.DATA).write_text('{"exam', "utf-8")
    few = ["--metrics=kernel_pixels", "--num_images=50", "--noreport"]
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert evaluate(f"--model={copy}", *few) == 0
    assert "data.json must hold what the data" in capsys.readouterr().err
    assert (copy / "evaluation" / "evaluation.json").exists()


def test_an_exported_model_is_measured_and_left_as_it_is(model, tmp_path):
    gan = directory.load_model(model("points"))
    folder = gan.export("m", allow_untrained=True)
    before = tiny.files(folder)
    flags = ["--dataset=ring", "--num_images=50", "--num_real=50", "--allow_few"]
    figures = []
    for name in (folder, model("points")):
        assert evaluate(f"--model={name}", *flags, "--noreport", "--nocache") == 0
        path = tmp_path / "evaluation" / "evaluation.json"
        figures.append([row["value"] for row in json.loads(path.read_text("utf-8"))])
    np.testing.assert_allclose(*figures, rtol=1e-3)
    assert tiny.files(folder) == before


def test_a_translator_is_measured_on_held_out_pairs(tmp_path, capsys):
    x = source = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(3, 1, activation="tanh")(x)
    inputs = [keras.Input((12, 12, 3)), keras.Input((12, 12, 3))]
    y = keras.layers.Conv2D(1, 3)(keras.layers.Concatenate()(inputs))
    networks = keras.Model(source, x), keras.Model(inputs, y)
    directory.save(kgan.Pix2Pix(*networks, image_size=12), tmp_path / "game.keras")
    draw = np.random.default_rng(0)
    for index in range(20):
        for part in ("a", "b"):
            path = tmp_path / "pairs" / part / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = draw.integers(0, 256, (12, 12, 3), np.uint8)
            Image.fromarray(pixels).save(path)
    dataset = f"--dataset=pairs:{tmp_path}/pairs:a:b:0.3"
    flags = ["--metrics=l1,psnr,ssim", "--nocache", f"--output={tmp_path}/out"]
    assert main(["evaluate", f"--model={tmp_path}/game.keras", dataset, *flags]) == 0
    rows = json.loads((tmp_path / "out" / "evaluation.json").read_text("utf-8"))
    assert [row["metric"] for row in rows] == ["l1", "psnr", "ssim"]
    assert rows[0]["provenance"]["held_out_split"] == "test"
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "rows of source, output, target" in page
    assert "report.html" in capsys.readouterr().out


def test_the_second_direction_of_a_translator(tmp_path, capsys):
    data = two_sets.write(tmp_path / "data", channels=(3, 1))
    judges = [
        keras.Sequential([keras.Input((16, 16, c)), keras.layers.Conv2D(1, 3)])
        for c in (1, 3)
    ]
    networks = two_sets.convolution(3, 1), two_sets.convolution(1, 3), *judges
    game = kgan.CycleGAN(*networks, image_size=16)
    directory.save(game, tmp_path / "game.keras")
    flags = [f"--dataset=pairs:{data}:a:b:0.3", "--metrics=l1,kernel_pixels"]
    flags += [f"--model={tmp_path}/game.keras", "--allow_few", "--nocache"]
    assert evaluate(*flags, "--direction=to_source") == 0
    assert "direction to_source" in capsys.readouterr().out
    text = (tmp_path / "evaluation" / "evaluation.json").read_text("utf-8")
    values = {row["metric"]: row["value"] for row in json.loads(text)}
    held_out = kgan.data.source(f"pairs:{data}:a:b:0.3", split="test")
    y = held_out.targets.read() / np.float32(127.5) - 1
    x = held_out.sources.read() / 127.5 - 1
    expected = np.abs(game.translated(y, "to_source") - x).mean()
    assert values["l1"] == pytest.approx(expected, abs=0.01)
    assert (tmp_path / "evaluation" / "report.html").exists()
    assert evaluate(*flags, "--direction=back") == 1
    assert "`direction` must be one of to_target, to_source" in capsys.readouterr().err


def test_a_gan_has_no_direction(model, capsys):
    flags = [f"--model={model('images')}", "--dataset=digits"]
    assert evaluate(*flags, "--direction=to_source") == 2
    expected = "kgan evaluate: --direction has no meaning for a GAN\n"
    assert capsys.readouterr().err == expected
