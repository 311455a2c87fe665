"""The page about a model of tables."""

import numpy as np
import pandas
import pytest
from measured_stand_ins import StandInGame

import kgan
from kgan.data.tables.table import Table
from kgan.report import page, tables


def frame(seed=0, count=300):
    draw = np.random.default_rng(seed)
    number = np.round(draw.normal(size=count), 2)
    number[::9] = np.nan
    return pandas.DataFrame(
        {
            "number": number,
            "<b>sort</b>": draw.choice(["red", "green & blue"], count),
            "day": pandas.Timestamp("2020-01-01")
            + pandas.to_timedelta(draw.integers(0, 99, count), "D"),
            "copy": draw.integers(0, 9, count),
        }
    )


@pytest.fixture(scope="module")
def game():
    table, fake = Table.infer(frame()), frame(1)
    return StandInGame(table, table.measured(fake), fake)


@pytest.fixture
def source(game):
    return kgan.data.source(frame(), table=game.reads["table"], held_out=0.0)


def test_a_page(game, source, tmp_path):
    options = {"held_out": frame(2), "target": "<b>sort</b>"}
    measured = kgan.metrics.measure(game, frame(), **options)
    curves = tmp_path / "metrics.csv"
    curves.write_text("step,d_loss,g_loss\n1,2,3\n2,1,2\n")
    path = page.write(
        tmp_path / "report.html", game, measured, source, metrics_csv=curves
    )
    text = path.read_text("utf-8")
    titles = ["Controls", "Pairs of columns", "Columns", "Rows", "Metrics", "Training"]
    places = [text.index(f">{title}</h2>") for title in titles]
    assert places == sorted(places)
    for title in ("Samples", "Interpolation", "Features"):
        assert f">{title}</h2>" not in text
    assert "<b>" not in text
    assert "green &amp; blue" in text
    assert "is not anonymous" in text
    assert 'class="note">missing</span>' in text
    assert text.count("Distribution of ") == len(source.table.measured_names)
    assert "6 pairs of columns" in text


def test_without_figures_and_twice_the_same(game, source, tmp_path):
    for name in ("one", "other"):
        page.write(tmp_path / name, game, None, source)
    text = (tmp_path / "one").read_text("utf-8")
    assert text == (tmp_path / "other").read_text("utf-8")
    assert ">Controls</h2>" not in text


def test_controls_stand_beside_figures(game):
    held_out = kgan.metrics.measure(game, frame(), held_out=frame(2), target="number")
    found = tables.controls(held_out)
    values = held_out.values()
    for name in ("column_shapes", "pair_trends", "row_copies", "tstr", "trtr"):
        assert f"{values[name]:.4f}" in found
    assert "number as learnt from such rows, R²" in found
    assert "share of rows that are in the reference" in found
    halves = tables.controls(kgan.metrics.measure(game, frame()))
    assert "share of rows that are in one half of the reference" in halves
    assert tables.controls(None) is None


def test_one_column_has_no_pairs():
    table = Table.infer(frame()[["copy"]])
    alone = StandInGame(table, table.measured(frame(1)[["copy"]]))
    source = kgan.data.source(frame()[["copy"]], table=table)
    assert tables.pairs(tables.compared(alone, source)) is None


def test_what_the_file_holds_depends_on_privacy(source):
    table = Table.infer(frame(), privacy=True)
    private = StandInGame(table, table.measured(frame(1)), frame(1))
    assert "no value of fewer than 10 rows." in tables.sampled(private)
    assert "seed 4" in tables.sampled(private, seed=4)


def test_data_that_are_no_such_table_are_refused(game, tmp_path):
    path = tmp_path / "report.html"
    with pytest.raises(ValueError, match="`source` must be a table"):
        page.write(path, game, None, kgan.data.source("digits"))
    other = kgan.data.source(frame().drop(columns="copy"))
    with pytest.raises(ValueError, match="copy"):
        page.write(path, game, None, other)
    assert not path.exists()
