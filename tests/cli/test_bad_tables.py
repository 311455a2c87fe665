"""Tables that cannot be read or modelled: one line says so, and nothing is written."""

import numpy as np
import pandas as pd
import pytest
from small_tables import people

from kgan.cli import main


def written(text, encoding="utf-8"):
    return lambda path: path.write_bytes(text.encode(encoding))


def frame(**columns):
    """Writes people with other columns beside them; a function makes one of `rows`."""
    df = people(100)

    def write(path):
        df.assign(**{n: f(len(df)) for n, f in columns.items()}).to_csv(
            path, index=False
        )

    return write


def parquet(**columns):
    def write(path):
        df = people(100)
        others = {name: make(len(df)) for name, make in columns.items()}
        df.assign(**others).to_parquet(path)

    return write


def essay(rows):
    words = np.random.default_rng(0).choice(list("abcdefghijkl"), (rows, 60))
    return ["".join(w[:20]) + " " + " ".join(w) for w in words]


def keys(path):
    pd.DataFrame({"id": [f"A{n:05}" for n in range(60)]}).to_csv(path, index=False)


ROWS = "".join(f"{n % 7},{'ab'[n % 2]}\n" for n in range(80))
WRONG = {
    "empty": (written(""), "empty"),
    "header alone": (written("a,b\n"), "rows"),
    "one row": (written("a,b\n1,x\n"), "row"),
    "no header": (written(ROWS), "the names of its columns in its first row"),
    "twice": (written(f"a,a\n{ROWS}"), "name each column once"),
    "NUL": (written(f"a,b\n1,x\x00y\n{ROWS}"), "NUL"),
    "encoding": (written(f"a,b\n1,Zürich\n{ROWS}", "latin-1"), "UTF-8"),
    "all keys": (keys, "key"),
    "constants": (written("a,b\n" + "1,x\n" * 80), "constant"),
    "essays": (frame(note=essay), "'note'"),
    "infinite": (frame(rate=lambda n: np.r_[np.inf, np.arange(n - 1)]), "'rate'"),
    "nested": (parquet(tags=lambda n: [["a", "b"]] * n), "'tags'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_sentence_and_no_file(case, tmp_path, capsys):
    write, message = WRONG[case]
    path, run_dir = tmp_path / "data.csv", tmp_path / "run"
    write(path)
    flags = [f"--dataset={path}", f"--run_dir={run_dir}", "--steps=1"]
    assert main(["train", "--game=tabular", *flags]) == 1
    *_, line = capsys.readouterr().err.strip().splitlines()
    assert message in line
    assert "Traceback" not in line
    assert not run_dir.exists()


READ = {
    "semicolons": (";", ".", ""),
    "decimal commas": (";", ",", ""),
    "tabs": ("\t", ".", ""),
    "blank columns": (",", ".", ",,"),
}


@pytest.mark.parametrize("case", READ)
def test_other_forms_are_read_and_told(case, tmp_path, capsys, caplog):
    separator, decimal, blank = READ[case]
    text = people(100).to_csv(sep=separator, decimal=decimal, index=False)
    lines = [line + blank for line in text.splitlines()]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(lines) + "\n")
    assert main(["train", f"--dataset={path}", "--dry_run"]) == 0
    shown = capsys.readouterr()
    kinds = dict(line.split()[:2] for line in shown.out.splitlines() if "  " in line)
    assert (kinds["wage"], kinds["hours"]) == ("Real", "Integer")
    assert caplog.text.count(f"data.csv is read with{'out' if blank else ''} ") == 1
    assert not list(tmp_path.glob("run*"))


def test_words_for_missing_values(tmp_path, capsys):
    df = people(200)
    df["job"] = df["job"].where(df["job"] != "none", "?")
    path = tmp_path / "data.csv"
    df.to_csv(path, index=False)
    assert main(["train", f"--dataset={path}", "--missing=?", "--dry_run"]) == 0
    (line,) = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("job ")
    ]
    assert "%" in line
