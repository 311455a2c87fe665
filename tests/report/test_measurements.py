import math

from kgan.metrics import Evaluation, Measurement
from kgan.report.measurements import measurements


def _evaluation(**provenance):
    shared = {"dataset": "/home/somebody/cats", "num_fake": 10_000, "seed": 0}
    shared |= {"split": None, "extractor": {"name": "mnist", "size": [28, 28, 1]}}
    return Evaluation(
        (
            Measurement("frechet_<b>", 12.34567, provenance=shared | {"ddof": 1}),
            Measurement(
                "recall", 0.5, 0.0123, "error of <n>", "max", shared | provenance
            ),
        )
    )


def test_values_uncertainties_and_directions():
    written = measurements(_evaluation(num_real=60_000))
    assert "<code>frechet_&lt;b&gt;</code>" in written
    assert (
        "<strong>12.346</strong></td><td></td><td>↓\N{NO-BREAK SPACE}lower</td>"
        in written
    )
    assert "0.012" in written
    assert "error of &lt;n&gt;" in written
    assert "<td>↑\N{NO-BREAK SPACE}higher</td><td>60,000</td><td>10,000</td>" in written


def test_provenance_is_whole_and_what_is_shared_stands_once_outside():
    written = measurements(_evaluation(k=3))
    outside, first, second = written.split("<details>")
    _, shared = outside.split("All of them share")
    assert "<dt>extractor size</dt><dd>(28, 28, 1)</dd>" in shared
    assert "ddof" not in shared
    for part in (first, second):
        assert "<dt>extractor name</dt><dd>mnist</dd>" in part
    assert "<dt>ddof</dt><dd>1</dd>" in first
    assert "<dt>k</dt><dd>3</dd>" in second
    assert "<dt>which is</dt><dd>error of &lt;n&gt;</dd>" in second


def test_no_absolute_path_and_no_none():
    written = measurements(_evaluation())
    assert "<dt>dataset</dt><dd>cats</dd>" in written
    assert "somebody" not in written
    assert "None" not in written


def test_a_single_figure_has_nothing_to_share():
    written = measurements(Evaluation(_evaluation().measurements[:1]))
    assert "share" not in written
    assert written.count("<details>") == 1


def test_numbers_that_are_not_finite():
    values = (math.inf, -math.inf, math.nan, -0.25)
    written = measurements(Evaluation(tuple(Measurement("m", v) for v in values)))
    for told in ("∞", "−∞", "not a number", "−0.25"):
        assert f"<strong>{told}</strong>" in written


def test_nothing_measured_is_no_section():
    assert measurements(None) is None
    assert measurements(Evaluation(())) is None
