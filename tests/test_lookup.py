import pytest

from kgan import lookup


@pytest.mark.parametrize(
    ("received", "hint"),
    [
        ("hing", " Did you mean 'hinge'?"),
        ("wassersteen", " Did you mean 'wasserstein'?"),
        ("xyz", ""),
        (17, ""),
        (None, ""),
    ],
)
def test_sentence(received, hint):
    sentence = lookup.unknown(
        "`loss` must be one of", received, ("hinge", "wasserstein")
    )
    start = f"`loss` must be one of hinge, wasserstein. Received: {received!r}."
    assert sentence == start + hint
    assert "\n" not in sentence


def test_names_may_be_any_iterable():
    names = {"b": 1, "a": 2}
    assert lookup.unknown("one of", "q", names) == "one of b, a. Received: 'q'."
