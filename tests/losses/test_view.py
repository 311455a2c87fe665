"""What a term may look at."""

import pytest

from kgan.losses.term import View as OldPlace
from kgan.losses.view import View


def test_a_view_has_what_a_term_may_look_at():
    assert View is OldPlace
    assert (
        *("step", "real", "fake", "condition", "latents", "real_outputs"),
        *("fake_outputs", "weights", "judge_real", "judge_fake", "generate"),
        *("input_gradient", "nets", "generator_inputs"),
    ) == View.FIELDS


def test_what_is_not_known_is_none():
    view = View(step=3, fake=None)
    assert view.step == 3
    assert all(getattr(view, name) is None for name in View.FIELDS[1:])


def test_fields_are_computed_when_they_are_first_read():
    computed = []
    view = View({"fake": lambda: computed.append(1) or "fake"}, real="real")
    assert (view.real, computed) == ("real", [])
    assert (view.fake, view.fake, computed) == ("fake", "fake", [1])


def test_labels_are_the_condition():
    for view in (View(labels=3), View(condition=3), View({"condition": lambda: 3})):
        assert view.labels == view.condition == 3
    assert View().labels is None


def test_other_fields():
    with pytest.raises(AttributeError, match="A view has no field 'fakes'"):
        View().fakes  # noqa: B018
    with pytest.raises(TypeError, match="A view has no fields fakes, reals"):
        View({"reals": lambda: 1}, fakes=2)
