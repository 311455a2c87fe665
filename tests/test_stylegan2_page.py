"""What docs/stylegan2.md shows works as it stands there."""

import pathlib
import re

import numpy as np
import pages
import pytest

import kgan

PAGE = (pathlib.Path(__file__).parents[1] / "docs/stylegan2.md").read_text("utf-8")


def test_the_python_example_trains():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    # Two stages in place of five: what is asked is whether the words are right.
    example = example.replace("(64, 64, 3)", "(8, 8, 3)").replace("1024", "64")
    names = {}
    exec(compile(example, "stylegan2.md", "exec"), names)
    gan = names["gan"]
    images = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 3)).astype("float32")
    gan.fit(images, batch_size=8, verbose=0)
    assert gan.step == 2
    styles = gan.generator.mapping(np.zeros((2, 128), "float32"), truncation=0.7)
    assert styles.shape == (2, gan.generator.num_styles, 128)
    assert gan.generator.synthesis(styles).shape == (2, 8, 8, 3)


@pytest.mark.parametrize("command", pages.commands(PAGE))
def test_every_flag_of_the_commands_is_known(command):
    pages.check_flags(command)


def test_every_name_of_the_page_is_there():
    recipes = {name for name in kgan.recipes.names() if "stylegan2" in name}
    recipes |= {"faces", "portraits", "ffhq_256", "afhq_512", "ffhq_1024"}
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert recipes <= named
    layers = re.findall(
        r"`(?:kgan\.layers\.)?([A-Z]\w+(?:2D|Dense|Mixing|tion))`", PAGE
    )
    assert len(layers) >= 8
    assert all(hasattr(kgan.layers, name) for name in layers)
