"""What the file of a table's game holds of persons."""

from kgan.data.tables import Table

_NOT_ANONYMOUS = (
    "A generated table is not anonymous by being generated: rows may be near those of "
    "persons, rare values are remembered first, and that there are no copies proves "
    "nothing. Nothing here is differential privacy. "
)


def notice(table: Table) -> str:
    """Returns what goes with the weights of a table's game, wherever they go."""
    few = f"fewer than {table.rules.min_count} rows"
    if table.privacy:
        return f"{_NOT_ANONYMOUS}The model's file holds no row, and no value of {few}."
    return (
        f"{_NOT_ANONYMOUS}The model's file holds no row, but the least and the "
        "greatest value of each number, and rare levels, which may be those of single "
        f"persons; that of a table with privacy=True holds none of {few}."
    )
