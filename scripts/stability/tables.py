"""Means and spreads over seeds, as Markdown."""

import numpy as np

_COLUMNS = {
    "modes_found": ("modes", "{:.1f}"),
    "high_quality_share": ("within 3σ", "{:.1%}"),
    "modes_spread": ("σ_g/σ", "{:.2f}"),
    "modes_kl": ("KL to uniform", "{:.3f}"),
}


def table(results: list, kind: str) -> str:
    """Writes a row for each method.

    Args:
        results: Dictionaries of figures of one data set.
        kind: "raw" or "averaged".

    Returns:
        A Markdown table: mean ± standard deviation over the seeds.
    """
    heads = [name for name, _ in _COLUMNS.values()]
    rows = [["method", "seeds", *heads], ["---"] * (len(heads) + 2)]
    for method in dict.fromkeys(result["method"] for result in results):
        own = [r[kind] for r in results if r["method"] == method]
        sound = [figures for figures in own if "diverged" not in figures]
        seeds = f"{len(own)}"
        if len(sound) < len(own):
            seeds += f", {len(own) - len(sound)} of them diverged"
        cells = [_cell(sound, key, form) for key, (_, form) in _COLUMNS.items()]
        rows.append([method, seeds, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(figures, key, form):
    values = [each[key] for each in figures]
    if not values:
        return "–"
    mean, spread = np.mean(values), np.std(values, ddof=1) if len(values) > 1 else 0.0
    return f"{form.format(mean)} ± {form.format(spread)}"
