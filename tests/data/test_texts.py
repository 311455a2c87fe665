import pytest

from kgan import data
from kgan.data import texts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("pairs:a.zip:b:c", (["a.zip"], ["b", "c"], None)),
        ("pairs:../a:b:c/d", (["../a"], ["b", "c/d"], None)),
        (r"pairs:C:\a.zip:b:c", ([r"C:\a.zip"], ["b", "c"], None)),
        ("pairs:a:b:c:0.25", (["a"], ["b", "c"], 0.25)),
        ("pairs:a:b:c:.25", (["a"], ["b", "c"], 0.25)),
        (r"pairs:C:\a.zip:b:c:0.0", ([r"C:\a.zip"], ["b", "c"], 0.0)),
        ("pairs:a:0.1:0.2", (["a"], ["0.1", "0.2"], None)),
        ("pairs:a:b:c:2", (["a:b"], ["c", "2"], None)),
        ("pairs:facades", (["facades"], [], None)),
        ("pairs:facades:0.2", (["facades"], [], 0.2)),
        ("pairs:a.zip:b.zip", (["a.zip", "b.zip"], [], None)),
        ("unpaired:horse2zebra", (["horse2zebra"], [], None)),
        ("unpaired:a.zip:/b/c", (["a.zip", "/b/c"], [], None)),
        ("unpaired:a.zip:x/y:z:.5", (["a.zip"], ["x/y", "z"], 0.5)),
    ],
)
def test_texts(text, parts):
    assert texts.is_text(text)
    found = texts.parse(text)
    paths, sets, held_out = parts
    assert found.kind == text.partition(":")[0]
    assert (found.paths, found.sets) == (tuple(paths), tuple(sets))
    assert found.held_out == held_out
    assert str(found) == text


def test_the_same_data_elsewhere():
    assert str(texts.parse("pairs:a:b:c:.20").at("/x")) == "pairs:/x:b:c:.20"
    assert str(texts.parse("unpaired:a:b").at("x", "y")) == "unpaired:x:y"


@pytest.mark.parametrize("kind", ["pairs", "unpaired"])
@pytest.mark.parametrize("parts", ["", ":b", "a:", ":b:c", "a::c", "a:b:", "a:b:c:"])
def test_texts_that_lack_a_part(kind, parts):
    text = f"{kind}:{parts}"
    message = f"Expected {kind}:PATH:SOURCE:TARGET.*{kind}:PATH, .*Received: '{text}'"
    with pytest.raises(ValueError, match=message):
        data.source(text)


def test_other_names_are_no_texts(tmp_path):
    for name in ("pair:a:b:c", "pairs", "unpaired", "mnist:1.0.0", tmp_path, None):
        assert not texts.is_text(name)
