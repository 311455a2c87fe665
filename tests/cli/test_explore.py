"""`kgan explore` shows a page on which a person slides, until Ctrl-C."""

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request

import keras
import numpy as np
import pytest
from PIL import Image
from two_sets import convolution

import kgan
from kgan.cli import main
from kgan.report import explore
from kgan.runs import directory

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])),
    None,
)
# A browser for this machine, without questions, accounts and updates.
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@contextlib.contextmanager
def showing(*argv):
    """Runs the command; gives the page's address, and ends it with Ctrl-C."""
    pytest.importorskip("gradio")
    command = [sys.executable, "-m", "kgan.cli", "explore", "--noopen", *argv]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            line = process.stdout.readline()
            address = re.fullmatch(r"The page is (http://\S+) until Ctrl-C.\n", line)
            assert address, process.communicate(timeout=60)
            yield address[1]
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (out, err) == ("", "kgan explore: stopped\n")
    assert process.returncode == 130


def test_a_page_until_ctrl_c(model):
    with showing(f"--model={model('images')}") as address:
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address) as answer:
            assert "images.keras" in answer.read().decode()


@pytest.fixture(scope="module")
def translator(tmp_path_factory):
    """The path of a saved game that translates."""
    path = tmp_path_factory.mktemp("models") / "translator.keras"
    inputs = [keras.Input((8, 8, 1)), keras.Input((8, 8, 3))]
    x = keras.layers.Conv2D(1, 3)(keras.layers.Concatenate()(inputs))
    networks = convolution(1, 3), keras.Model(inputs, x)
    directory.save(kgan.Pix2Pix(*networks, image_size=8), path)
    return path


def test_a_translator_has_a_page_of_its_own(translator):
    with (
        showing(f"--model={translator}") as address,
        urllib.request.urlopen(address) as answer,
    ):
        page = answer.read().decode()
    assert "translator.keras" in page
    assert '"Source"' in page


@pytest.mark.parametrize("flag", ["method=sefa", "num_directions=2", "noaveraged"])
def test_flags_of_latents_mean_nothing_to_a_translator(translator, flag, capsys):
    pytest.importorskip("gradio")
    assert main(["explore", f"--model={translator}", "--noopen", f"--{flag}"]) == 2
    name = flag.partition("=")[0].removeprefix("no")
    expected = f"kgan explore: --{name} has no meaning for a Pix2Pix\n"
    assert capsys.readouterr().err == expected


class Visitor:
    """What a person does on the page, in a headless browser."""

    def __init__(self, browser, address):
        self.asked = []
        self.page = browser.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.image = self.page.get_by_role("img", name="The image at this place")
        self.image.wait_for()

    def sees_another(self, act):
        """Does something and waits until the image is another one."""
        before = self.image.get_attribute("src")
        act()
        self.page.wait_for_function(
            "before => document.querySelector('img[alt^=\"The image\"]').src != before",
            arg=before,
        )

    def slide(self, name, value):
        slider = self.page.get_by_role("slider", name=f"range slider for {name}")
        slider.fill(str(value))

    def choose(self, label):
        self.page.get_by_role("combobox", name="Class").click()
        self.page.get_by_role("option", name=str(label)).click()

    def download(self, path):
        """Returns the pixels of the file behind the link."""
        with self.page.expect_download() as download:
            self.page.get_by_text("Download PNG").click()
        download.value.save_as(path)
        return np.asarray(Image.open(path))[..., None]


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome")
def test_a_person_slides(model, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    explorer = explore.Explorer(directory.load_model(model("classes")))

    def check(**place):
        image = visitor.download(tmp_path / "image.png")
        np.testing.assert_array_equal(image, explorer.image(**place))

    with contextlib.ExitStack() as stack:
        address = stack.enter_context(showing(f"--model={model('classes')}"))
        playwright = stack.enter_context(sync_api.sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS.split()
        )
        stack.callback(browser.close)
        visitor = Visitor(browser, address)
        page = visitor.page
        check()
        visitor.sees_another(lambda: visitor.slide("Direction 2", -2.5))
        check(strengths=[0, -2.5, 0])
        visitor.sees_another(lambda: visitor.choose(2))
        check(label=2, strengths=[0, -2.5, 0])
        page.get_by_label("First seed").fill("")
        page.get_by_text("must be a whole number").first.wait_for()
        visitor.sees_another(lambda: page.get_by_label("First seed").fill("7"))
        page.get_by_text("must be a whole number").first.wait_for(state="hidden")
        visitor.sees_another(lambda: visitor.slide("Position", 0.5))
        visitor.sees_another(lambda: visitor.slide("Truncation", 0.75))
        check(
            first_seed=7,
            second_seed=1,
            position=0.5,
            truncation=0.75,
            label=2,
            strengths=[0, -2.5, 0],
        )
        reset = page.get_by_role("button", name="Reset directions")
        visitor.sees_another(reset.click)
        visitor.sees_another(lambda: visitor.slide("Position", 0))
        visitor.sees_another(lambda: visitor.slide("Truncation", 1))
        check(first_seed=7, label=2)
        hosts = {urllib.parse.urlsplit(url).netloc for url in visitor.asked}
        assert hosts - {""} == {urllib.parse.urlsplit(address).netloc}


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (["--method=umap"], 2, "one of pca, sefa"),
        (["--port=65536"], 2, "a port from 1 to 65535"),
        (["--port=0"], 2, "a port from 1 to 65535"),
        (["--num_directions=0"], 2, "at least 1"),
        (["--num_directions=4"], 1, "at most 3"),
        (["--model=nowhere"], 1, "nowhere"),
        (["--model=none"], 2, "--model"),
    ],
)
def test_wrong_use_is_one_line(model, argv, status, message, capsys):
    pytest.importorskip("gradio")
    command = ["explore", f"--model={model('images')}", "--noopen", *argv]
    assert main(command) == status
    assert re.fullmatch(rf"kgan explore: .*{message}.*\n", capsys.readouterr().err)


def test_points_have_no_picture(model, capsys):
    pytest.importorskip("gradio")
    assert main(["explore", f"--model={model('points')}", "--noopen"]) == 1
    assert re.fullmatch(
        r"kgan explore: `gan` must generate images .*\(2,\)\n", capsys.readouterr().err
    )


def test_a_port_that_is_taken(model, capsys):
    pytest.importorskip("gradio")
    with socket.socket() as other:
        other.bind((explore.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["explore", f"--model={model('images')}", f"--port={port}"]) == 1
    assert re.fullmatch(
        rf"kgan explore: --port must be free. Received: {port}, .*\n",
        capsys.readouterr().err,
    )


def test_without_gradio(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "gradio", None)
    assert main(["explore", "--model=anything"]) == 1
    error = capsys.readouterr().err
    assert re.fullmatch(r'kgan explore: .*pip install "kgan\[explore\]"\n', error)
