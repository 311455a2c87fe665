"""Models of a few weights, and data that fit them, as the page sees them."""

import networks
import numpy as np
import pytest

from kgan.data.arrays import ArraySource
from kgan.metrics.features import Extractor
from kgan.metrics.features.base import Outputs
from kgan.report import drawing
from kgan.report.subject import Subject

CLASSES = ("plain", "<b>bold</b>", "a & b")


class Brightness(Extractor):
    """Features are pixels; three classes, by brightness."""

    name = "brightness"
    num_classes = 3

    def __call__(self, images):
        rows = images.reshape(len(images), -1).astype(np.float32) / 255
        levels = np.array([0.2, 0.5, 0.8], np.float32)
        logits = -np.abs(rows.mean(axis=1)[:, None] - levels)
        return Outputs(rows, logits, images)

    def describe(self):
        return {"name": self.name}


@pytest.fixture
def brightness():
    return Brightness()


@pytest.fixture
def source():
    """40 random images of three classes whose names need escaping."""
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), np.uint8)
    return ArraySource("squares", images, np.arange(40) % 3, 3, CLASSES)


@pytest.fixture
def subject_of(source, brightness):
    """Builds a subject of a model of these images."""

    def make(gan=None, num_fake=30, source=source):
        gan = gan or networks.gan()
        return Subject(gan, source, brightness, True, 1.0, 3, 10_000, num_fake)

    return make


@pytest.fixture
def opened():
    """Decodes the pictures of a piece of HTML: arrays of pixels."""
    import base64
    import io
    import re

    from PIL import Image

    def decode(text):
        found = re.findall(r'"data:image/png;base64,([^"]+)"', text)
        files = (io.BytesIO(base64.b64decode(code, validate=True)) for code in found)
        return [np.asarray(Image.open(file)) for file in files]

    return decode


@pytest.fixture(autouse=True)
def _coarse(request, monkeypatch):
    """Drawings of fewer pixels, where they are not themselves what is tested."""
    if request.path.name != "test_drawing.py":
        monkeypatch.setattr(drawing, "_DPI", 48)
