from kgan.report import drawing


def test_both_editions_are_drawn_in_their_colours(opened):
    themes = []

    def draw(axes, theme):
        themes.append(theme)
        axes.plot([0, 1], [0, 1], color=theme.real)

    written = drawing.drawing((2, 1), draw, "a <line>")
    dark, light = opened(written)
    assert light.shape == dark.shape == (192, 384)
    assert themes == [drawing.LIGHT, drawing.DARK]
    assert 'media="(prefers-color-scheme: dark)"' in written
    assert 'alt="a &lt;line&gt;"' in written
    assert 'width="192" height="96"' in written


def test_nothing_of_matplotlib_is_left_changed():
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawing.drawing((1, 1), lambda axes, theme: None, "nothing")
    assert dict(matplotlib.rcParams) == before


def test_equal_drawings_are_equal_bytes():
    first, second = (
        drawing.drawing((1, 1), lambda axes, theme: axes.plot([1, 2]), "line")
        for _ in range(2)
    )
    assert first == second
