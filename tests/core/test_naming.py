"""Messages name a few of many."""

from kgan.core import naming


def test_the_first_of_many_names_are_listed():
    assert naming.listed([], 2) == ""
    assert naming.listed(("a", "b"), 2) == "a, b"
    assert naming.listed(["a", "b", "c"], 2) == "a, b, ..."


def test_labels_are_described_where_names_are_others():
    assert naming.labels(None) == ""
    assert naming.labels(["0", "1"]) == ""
    names = sorted(map(str, range(12)))
    assert naming.labels(names).startswith("0 is 0, 1 is 1, 2 is 10, 3 is 11")
    assert naming.labels(names).endswith("9 is 7, ...")
    assert naming.labels(names, [3, 2, 2]) == "2 is 10, 3 is 11"
