import json
import pathlib

import numpy as np
import pytest

from kgan.metrics import features

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "features.md"


def test_the_extractor_of_the_page_works():
    code = PAGE.read_text(encoding="utf-8").rpartition("```python\n")[2]
    space = {}
    exec(code.partition("```")[0], space)
    colours = space["Colours"]()
    assert features.get(colours) is colours
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), np.uint8)
    outputs = colours(images)
    assert outputs.features.shape == (5, 3)
    assert json.loads(json.dumps(colours.describe()))["name"] == colours.name
    assert not colours.standard
    assert colours.num_classes is None


def test_both_methods_are_required():
    class Half(features.Extractor):
        name = "half"

        def __call__(self, images):
            """Does nothing."""

    with pytest.raises(TypeError, match="describe"):
        Half()


def test_the_page_names_what_there_is():
    text = PAGE.read_text(encoding="utf-8")
    for name in ("inception", "inception_clean", "inception_legacy_pytorch", "vgg16"):
        assert name in features.names()
        assert f"`{name}`" in text
