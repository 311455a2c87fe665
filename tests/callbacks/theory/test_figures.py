import sys

import numpy as np

from kgan.callbacks.theory import figures


def test_render_gives_the_pixels():
    picture = figures.render((2.0, 1.0), lambda figure: figure.set_facecolor("#ff8000"))
    assert (picture.shape, picture.dtype) == ((110, 220, 3), np.uint8)
    np.testing.assert_array_equal(picture[50, 100], [255, 128, 0])


def test_pyplot_is_not_used():
    figures.render((1.0, 1.0), lambda figure: figure.add_subplot())
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_legend_stands_above():
    parts = {}

    def draw(part):
        parts["below"] = part
        return part.add_subplot().plot([0, 1], label="curve")

    def keep(figure):
        parts["figure"] = figure
        figures.with_legend(figure, draw)

    figures.render((4.0, 3.0), keep)
    above, below = parts["figure"].subfigs
    assert below is parts["below"]
    assert [text.get_text() for text in above.legends[0].get_texts()] == ["curve"]
    assert above.bbox.y0 >= below.bbox.y1 - 1
