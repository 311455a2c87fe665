import html.parser
import re

import keras
import networks
import numpy as np
import pytest
import small_games

import kgan
from kgan import report
from kgan.data.arrays import ArraySource
from kgan.metrics import Evaluation, Measurement

VOID = {"meta", "img", "source", "br"}
IMAGE_PARTS = ["Metrics", "Samples", "Nearest training images", "Interpolation"]


class Page(html.parser.HTMLParser):
    """What a browser sees: elements that are closed in order, headings, addresses."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.addresses, self.images = [], [], [], []
        self.text, self.ids = {}, []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.addresses += [attrs[k] for k in ("src", "href", "srcset") if k in attrs]
        self.ids += [attrs["id"]] if "id" in attrs else []
        if tag == "img":
            self.images.append(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)
        elif self.headings:
            part = self.headings[-1]
            self.text[part] = self.text.get(part, "") + data


def _evaluation(extractor="pixels"):
    provenance = {"num_fake": 100, "extractor": {"name": extractor}}
    return Evaluation((Measurement("<i>frechet", 3.25, provenance=provenance),))


@pytest.fixture
def metrics_csv(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("epoch,step,d_loss,g_loss\n0,5,1.2,0.8\n", encoding="utf-8")
    return path


def _checked(path):
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert re.search(r"https?:|<script|<link|url\(", text) is None
    for address in page.addresses:
        inside = address.startswith("#") and address[1:] in page.ids
        assert inside or address.startswith("data:image/png;base64,")
    for image in page.images:
        assert len(image["alt"]) > 5
        assert int(image["width"]) > 0
    for heading in page.headings:
        assert len(page.text[heading]) > 60, heading
    return text, page


def test_a_model_of_images(tmp_path, source, metrics_csv):
    path = tmp_path / "sub" / "report.html"
    found = report.write(
        path,
        networks.gan(),
        _evaluation(),
        source,
        name="<i>model</i>",
        metrics_csv=metrics_csv,
    )
    assert found == path
    text, page = _checked(path)
    assert page.headings == [*IMAGE_PARTS, "Features", "Training"]
    assert "<title>&lt;i&gt;model&lt;/i&gt;: report</title>" in text
    assert "<i>" not in text
    assert "<b>" not in text
    assert "images of 8 × 8 × 1" in text
    assert "features “pixels”" in text
    assert len(text) < 3_000_000
    assert list(path.parent.iterdir()) == [path]


def test_a_conditional_model(tmp_path, source):
    path = tmp_path / "report.html"
    gan = networks.gan(num_classes=3)
    report.write(path, gan, None, source)
    text, page = _checked(path)
    assert page.headings == [*IMAGE_PARTS[1:], "Features"]
    assert "3, given to the generator" in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<h1>squares</h1>" in text


def test_samples_by_the_class_that_the_extractor_tells(tmp_path, source, brightness):
    path = tmp_path / "report.html"
    report.write(path, networks.gan(), None, source, extractor=brightness)
    text, _ = _checked(path)
    assert "By predicted class" in text
    assert "features “brightness”" in text


@pytest.mark.parametrize("name", ["gaussian", "ring"])
def test_a_model_of_points(tmp_path, name, metrics_csv):
    path = tmp_path / "report.html"
    source = kgan.data.source(name)
    networks_ = kgan.models.mlp(source.shape, latent_dim=2)
    report.write(path, kgan.GAN(*networks_), None, source, metrics_csv=metrics_csv)
    _, page = _checked(path)
    assert page.headings == ["Samples", "Interpolation", "Training"]


def test_points_of_many_dimensions_are_projected(tmp_path):
    path = tmp_path / "report.html"
    points = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    gan = kgan.GAN(*kgan.models.mlp((4,), latent_dim=2))
    report.write(path, gan, None, ArraySource("four", points))
    _, page = _checked(path)
    assert page.headings == ["Features"]


def test_equal_arguments_give_equal_bytes(tmp_path, source):
    gan = networks.gan()
    for name in ("one", "other"):
        report.write(tmp_path / name, gan, _evaluation(), source)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    report.write(tmp_path / "other", gan, _evaluation(), source, seed=1)
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()


def test_a_generator_that_copies_is_seen_to_copy(tmp_path, source):
    original = source.read()[11] / np.float32(127.5) - 1
    latents = keras.Input((networks.LATENT_DIM,))
    x = keras.layers.Dense(64, kernel_initializer="zeros")(latents)
    x = keras.layers.Reshape(networks.IMAGE_SHAPE)(x)
    copier = keras.Model(latents, x)
    copier.layers[1].bias.assign(original.ravel())
    gan = kgan.GAN(copier, networks.discriminator(), ema_momentum=None)
    report.write(tmp_path / "report.html", gan, None, source)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "That holds for 100.0% of the samples, and for 0.0% of real" in text
    first = text[text.index("The first samples</caption>") :]
    sample, nearest = re.findall(r'src="([^"]+)"', first)[:2]
    assert sample == nearest


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"truncation": 2.0}, "truncation"),
        ({"seed": -1}, "seed"),
        ({"num_neighbours_from": 0}, "num_neighbours_from"),
        ({"extractor": "nothing"}, "features"),
        ({"source": kgan.data.source("ring")}, r"shape \(8, 8, 1\).*\(2,\) in ring"),
    ],
)
def test_arguments_are_checked(tmp_path, source, options, message):
    path = tmp_path / "report.html"
    arguments = {"source": source} | options
    with pytest.raises(ValueError, match=message):
        report.write(path, networks.gan(), None, **arguments)
    assert not path.exists()


def test_other_games_are_refused(source, tmp_path):
    message = r"`kgan\.report\.write` needs a game of latents.* Received: a Translator"
    with pytest.raises(ValueError, match=message):
        report.write(tmp_path / "report.html", small_games.translator(), None, source)
    assert list(tmp_path.iterdir()) == []
