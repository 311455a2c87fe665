"""Train on synthetic, test on real."""

import numpy as np
import pytest
from measured_stand_ins import StandInTable, computed

from kgan.metrics.boosting import utility
from kgan.metrics.tstr import TSTR

KINDS = (True, False, False)
TABLE = StandInTable(KINDS, ("age", "sex", "income"), {"sex": 4, "income": 2})


def rows(count, seed=0, bond=True):
    draw = np.random.default_rng(seed)
    number = draw.uniform(0, 3, count)
    label = number > 1 if bond else draw.random(count) < 2 / 3
    return np.stack([number, draw.integers(0, 4, count), label], axis=1)


def test_both_figures_and_the_control():
    real, fake, held_out = rows(400), rows(300, 1, False), rows(200, 2)
    held_out[:7, 1] = 4  # a level that no training row has
    found = computed(
        TSTR("income", seeds=2), TABLE, real=real, fake=fake, held_out=held_out
    )
    tstr, trtr = found["tstr"], found["trtr"]
    expected = utility(fake, held_out, 2, KINDS, range(2))
    assert tstr.value == pytest.approx(expected.mean())
    assert tstr.uncertainty == pytest.approx(expected.std(ddof=1) / np.sqrt(2))
    assert trtr.value == pytest.approx(
        utility(real[:300], held_out, 2, KINDS, range(2)).mean()
    )
    assert tstr.value < 0.65 < 0.98 < trtr.value
    assert tstr.details["shuffled"] < 0.65
    kept = {k: v for k, v in tstr.details.items() if k != "shuffled"}
    assert kept == {
        "target": "income",
        "score": "area under the ROC curve",
        "num_training": 300,
        "num_tested": 200,
        "unseen_levels": 7,
    }


def test_the_target_may_be_that_of_the_measurement_or_a_number():
    one = rows(200)
    found = computed(
        TSTR(seeds=1), TABLE, target="age", real=one, fake=one, held_out=one
    )
    assert found["tstr"].details["score"] == "R²"
    assert found["tstr"].uncertainty is None


def test_held_out_rows_whose_target_nobody_knows_are_left_out():
    real, held_out = rows(200), rows(60, 1)
    held_out[:9, 2] = 2
    tables = {"real": real, "fake": real, "held_out": held_out}
    details = computed(TSTR("income", 1), TABLE, **tables)["tstr"].details
    assert (details["num_tested"], details["unseen_levels"]) == (51, 9)
    held_out[held_out[:, 2] == 0, 2] = 1
    message = r"held-out rows of at least two values of 'income'\. Received: 1"
    with pytest.raises(ValueError, match=message):
        computed(TSTR("income"), TABLE, **tables)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (None, r"`target` must name a column for tstr, one of.*Received: None"),
        ("incom", "Did you mean 'income'"),
    ],
)
def test_an_unknown_target_is_refused(target, message):
    one = rows(30)
    with pytest.raises(ValueError, match=message):
        computed(TSTR(target), TABLE, real=one, fake=one, held_out=one)
