"""Writes what was measured as tables of Markdown."""

import statistics

from benchmarking import measuring

# What a step shall take at most, relative to the bare loop's.
GOAL = 1.0
GOAL_OFFERED = {"gaussian": 0.75, "ring": 0.75, "digits": 0.75}
# How many times as fast as PyTorch's fastest mode a step of `cifar10` shall be.
GOAL_TORCH = {"float32": 1.3, "bfloat16": 1.8}


def table(head: list, rows: list) -> str:
    """Builds a table of a head and rows of texts; the first column is words."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def of_machine(lines: dict) -> str:
    """Builds the table of the machine."""
    return table(["machine", ""], [[key, value] for key, value in lines.items()])


def of_rates(rows: list) -> str:
    """Builds the table of the rates that this machine reaches."""
    body = [[row["kind"], row["precision"], _rate(row)] for row in rows]
    return table(["operation", "precision", "GFLOP/s"], body)


def _rate(row):
    return _failure(row) or f"{row['gigaflops']:.0f}"


def _failure(row):
    """Returns one line on a case that failed; None if it did not."""
    if "failure" not in row:
        return None
    return "failed: " + row["failure"].strip().splitlines()[-1].replace("|", "/")


def of_steps(rows: list, rates: list) -> str:
    """Builds the table of a recipe's step in all ways, the bare loop first."""
    head = ["step", "ms", "images/s", "time to bare", "% of peak", "first, s", "MiB"]
    body = []
    for row in rows:
        if failure := _failure(row):
            body.append([row["case"], failure, *[""] * (len(head) - 2)])
            continue
        peak = _peak(rates, row["precision"])
        share = f"{row['gigaflops'] / peak:.0%}" if peak else ""
        memory = row["device_peak_mib"] or row["peak_mib"]
        body.append(
            [
                row["case"],
                f"{statistics.median(row['milliseconds']):.2f}",
                f"{row['images_per_second']:,.0f}",
                _text(_ratio(row, _find(rows, "bare", row["precision"]))),
                share,
                f"{row['first_seconds']:.1f}",
                f"{memory:,.0f}",
            ]
        )
    return table(head, body)


def _peak(rates, precision):
    reached = [r.get("gigaflops", 0) for r in rates if r["precision"] == precision]
    return max(reached, default=0)


def _ratio(row, other):
    if row is None or other is None:
        return None
    return measuring.ratio(row["milliseconds"], other["milliseconds"])


def _text(ratio):
    return "" if ratio is None else f"{ratio:.2f}"


def _find(rows, case, precision):
    """Finds the plain way of a side: not compiled, a step a call, NHWC or not."""
    name = case if precision == "float32" else f"{case}, {precision}"
    measured = (row for row in rows if "failure" not in row)
    return next((row for row in measured if row["case"] == name), None)


def fastest(rows: list, side: str, precision: str) -> dict | None:
    """Finds the fastest way of a side; None if none was measured."""
    measured = [
        row
        for row in rows
        if (row["side"], row["precision"]) == (side, precision) and "failure" not in row
    ]
    if not measured:
        return None
    return min(measured, key=lambda row: statistics.median(row["milliseconds"]))


def of_goals(steps: dict) -> str:
    """Builds the table that compares what was measured with what was aimed at.

    Args:
        steps: Rows of `questions.steps` by recipe.
    """
    head = ["recipe", "precision", "`fit` / bare", "aim", "best of kgan / bare", "aim"]
    head += ["PyTorch's best / kgan's", "aim", "which"]
    body = []
    for recipe, rows in steps.items():
        for precision in dict.fromkeys(row["precision"] for row in rows):
            bare = _find(rows, "bare", precision)
            kgan = _find(rows, "kgan", precision)
            best = fastest(rows, "kgan", precision)
            twin = fastest(rows, "torch", precision)
            offered = GOAL_OFFERED.get(recipe)
            against = GOAL_TORCH[precision] if recipe == "cifar10" else None
            which = [row["case"] for row in (best, twin) if row]
            body.append(
                [
                    recipe,
                    precision,
                    _text(_ratio(kgan, bare)),
                    f"≤ {GOAL:.2f}",
                    _text(_ratio(best, bare)),
                    f"≤ {offered}" if offered and precision == "float32" else "",
                    _text(_ratio(twin, best)),
                    f"≥ {against}" if against else "",
                    "; ".join(which),
                ]
            )
    return table(head, body)


def of_waiting(rows: list) -> str:
    """Builds the table of what real data cost."""
    head = ["recipe", "`fit`, real data / batch in memory", "share of a step waited"]
    body = [
        [row["recipe"], failure, ""]
        if (failure := _failure(row))
        else [row["recipe"], f"{row['ratio']:.3f}", f"{row['waited']:.2%}"]
        for row in rows
    ]
    return table(head, body)


def of_growth(row: dict) -> str:
    """Builds the table of memory over thousands of steps."""
    head = [f"`{row['recipe']}`, steps", *(f"{count:,}" for count in row["steps"])]
    return table(
        head, [["resident, MiB", *(f"{size:,.1f}" for size in row["resident_mib"])]]
    )


def of_sweep(rows: list) -> str:
    """Builds the table of XLA's gain by the size of a step."""
    head = ["networks", "GFLOP a step", "ms", "XLA / graph", "16 steps a call"]
    head.append("compiling, s")
    body = []
    for row in rows:
        line = [row["network"], f"{row['operations'] / 1e9:.3f}"]
        if failure := _failure(row):
            body.append([*line, failure, "", "", ""])
            continue
        line.append(f"{row['milliseconds']:.2f}")
        line += [f"{row[key]:.2f}" for key in ("ratio", "ratio_many")]
        body.append([*line, f"{row['compile_seconds']:.1f}"])
    return table(head, body)
