"""`kgan generate` writes exactly what `gan.generate` gives."""

import re
import shutil
import warnings

import numpy as np
import pytest
from PIL import Image

from kgan import callbacks, recipes
from kgan.cli import main
from kgan.latents import directions
from kgan.runs import directory


def generate(model, *argv):
    assert main(["generate", f"--model={model}", *argv]) == 0


def test_a_folder_of_images(model, tmp_path, capsys):
    path = model("images")
    argv = ["--num_images=5", "--start=7", "--seed=3", f"--output={tmp_path}/out"]
    generate(path, *argv)
    names = sorted(file.name for file in (tmp_path / "out").glob("*.png"))
    assert names == [f"image-{index:06d}.png" for index in range(7, 12)]
    images = directory.load_model(path).generate(5, seed=3, start=7)
    for name, image in zip(names, images, strict=True):
        with Image.open(tmp_path / "out" / name) as file:
            np.testing.assert_array_equal(np.asarray(file), image)
    assert capsys.readouterr().out == (
        f"5 images in {tmp_path}/out: image-000007.png to image-000011.png\n"
    )


def test_an_image_for_each_of_stylegans_seeds(model, tmp_path, capsys):
    path, folder = model("images"), tmp_path / "out"
    generate(path, "--seeds=0-2,85", "--truncation=0.7", f"--output={folder}")
    assert capsys.readouterr().out == (
        f"4 images in {folder}: seed0000.png to seed0085.png\n"
    )
    gan = directory.load_model(path)
    for seed in (0, 1, 2, 85):
        drawn = np.random.RandomState(seed).randn(1, gan.latent_dim) * 0.7
        with Image.open(folder / f"seed{seed:04d}.png") as file:
            shown = np.asarray(file).astype(int)
        expected = gan.decode(drawn.astype(np.float32))[0]
        assert np.abs(shown - expected).max() <= 1
    generate(path, "--seeds=3", "--truncation=0.7", f"--output={folder}")
    assert len(list(folder.glob("*.png"))) == 5
    message = "with images of truncation 0.7 in place of 1.0"
    assert main(["generate", f"--model={path}", "--seeds=4", f"--output={folder}"]) == 1
    assert message in capsys.readouterr().err


def test_seeds_of_classes_as_one_array(model, tmp_path):
    path, file = model("classes"), tmp_path / "images.npy"
    for flag, labels in ([], None), (["--labels=2"], 2), (["--labels=2,0"], [2, 0]):
        generate(path, "--seeds=7,3", *flag, f"--output={file}")
        expected = directory.load_model(path).generate(seeds=[7, 3], labels=labels)
        np.testing.assert_array_equal(np.load(file), expected)


def test_one_grid(model, tmp_path):
    path, file = model("images"), tmp_path / "grid.png"
    generate(path, "--rows=2", "--columns=3", f"--output={file}")
    expected = callbacks.grid(directory.load_model(path).generate(6), rows=2, columns=3)
    with Image.open(file) as image:
        np.testing.assert_array_equal(np.asarray(image), expected)


@pytest.mark.parametrize(
    ("flag", "labels"), [([], None), (["--labels=2"], 2), (["--labels=1,0"], [1, 0])]
)
def test_labels(model, tmp_path, flag, labels):
    path, file = model("classes"), tmp_path / "images.npy"
    generate(path, "--num_images=2", *flag, f"--output={file}")
    expected = directory.load_model(path).generate(2, labels=labels)
    np.testing.assert_array_equal(np.load(file), expected)


def test_the_generator_that_plays(model, tmp_path):
    path, file = model("images"), tmp_path / "images.npy"
    gan = directory.load_model(path)
    gan.ema_generator.set_weights([0 * w for w in gan.ema_generator.get_weights()])
    directory.save(gan, tmp_path / "averaged.keras")
    generate(tmp_path / "averaged.keras", "--noaveraged", f"--output={file}")
    np.testing.assert_array_equal(np.load(file), gan.generate(64, averaged=False))
    generate(tmp_path / "averaged.keras", f"--output={file}")
    np.testing.assert_array_equal(np.load(file), gan.generate(64))


def test_truncation(model, tmp_path):
    path, file = model("images"), tmp_path / "images.npy"
    generate(path, "--num_images=3", "--truncation=0.4", f"--output={file}")
    expected = directory.load_model(path).generate(3, truncation=0.4)
    np.testing.assert_array_equal(np.load(file), expected)


def test_a_row_for_each_class(model, tmp_path):
    path, file = model("classes"), tmp_path / "grid.png"
    generate(path, "--by_class", "--columns=4", "--seed=2", f"--output={file}")
    labels = np.repeat([0, 1, 2], 4)
    images = directory.load_model(path).generate(12, seed=2, labels=labels)
    with Image.open(file) as image:
        expected = callbacks.grid(images, rows=3, columns=4)[..., 0]
        np.testing.assert_array_equal(np.asarray(image), expected)


def test_a_walk_through_several_seeds(model, tmp_path, capsys):
    path, file = model("images"), tmp_path / "walk.npy"
    generate(path, "--interpolate=3,8,3", "--num_images=5", f"--output={file}")
    gan = directory.load_model(path)
    there, back = gan.interpolate(3, 8, 5), gan.interpolate(8, 3, 5)
    np.testing.assert_array_equal(np.load(file), [*there, *back[1:]])
    generate(path, "--interpolate=3,8", f"--output={tmp_path}/walk.gif")
    assert "16 frames in" in capsys.readouterr().out
    with Image.open(tmp_path / "walk.gif") as film:
        assert film.n_frames == 16
        assert film.size == (5 * 11, 6 * 11)  # as in a grid: at least 64 pixels
        shown = np.asarray(film.convert("RGB"))[::11, ::11]
    first = gan.interpolate(3, 8, 16)[0]
    assert np.abs(shown.astype(float) - first).mean() < 8  # 256 colours


def test_a_walk_of_one_class(model, tmp_path):
    path, file = model("classes"), tmp_path / "walk.npy"
    flags = ["--labels=2", "--num_images=4", "--truncation=0.5"]
    generate(path, "--interpolate=1,2", *flags, f"--output={file}")
    gan = directory.load_model(path)
    expected = gan.interpolate(1, 2, 4, label=2, truncation=0.5)
    np.testing.assert_array_equal(np.load(file), expected)


@pytest.mark.parametrize("method", directions.names())
def test_a_row_for_each_direction(model, tmp_path, method):
    path, file = model("classes"), tmp_path / "slides.npy"
    size = ["--rows=2", "--columns=5"]
    command = [f"--directions={method}", "--labels=1", "--seed=3", *size]
    generate(path, *command, f"--output={file}")
    gan = directory.load_model(path)
    found = directions.find(gan, method, 2, label=1)
    expected = directions.slide(gan, found, seed=3, label=1, steps=5)
    np.testing.assert_array_equal(np.load(file), expected.reshape(10, *gan.data_shape))
    generate(path, *command, f"--output={tmp_path}/slides.png")
    with Image.open(tmp_path / "slides.png") as image:
        grid = callbacks.grid(np.load(file), rows=2, columns=5)
        np.testing.assert_array_equal(np.asarray(image), grid[..., 0])


def test_of_few_latents_all_directions_are_shown(model, tmp_path):
    path, file = model("points"), tmp_path / "slides.npy"
    generate(path, "--directions=sefa", f"--output={file}")
    assert np.load(file).shape == (3 * 9, 2)


@pytest.mark.parametrize("output", ["points", "points.npy", "points.csv"])
def test_points_are_numbers(model, tmp_path, output, capsys):
    path = model("points")
    generate(path, "--num_images=5", f"--output={tmp_path / output}")
    (file,) = tmp_path.iterdir()
    read = np.load(file) if file.suffix == ".npy" else np.loadtxt(file, delimiter=",")
    np.testing.assert_allclose(read, directory.load_model(path).generate(5), rtol=1e-6)
    assert str(file) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "argv", "status", "message"),
    [
        ("images", ["--labels=1"], 1, "labels"),
        ("classes", ["--labels=3"], 1, r"\[0, 3\)"),
        ("classes", ["--labels=1,2"], 1, "one class or 64"),
        ("classes", ["--labels=one"], 2, "3 or 0,1,2"),
        ("images", ["--num_images=0"], 2, "at least 1"),
        ("images", ["--rows=2", "--columns=2", "--num_images=5"], 1, "2 × 2"),
        ("images", ["--output=images.jpg"], 1, r"\.png, \.gif, \.npy"),
        ("images", ["--truncation=1.1"], 2, r"truncation=1.1.*\[0, 1\]"),
        ("images", ["--by_class"], 1, "needs a model with classes"),
        ("images", ["--interpolate=3"], 2, "two seeds or more. Received: 3"),
        ("images", ["--interpolate=3,-8"], 1, "`second_seed` must be a non-neg"),
        ("images", ["--interpolate=3,8", "--num_images=1"], 1, "`steps`"),
        ("images", ["--interpolate=3,8", "--labels=1"], 1, "`labels` must be None"),
        ("classes", ["--interpolate=3,8", "--labels=1,2"], 1, "must be one class"),
        ("images", ["--interpolate=3,8", "--seed=1"], 2, "--seed has no meaning with"),
        ("images", ["--directions=pca", "--interpolate=1,2"], 2, "exclude each other"),
        ("images", ["--directions=ica"], 2, "one of pca, sefa"),
        ("images", ["--directions=pca", "--rows=4"], 1, "at most 3"),
        ("images", ["--directions=pca", "--labels=1"], 1, "`labels` must be None"),
        ("images", ["--directions=pca", "--start=1"], 2, "--start has no meaning"),
        ("points", ["--output=points.png"], 1, r"\.npy, \.csv"),
        ("images", ["--seeds=3", "--seed=1"], 2, "--seed has no meaning with --seeds"),
        ("images", ["--seeds=3", "--start=1"], 2, "--start has no meaning with"),
        ("images", ["--seeds=3", "--num_images=1"], 2, "--num_images has no meaning"),
        ("classes", ["--seeds=3", "--by_class"], 2, "--seeds and --by_class exclude"),
        ("images", ["--seeds=5-3"], 2, r"seeds below 2\*\*32 as in 85 or 0-35,85"),
        ("images", ["--seeds=-3"], 2, "as in 85 or 0-35,85"),
        ("images", ["--seeds=4294967296"], 2, "as in 85 or 0-35,85"),
        ("images", ["--seeds=0-99999999999"], 2, "a million at most"),
        ("images", ["--seeds=1,1,1"], 2, "each once.*'1,1,1'"),
        ("images", ["--seeds=0-5,3"], 2, "0-35,85, each once"),
        ("images", ["--seeds=1,2", "--labels=1"], 1, "`labels` must be None"),
        ("classes", ["--seeds=1,2", "--labels=0,1,2"], 1, "one class or 2"),
    ],
)
def test_wrong_use_is_one_line(
    model, name, argv, status, message, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    command = ["generate", f"--model={model(name)}", "--output=out.png", *argv]
    assert main(command) == status
    error = capsys.readouterr().err
    assert re.fullmatch(rf"kgan generate: .*{message}.*\n", error)
    assert list(tmp_path.iterdir()) == []


def test_a_model_must_be_named(capsys):
    assert main(["generate"]) == 2
    assert "--model" in capsys.readouterr().err
    assert main(["generate", "--model=nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_labels_are_named_where_a_run_knows_their_classes(model, tmp_path, capsys):
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    shutil.copy(model("classes"), run_dir / "gan.keras")
    (run_dir / "recipe.json").write_text(recipes.get("digits").to_json(), "utf-8")
    (run_dir / "data.json").write_text('{"classes": ["1", "10", "2"]}', "utf-8")
    to = f"--output={tmp_path / 'out.png'}"
    for flag, said in (("--labels=2", "2 is 2"), ("--labels=1", "1 is 10")):
        assert main(["generate", f"--model={run_dir}", flag, to]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == f"Labels: {said}"
    assert main(["generate", f"--model={run_dir}", "--by_class", to]) == 0
    assert "Labels: 0 is 1, 1 is 10, 2 is 2\n" in capsys.readouterr().out
    assert main(["generate", f"--model={model('classes')}", "--labels=2", to]) == 0
    assert "Labels" not in capsys.readouterr().out
    (run_dir / "data.json").write_text('{"clas', "utf-8")
    (tmp_path / "out.png").unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        generate(run_dir, "--labels=2", to)
    assert "warning: " in (said := capsys.readouterr().err)
    assert "data.json must hold" in said
    assert (tmp_path / "out.png").exists()


def test_an_exported_model_generates_the_same(model, tmp_path, capsys):
    gan = directory.load_model(model("classes"))
    folder = gan.export(tmp_path / "m", allow_untrained=True)
    flags = ["--num_images=3", "--start=7", "--labels=2", "--truncation=0.5"]
    for name in (folder, folder.parent, model("classes")):
        generate(name, *flags, f"--output={tmp_path}/{len(str(name))}.npy")
    first, second, expected = (
        np.load(tmp_path / f"{len(str(name))}.npy").astype(int)
        for name in (folder, folder.parent, model("classes"))
    )
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - expected).max() <= 1
    generate(folder, "--interpolate=3,8", f"--output={tmp_path}/walk.gif")
    capsys.readouterr()
    command = ["generate", f"--model={folder}", f"--output={tmp_path}/x.png"]
    assert main([*command, "--directions=pca"]) == 1
    assert "must be Functional or Sequential" in capsys.readouterr().err
