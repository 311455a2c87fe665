"""A symptom is named after enough checks in a row, once."""

import pytest

from kgan.engine.symptom import Symptom


class High(Symptom):
    remedy = "less"

    def find(self, model, logs):
        return (f"x is {logs['x']}", "too much") if logs["x"] > 5 else None


def _checks(symptom, values):
    return [symptom.check(None, {"x": value}) for value in values]


def test_patience_counts_checks_in_a_row():
    said = _checks(High(2), [9, 1, 9, 8, 7, 1, 9, 9])
    sentence = "x is 8 (2 checks in a row): too much. What usually helps: less."
    assert said[:6] == [None, None, None, sentence, None, None]
    assert said[7].startswith("x is 9 (2 checks")


def test_one_check_says_so_by_saying_nothing():
    assert _checks(High(1), [9]) == ["x is 9: too much. What usually helps: less."]


def test_to_forget_is_to_count_anew():
    symptom = High(2)
    symptom.check(None, {"x": 9})
    assert symptom.doubtful()
    symptom.forget()
    assert not symptom.doubtful()
    assert _checks(symptom, [9]) == [None]


def test_patience_must_be_positive():
    with pytest.raises(ValueError, match="patience"):
        High(0)
