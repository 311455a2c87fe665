"""The frame of the page keeps its promises, whatever is put into it."""

import re

import pytest

from kgan.report import template


def test_the_frame_takes_a_title_a_style_and_a_body():
    assert set(template.PAGE.get_identifiers()) == {"title", "style", "body"}
    page = template.PAGE.substitute(title="A", style="B", body="C")
    assert "<title>A</title>" in page
    assert re.search(r"<style>\s*B</style>", page)
    assert re.search(r"<body>\s*C\s*</body>", page)
    with pytest.raises(KeyError):
        template.PAGE.substitute(title="A", style="B")


def test_nothing_is_fetched():
    (policy,) = re.findall(r'content="(default-src [^"]*)"', template.PAGE.template)
    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        "style-src 'unsafe-inline'",
    ]
    for way in ("url(", "@import", "http"):
        assert way not in template.STYLE


def test_both_grounds_have_all_colours():
    light, dark = (
        set(re.findall(r"(--\w+):", part))
        for part in template.STYLE.split("@media (prefers-color-scheme: dark)")
    )
    used = set(re.findall(r"var\((--\w+)\)", template.STYLE))
    assert used <= light
    assert light == dark
