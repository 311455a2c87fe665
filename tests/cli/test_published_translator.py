"""Commands that translate take the weights of a published translator."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from published_translators import ResNet, UNet, written

import kgan
from kgan.cli import main
from kgan.report import explore, explore_translation

FORMS = {
    "unet": UNet(channels=(3, 3), depth=3),
    "cut": ResNet(channels=(3, 1), blocks=1, antialiased=True),
}


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Paths of the files of both forms."""
    folder = tmp_path_factory.mktemp("published")
    paths = {name: folder / name / "latest_net_G.pth" for name in FORMS}
    for name, path in paths.items():
        path.parent.mkdir()
        path.write_bytes(written(FORMS[name].tensors()))
    return paths


@pytest.fixture
def images(tmp_path):
    """A folder of images of two sizes."""
    folder, draw = tmp_path / "in", np.random.default_rng(0)
    folder.mkdir()
    for name, size in {"a": (8, 12), "b": (17, 9)}.items():
        pixels = draw.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


def read(path):
    with Image.open(path) as image:
        return np.atleast_3d(np.asarray(image))


@pytest.mark.parametrize("form", FORMS)
def test_it_translates_a_folder(form, weights, images, tmp_path, capsys):
    path, out = weights[form], tmp_path / "out"
    flags = [f"--model={path}", f"--input={images}", f"--output={out}"]
    assert main(["translate", *flags]) == 0
    printed = capsys.readouterr().out
    assert printed.count("latest_net_G.pth, a published translator: the license") == 1
    network = kgan.models.load_translator(path)
    for file in sorted(images.iterdir()):
        source, found = read(file), read(out / file.name)
        expected = (network(source[None] / np.float32(127.5) - 1)[0] + 1) * 127.5
        assert found.shape == (*source.shape[:2], FORMS[form].channels[1])
        assert np.abs(found - np.asarray(expected)).max() <= 1


def test_it_is_exported_with_its_notice(weights, tmp_path):
    flags = [f"--model={weights['cut']}", f"--output={tmp_path}/served"]
    assert main(["export", *flags]) == 0
    card = (tmp_path / "served" / "1" / "README.md").read_text("utf-8")
    assert "| notice | The weights come from latest_net_G.pth, a published tr" in card
    served = tf.saved_model.load(tmp_path / "served" / "1").signatures
    assert set(served) == {"serving_default", "translate", "translate_png"}


def test_it_is_measured(weights, tmp_path, capsys):
    draw = np.random.default_rng(0)
    for part, index in np.ndindex(2, 10):
        path = tmp_path / "data" / "ab"[part] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw.integers(0, 256, (12, 12, 3), np.uint8)).save(path)
    flags = [f"--dataset=pairs:{tmp_path}/data:a:b:0.3", f"--output={tmp_path}/out"]
    flags += ["--metrics=l1", "--nocache", "--allow_few"]
    assert main(["evaluate", f"--model={weights['unet']}", *flags]) == 0
    assert "\nl1 " in capsys.readouterr().out
    assert (tmp_path / "out" / "report.html").is_file()


def test_it_has_a_page(weights, monkeypatch, capsys):
    seen = []

    def serve(page, port, opens):
        seen.append(page)
        raise KeyboardInterrupt

    class Page:
        def __init__(self, translator, title):
            self.translator, self.title = translator, title

        def close(self, verbose):
            assert not verbose

    monkeypatch.setattr(explore, "import_gradio", lambda: None)
    monkeypatch.setattr(explore, "serve", serve)
    monkeypatch.setattr(explore_translation, "page", Page)
    assert main(["explore", f"--model={weights['cut']}"]) == 130
    (page,) = seen
    assert page.title == "latest_net_G.pth"
    assert page.translator.image(Image.new("RGB", (9, 8))).shape == (8, 9, 1)


def _discriminator():
    return written({"model.0.weight": np.ones((2, 6, 4, 4))})


@pytest.mark.parametrize(
    "argv",
    [
        ["translate", "--model={}", "--input={}", "--output={}/out"],
        ["export", "--model={}", "--output={}/out"],
        ["explore", "--model={}"],
        ["evaluate", "--model={}", "--dataset={}", "--output={}/out"],
    ],
    ids=lambda argv: argv[0],
)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_discriminator(), "weights of another network, such as a discriminator"),
        (b"nothing", "a file that torch.save has not written"),
    ],
)
def test_another_file_is_one_sentence(argv, content, message, tmp_path, capsys):
    path = tmp_path / "other.pth"
    path.write_bytes(content)
    places = iter((path, tmp_path, tmp_path))
    assert main([a.format(next(places)) if "{}" in a else a for a in argv]) == 1
    error = capsys.readouterr().err
    assert "`path` must be the weights of a U-Net or a residual translator" in error
    assert message in error
    assert len(error.strip().splitlines()) == 1
    assert [pathlib.Path(p).name for p in tmp_path.iterdir()] == ["other.pth"]


SMALL = ["--recipe=maps", "--dry_run", "--image_size=34", "--load_size=34"]
SMALL += ["--held_out=0", "--generator_width=2", "--discriminator_width=2"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["generate", "--model={model}"], "needs a game of latents"),
        (
            ["translate", "--model={model}", "--input={images}", "--direction=back"],
            "`direction` must be one of to_target. Received: 'back'",
        ),
        (
            ["train", "--init_from={model}", "--dataset=pairs:{data}:a:b", *SMALL],
            "`init_from`: the run needs the weights of a Pix2Pix. Received: Loaded",
        ),
    ],
    ids=lambda argv: argv[0],
)
def test_what_it_cannot_do_is_one_sentence(
    argv, message, weights, images, tmp_path, capsys
):
    for part in "ab":
        (tmp_path / part).symlink_to(images)
    places = {"model": weights["unet"], "data": tmp_path, "images": images}
    assert main([flag.format(**places) for flag in argv]) == 1
    *_, line = capsys.readouterr().err.strip().splitlines()
    assert message in line
