"""Writes the scores of SDMetrics that the tests of the metrics of tables compare with.

    python scripts/make_table_fixtures.py

makes a virtual environment in a temporary folder, installs SDMetrics in it, which kgan
never does, and writes `runs/fixtures/sdmetrics.json` (with
`--output=tests/metrics/fixtures` that of the tests): by name of a table of
`tests/measured_tables.py` the scores of "Column Shapes" and "Column Pair Trends", with
its defaults and with thresholds of 0.
"""

import argparse
import importlib.metadata
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

from environments import python_of

PACKAGES = ("sdmetrics==0.32.0", "pandas<3")
TESTS = pathlib.Path(__file__).parents[1] / "tests"


def scores(real, fake, is_number):
    """Returns both scores, and the second one without thresholds."""
    names = [f"column{number}" for number in range(len(is_number))]
    kinds = ["numerical" if number else "categorical" for number in is_number]
    columns = {name: {"sdtype": kind} for name, kind in zip(names, kinds, strict=True)}
    tables = real, fake, names, {"columns": columns}
    usual = report(*tables)
    every = report(*tables, real_correlation_threshold=0, real_association_threshold=0)
    return {
        "column_shapes": usual["Column Shapes"],
        "column_pair_trends": usual["Column Pair Trends"],
        "column_pair_trends_of_all": every["Column Pair Trends"],
    }


def report(real, fake, names, metadata, **thresholds):
    """Returns the scores of a report by their names."""
    import pandas as pd
    from sdmetrics.reports.single_table import QualityReport

    made = QualityReport()
    for name, threshold in thresholds.items():
        setattr(made, name, threshold)
    frames = [pd.DataFrame(rows, columns=names) for rows in (real, fake)]
    made.generate(*frames, metadata, verbose=False)
    properties = made.get_properties()
    return dict(zip(properties["Property"], properties["Score"], strict=True))


def write(folder):
    """Computes the scores, in an environment that has SDMetrics."""
    sys.path.insert(0, str(TESTS))
    import measured_tables

    warnings.simplefilter("ignore")
    found = {name: scores(*table) for name, table in measured_tables.tables().items()}
    known = ("sdmetrics", "pandas", "numpy")
    found["versions"] = {name: importlib.metadata.version(name) for name in known}
    found["command"] = "python scripts/make_table_fixtures.py"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=2) + "\n"
    (folder / "sdmetrics.json").write_text(text, encoding="utf-8")


def main():
    """Makes the environment, and calls this file in it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", default="runs/fixtures", type=pathlib.Path)
    parser.add_argument("--here", action="store_true", help="SDMetrics is installed")
    given = parser.parse_args()
    if given.here:
        write(given.output)
        return
    with tempfile.TemporaryDirectory() as folder:
        python = python_of(pathlib.Path(folder), PACKAGES)
        here = ["--here", f"--output={given.output}"]
        subprocess.run([python, __file__, *here], check=True)


if __name__ == "__main__":
    main()
