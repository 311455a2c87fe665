"""What is held out follows from names, groups, lists or folders."""

import pytest

from kgan.data import holdout, splits

KEYS = [f"{source:03}_{window}" for source in range(60) for window in range(3)]


def parts(rule, names=KEYS):
    return [set(rule.select(names, split)) for split in ("train", "test")]


def test_by_name_it_is_the_share_of_the_names():
    for by in (None, "name"):
        rule = holdout.rule(by, 0.2)
        assert rule.select(KEYS, "test") == splits.select(KEYS, "test", 0.2)
        assert (rule.text, rule.share_alone, rule.share(KEYS)) == (None, True, 0.2)
    assert holdout.rule(None, None).held_out == 0.1


@pytest.mark.parametrize("pattern", [r"^\d+", r"^(\d+)_", r"(.*)_\d$"])
def test_all_of_a_group_are_on_one_side(pattern):
    rule = holdout.rule(f"match:{pattern}", 0.2)
    assert rule.check(KEYS) == ""
    train, test = parts(rule)
    assert train | test == set(KEYS)
    assert test
    assert not {key[:3] for key in train} & {key[:3] for key in test}
    assert len(test) == 3 * len({key[:3] for key in test})
    groups = [f"{number:03}" for number in range(60)]
    assert {key[:3] for key in test} == set(splits.select(groups, "test", 0.2))


def test_a_pattern_must_find_a_group_in_each_name():
    rule = holdout.rule("match:^(a+)", None)
    message = r"must find a group for each of 3 names. Received: 2 .* \(b, c\)"
    with pytest.raises(ValueError, match=message):
        rule.check(["aa", "b", "c"])
    with pytest.raises(
        ValueError, match=r"regular expression after it. Received: '\('"
    ):
        holdout.rule("match:(", None)


@pytest.mark.parametrize(("name", "comma"), [("kinds.tsv", "\t"), ("kinds.csv", ",")])
def test_groups_of_a_table(tmp_path, name, comma):
    rows = [["key", "tags", "kind"]] + [[key, "x", key[:2]] for key in KEYS]
    (tmp_path / name).write_text("\n".join(comma.join(row) for row in rows))
    rule = holdout.rule(f"table:{tmp_path / name}:kind", 0.3)
    assert rule.check(KEYS) == ""
    train, test = parts(rule)
    assert not {key[:2] for key in train} & {key[:2] for key in test}
    with pytest.raises(
        ValueError, match=r"for each of 2 names. Received: 1 .* \(other\)"
    ):
        rule.check([KEYS[0], "other"])
    with pytest.raises(ValueError, match=r"one of key, tags, kind. Received: 'sort'"):
        holdout.rule(f"table:{tmp_path / name}:sort", None)


def test_a_list_names_what_is_held_out(tmp_path):
    (tmp_path / "held.txt").write_text("001_0.png\n\n002_1\n")
    rule = holdout.rule(f"list:{tmp_path / 'held.txt'}", None)
    assert rule.check(KEYS) == ""
    train, test = parts(rule)
    assert test == {"001_0", "002_1"}
    assert train == set(KEYS) - test
    assert rule.share(KEYS) == pytest.approx(2 / len(KEYS))
    note = rule.check(["001_0", "x"])
    assert note.startswith("1 names of list:")
    assert note.endswith("are none of these data: 002_1")
    with pytest.raises(ValueError, match="must list names of these data, such as x"):
        rule.check(["x"])


def test_files_are_found_beside_the_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "held.txt").write_text("001_0")
    for place in ("held.txt", "gone/held.txt"):
        rule = holdout.rule(f"list:{place}", None, [tmp_path / "images.zip"])
        assert rule.text == f"list:{tmp_path / 'held.txt'}"
    assert holdout.without_folders(rule.text) == "list:held.txt"
    assert holdout.without_folders("match:/a/b") == "match:/a/b"
    assert holdout.without_folders(None) is None
    with pytest.raises(ValueError, match=r"list:FILE must name a text.*: 'none\.txt'"):
        holdout.rule("list:none.txt", None, [tmp_path])


def test_folders():
    names = ["train/1", "train/2", "val/3", "test/4"]
    rule = holdout.rule("folder", None)
    assert parts(rule, names) == [{"train/1", "train/2"}, {"test/4"}]
    assert rule.select(names, "all") == tuple(names)
    assert rule.check(names) == "1 images in val are in neither train nor test"
    assert not rule.check(names[:3])
    assert parts(rule, names[:3])[1] == {"val/3"}
    assert rule.share(names) == 0.25
    for few, split in ((names[:2], "test"), (names[2:], "train")):
        with pytest.raises(ValueError, match=r"'folder' needs examples in t.*Received"):
            rule.select(few, split)
    with pytest.raises(ValueError, match="split must be one of train, test, all"):
        rule.select(names, "val")


@pytest.mark.parametrize(
    "by", ["group", "match", "table:", "list", "folder:test", "name:x", "train"]
)
def test_unknown_rules(by):
    with pytest.raises(ValueError, match=f"held_out_by must be one of .*: '{by}'"):
        holdout.rule(by, None)


@pytest.mark.parametrize("by", ["folder", "list:held.txt"])
def test_a_share_beside_what_says_all(by, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="held_out must be None with held_out_by"):
        holdout.rule(by, 0.2)


def test_an_empty_side(tmp_path):
    (tmp_path / "all.txt").write_text("\n".join(KEYS))
    rule = holdout.rule(f"list:{tmp_path / 'all.txt'}", None)
    for split in ("train", "test"):
        with pytest.raises(ValueError, match=r"held_out_by='list.*out 180 of 180 exa"):
            rule.select(KEYS, split)
