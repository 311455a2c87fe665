import numpy as np
import pytest
from matplotlib.figure import Figure

from kgan.callbacks.theory.line_axes import draw_curves, draw_map

LIMITS = (-2.0, 10.0)
X = np.linspace(*LIMITS, 50)


@pytest.fixture
def measured():
    return {
        "x": X,
        "p_data": np.exp(-((X - 4) ** 2)),
        "p_g": np.exp(-((X - 3) ** 2)),
        "d": np.linspace(0.2, 0.9, 50),
        "probabilistic": True,
        "latents": np.linspace(-0.9, 0.9, 10),
        "samples": np.linspace(0.0, 6.0, 10) ** 2 / 6,
    }


def test_curves_are_the_values_in_the_papers_styles(measured):
    axes = Figure().add_subplot()
    lines = draw_curves(axes, measured, LIMITS, top=2.0)
    optimal = measured["p_data"] / (measured["p_data"] + measured["p_g"])
    expected = [
        (r"$p_\mathrm{data}$", ":", measured["p_data"]),
        ("$p_g$", "-", measured["p_g"]),
        ("$D$", "--", measured["d"]),
        (r"$D^* = p_\mathrm{data}\,/\,(p_\mathrm{data} + p_g)$", "-", optimal),
    ]
    for line, (label, style, values) in zip(lines, expected, strict=True):
        assert (line.get_label(), line.get_linestyle()) == (label, style)
        np.testing.assert_array_equal(line.get_xdata(), X)
        np.testing.assert_allclose(line.get_ydata(), values, rtol=1e-12)
    assert len({line.get_color() for line in lines}) == 4


def test_densities_are_read_on_the_left_and_d_on_the_right(measured):
    axes = Figure().add_subplot()
    *densities, d, optimal = draw_curves(axes, measured, LIMITS, top=2.0)
    assert {line.axes for line in densities} == {axes}
    assert d.axes is optimal.axes is not axes
    assert (axes.get_xlim(), axes.get_ylim()) == (LIMITS, (0, 2))
    assert d.axes.get_ylim() == (0, 1.02)
    assert d.axes.yaxis.get_label_position() == "right"


def test_line_at_one_half(measured):
    *_, d, _ = draw_curves(Figure().add_subplot(), measured, LIMITS, top=2.0)
    half = [line for line in d.axes.lines if list(line.get_ydata()) == [0.5, 0.5]]
    assert len(half) == 1
    labels = dict(zip(d.axes.get_yticks(), d.axes.get_yticklabels(), strict=True))
    assert labels[0.5].get_text() == "½"


def test_scores_have_a_scale_of_their_own(measured):
    measured.update(d=np.linspace(-30, 50, 50), probabilistic=False)
    lines = draw_curves(Figure().add_subplot(), measured, LIMITS, top=2.0)
    assert len(lines) == 3
    low, high = lines[-1].axes.get_ylim()
    assert low <= -30
    assert high >= 50
    assert [line for line in lines[-1].axes.lines] == [lines[-1]]


def test_arrows_lead_from_z_to_x(measured):
    figure = Figure()
    axes = figure.add_subplot()
    draw_map(axes, measured, LIMITS)
    (arrows,) = axes.collections
    starts = arrows.get_offsets()
    np.testing.assert_array_equal(starts[:, 1], 0)
    np.testing.assert_array_equal(arrows.V, 1)
    np.testing.assert_allclose(starts[:, 0] + arrows.U, measured["samples"])
    # The axis of z, from −1.1 to 1.1, is as long as that of x, from −2 to 10.
    np.testing.assert_allclose(starts[:, 0], 4 + measured["latents"] * 6 / 1.1)
    below = figure.axes[1]
    np.testing.assert_allclose(below.get_xlim(), (-1.1, 1.1))
    assert (axes.get_xlim(), axes.get_ylim()) == (LIMITS, (0, 1))
    assert (axes.xaxis.get_ticks_position(), below.xaxis.get_ticks_position()) == (
        "top",
        "bottom",
    )
