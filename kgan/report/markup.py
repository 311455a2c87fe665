"""HTML from texts of which none is trusted."""

import html

from kgan.data import registry, texts


class Html(str):
    """Text that is HTML already; every other text is escaped."""


def element(tag: str, *children: object, **attributes: object) -> Html:
    """Writes an element.

    Args:
        tag: Its name, as in "p".
        *children: `Html` stands as it is, everything else is escaped.
        **attributes: Values are escaped; `class_` and `aria_label` become "class" and
            "aria-label". None leaves an attribute out.

    Example:
        ```python
        element("p", "1 < 2", class_="note")  # <p class="note">1 &lt; 2</p>
        ```
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Html(f"<{tag}{given}>")
    return Html(f"<{tag}{given}>{join(*children)}</{tag}>")


_VOID = ("img", "source", "br")


def join(*children: object) -> Html:
    """Writes one thing after another; what is not `Html` is escaped."""
    parts = (c if isinstance(c, Html) else html.escape(str(c)) for c in children)
    return Html("".join(parts))


def figure(content: Html, *caption: object) -> Html:
    """Writes a figure with the caption that says what to look for."""
    return element("figure", content, element("figcaption", *caption))


def table(header: list, rows: list, caption: str, class_: str | None = None) -> Html:
    """Writes a table in a box of its own, which scrolls where the page is narrow.

    Each of `rows` is a list of cells, the first of them its heading; `header` are the
    headings of the columns.
    """

    def line(heading, cells):
        return element("tr", heading, *(element("td", cell) for cell in cells))

    head = element("tr", *(element("th", cell, scope="col") for cell in header))
    body = [line(element("th", name, scope="row"), cells) for name, *cells in rows]
    parts = element("thead", head), element("tbody", *body)
    whole = element("table", element("caption", caption), *parts, class_=class_)
    return element("div", whole, class_="wide")


def terms(pairs: list) -> Html:
    """Writes a list of names and what belongs to them."""
    items = [(element("dt", name), element("dd", value)) for name, value in pairs]
    return element("dl", *(element("div", *item) for item in items))


def without_folders(text: str) -> str:
    """Shortens a path to its last part: a page may be given to others."""
    # A slash alone makes no path: many texts have one.
    known = texts.is_text(text) or registry.is_path(text)
    return registry.short(text) if known else text
