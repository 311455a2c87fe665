import pytest

from kgan.data.tables import delimited


def parse(text, missing=()):
    frame, notes = delimited.parse(text, "people.csv", missing)
    rows = [tuple(frame.columns), *frame.itertuples(index=False, name=None)]
    return [
        tuple(None if cell != cell else cell for cell in row) for row in rows
    ], notes


PLAIN = [("a", "b"), ("1", "x"), ("2", None)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,x\n2,\n", []),
        ("a, b\r\n1, x\r\n2, \r\n", []),
        ("\n\na,b\n1,x\n\n2,?\n", []),
        ("a;b\n1;x\n2;\n", ["with semicolons between"]),
        ("a\tb\n1\tx\n2\tNA\n", ["with tabs between"]),
        ("a|b\n1|x\n2|\n", ["with bars between"]),
        ('"a","b"\n"1","x"\n"2",""\n', []),
        ("a,b,,\n1,x,,\n2,,,\n", ["without 2 blank columns"]),
        ("a,b\n1,x,\n2,,\n", ["without a blank column"]),
        ("a,b,\n1,x\n2,\n", []),
        (",a,b\n0,1,x\n1,2,\n", ["without its row numbers"]),
    ],
)
def test_layouts_of_one_table(text, told):
    rows, notes = parse(text, ("?",))
    assert rows == PLAIN
    assert len(notes) == len(told)
    assert all(part in note for part, note in zip(told, notes, strict=True))


def test_cells_with_separators_and_lines_in_quotes():
    rows, _ = parse('a,b\n"x, y","one\ntwo"\n"say ""no""",z\n')
    assert rows[1:] == [("x, y", "one\ntwo"), ('say "no"', "z")]


def test_a_single_column_keeps_its_missing_cells():
    assert parse("a\nx\n\ny\n")[0] == [("a",), ("x",), (None,), ("y",)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n3\n", "names in its header, 2. Received: 1 in line 3"),
        ("a,b\n1,2\n3,4,5\n", "names in its header, 2. Received: 3 in line 3"),
        ("a,b,a\n1,2,3\n", "must name each column once. Received: a more than once"),
        ("a,b\n", "must have rows below its header. Received: one row alone, a, b"),
        ("a,,c\n1,2,3\n", "must have a name for each column in its first row. Receiv"),
        ("39,Gov\n50,Self\n20,Gov\n", "must have the names of its columns in its f"),
        ("C1,5.5\nC2,4\n", "what looks like a row of data (C1, 5.5)"),
        ("5.1,3.5\n4.9,3.0\n", "what looks like a row of data (5.1, 3.5)"),
        ("m,x\nf,y\nm,y\nf,x\n", "what looks like a row of data (m, x)"),
        ("C1,3\nC2,3\n", "what looks like a row of data (C1, 3)"),
    ],
)
def test_what_is_no_table_is_named(text, expected):
    with pytest.raises(ValueError, match=r"^people\.csv must ") as error:
        parse(text)
    assert expected in str(error.value)


def test_years_and_a_name_that_recurs_are_names():
    assert parse("country,2019,2020\nFR,1.5,2\n")[0][0] == ("country", "2019", "2020")
    assert parse("sex,x\nsex,1\nf,2\n")[0][0] == ("sex", "x")


@pytest.mark.parametrize(
    ("text", "separator", "share"),
    [
        ("a,b\n1,2\n", ",", 1.0),
        ("a;b\n1,5;2,5\n", ";", 1.0),
        ("a,b,c\n1,2,3\n1,2\n1,2,3\n", ",", 0.75),
        ("a\n1\n2\n", None, 0.0),
        ("Once, upon\na time\nthere was\na king\n", None, 0.0),
        ("Once, upon\na time, there\nwas\na king\n", ",", 0.5),
    ],
)
def test_sniff(text, separator, share):
    assert delimited.sniff(text) == (separator, share)
