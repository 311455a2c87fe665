import gc
import weakref

import numpy as np
import pytest
import small_games
import tensorflow as tf
from matplotlib.figure import Figure
from PIL import Image

from kgan.callbacks import DensityPlot
from kgan.data import source, toys


def _fit(gan, data, callback):
    gan.fit(data, verbose=0, callbacks=[callback], shuffle=False)


@pytest.mark.parametrize(("name", "dimensions"), [("gaussian", 1), ("ring", 2)])
def test_pictures_and_film(tmp_path, points, rows, name, dimensions):
    gan = points(dimensions)
    plot = DensityPlot(tmp_path, source(name), every=2)
    _fit(gan, rows((dimensions,), batches=4), plot)
    pngs = sorted(tmp_path.glob("*.png"))
    assert [path.name for path in pngs] == [f"step-{s:08d}.png" for s in (0, 2, 4)]
    with Image.open(tmp_path / "density.gif") as film:
        assert film.n_frames == 3
        assert film.size == ((770, 594) if dimensions == 1 else (682, 704))


def test_no_figure_is_left(tmp_path, points, monkeypatch):
    figures, make = weakref.WeakSet(), Figure.__init__

    def count(figure, *args, **kwargs):
        figures.add(figure)
        make(figure, *args, **kwargs)

    monkeypatch.setattr(Figure, "__init__", count)
    plot = DensityPlot(tmp_path, toys.gaussian())
    plot.set_model(points())
    first = plot.draw()
    assert len(figures) > 0
    np.testing.assert_array_equal(first, plot.draw())
    gc.collect()
    assert len(figures) == 0


def test_source_without_density_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must know its density.*Received: 'digits'"):
        DensityPlot(tmp_path, source("digits"))
    with pytest.raises(ValueError, match="Received: 'gaussian'"):
        DensityPlot(tmp_path, "gaussian")


def test_source_of_three_dimensions_is_refused(tmp_path):
    solid = toys.gaussian(mean=(0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match=r"1 or 2 dimensions.*of shape \(3,\)"):
        DensityPlot(tmp_path, solid)


def test_model_of_other_points_is_refused(tmp_path, points, rows):
    plot = DensityPlot(tmp_path / "none", toys.ring())
    with pytest.raises(ValueError, match=r"shape \(2,\). Received .* shape \(1,\)"):
        _fit(points(1), rows((1,)), plot)
    assert not (tmp_path / "none").exists()


def test_conditional_model_is_refused(tmp_path, images):
    plot = DensityPlot(tmp_path, toys.ring())
    plot.set_model(images(shape=(2,), num_classes=3))
    with pytest.raises(ValueError, match=r"without classes.*Received: 3 classes"):
        plot.on_train_begin()


def test_a_game_that_does_not_generate_from_latents_is_refused(tmp_path):
    plot = DensityPlot(tmp_path / "none", source("ring"))
    data = tf.data.Dataset.from_tensors(small_games.pairs())
    with pytest.raises(ValueError, match="`DensityPlot` needs a game of latents"):
        small_games.translator().fit(data, verbose=0, callbacks=[plot], shuffle=False)
    assert not (tmp_path / "none").exists()
