import re

import numpy as np

from kgan.report import curves

STEPS = {"epoch": np.arange(3.0), "step": np.array([10.0, 20, 30])}


def _titles(written):
    """What each panel shows, as its picture's text tells it."""
    return [alt.partition(" over the steps")[0] for alt in _alts(written)]


def _alts(written):
    return re.findall(r'alt="([^"]*)"', written)


def test_read(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("epoch,step,fid,note\n0,10,,x\n1,20,3.5,\n", encoding="utf-8")
    columns = curves.read(path)
    assert list(columns) == ["epoch", "step", "fid", "note"]
    np.testing.assert_array_equal(columns["fid"], [np.nan, 3.5])
    np.testing.assert_array_equal(columns["step"], [10, 20])
    assert np.isnan(columns["note"]).all()


def test_a_file_without_lines(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("epoch,step\n", encoding="utf-8")
    assert curves.curves(curves.read(path)) is None


def test_panels_hold_what_belongs_together_and_no_housekeeping():
    y = np.array([3.0, 2, 1])
    names = (
        "d_loss g_loss d_real d_fake d_accuracy d_gradient_norm g_gradient_norm r1 "
        "step_seconds images_per_second g_learning_rate diversity frechet_mnist kimg "
        "seconds_per_kimg"
    )
    columns = STEPS | dict.fromkeys(names.split(), y)
    columns["d_learning_rate"] = np.ones(3)
    written = curves.curves(columns, best={"frechet_mnist": "min"})
    assert _titles(written) == [
        "Losses",
        "Mean of D(x), a probability",
        "Pairs with D(real) &gt; D(generated)",
        "Gradient norms",
        "Penalties",
        "Learning rates",
        "Diversity: distance of samples ÷ of real examples",
        "frechet_mnist (lower is better)",
    ]
    assert "d_loss from 3 to 1; g_loss from 3 to 1" in written
    assert ": g_learning_rate." in written
    assert "1/2" in written


def test_missing_and_empty_columns_leave_no_panel():
    empty = np.full(3, np.nan)
    written = curves.curves(STEPS | {"d_loss": np.ones(3), "r1": empty, "fid": empty})
    assert _titles(written) == ["Losses"]
    assert curves.curves(STEPS | {"d_loss": empty}) is None
    assert curves.curves(STEPS) is None
    assert curves.curves({}) is None


def test_holes_are_passed_over_and_a_single_point_is_drawn(opened):
    one = np.array([np.nan, 5.0, np.nan])
    written = curves.curves(STEPS | {"fid": one})
    assert "fid from 5 to 5" in written
    (_, drawn) = opened(written)
    nothing = opened(curves.curves(STEPS | {"fid": np.array([np.inf, 5, 5])}))[1]
    assert (drawn != nothing).any()


def test_scores_are_no_probabilities():
    written = curves.curves(STEPS | {"d_real": np.ones(3)}, probabilistic=False)
    assert _titles(written) == ["Mean score of D"]
    assert "1/2" not in written


def test_epochs_stand_in_for_steps_and_names_are_escaped():
    written = curves.curves({"epoch": np.arange(2.0), "<$x^$>": np.ones(2)})
    assert _titles(written) == ["&lt;$x^$&gt;"]
    assert curves.curves({"d_loss": np.ones(2)}) is None


def test_only_what_spans_magnitudes_is_logarithmic():
    assert curves._wide(np.array([0.1, np.nan, 5.0]))
    assert not curves._wide(np.array([1.0, 5.0]))
    assert not curves._wide(np.array([0.0, 5.0]))
