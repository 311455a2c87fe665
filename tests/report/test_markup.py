from kgan.report import markup
from kgan.report.markup import Html, element


def test_texts_are_escaped_and_html_is_not():
    inner = element("em", "<script>")
    assert element("p", "1 < 2 & ", inner) == (
        "<p>1 &lt; 2 &amp; <em>&lt;script&gt;</em></p>"
    )


def test_attributes_are_escaped_renamed_and_left_out():
    written = element("img", alt='"><script>', class_="a", aria_label="b", width=None)
    assert written == ('<img alt="&quot;&gt;&lt;script&gt;" class="a" aria-label="b">')


def test_join_escapes():
    assert markup.join(Html("<br>"), "<br>", 3) == "<br>&lt;br&gt;3"


def test_table_has_headings_of_columns_and_of_rows():
    written = markup.table(["name", "value"], [["<x>", 1]], "All & more", "images")
    assert '<th scope="col">name</th><th scope="col">value</th>' in written
    assert '<tr><th scope="row">&lt;x&gt;</th><td>1</td></tr>' in written
    assert "<caption>All &amp; more</caption>" in written
    assert '<table class="images">' in written


def test_terms_and_figure():
    assert markup.terms([("a", "<1>")]) == (
        "<dl><div><dt>a</dt><dd>&lt;1&gt;</dd></div></dl>"
    )
    assert markup.figure(Html("<hr>"), "see", " <it>") == (
        "<figure><hr><figcaption>see &lt;it&gt;</figcaption></figure>"
    )


def test_absolute_paths_are_shortened():
    assert markup.without_folders("/home/somebody/cats") == "cats"
    assert markup.without_folders("a/b") == "a/b"
    pairs = "pairs:/home/somebody/maps.zip:a:b"
    assert markup.without_folders(pairs) == "pairs:maps.zip:a:b"
    assert markup.without_folders("mnist") == "mnist"
    assert markup.without_folders("/") == "/"
