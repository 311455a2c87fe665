"""A pace counts steps by itself, and forgets none."""

import pytest

from kgan.callbacks.every import Pace


def due(every, first, batches, stride=1):
    """Returns the steps at which a callback acts in one epoch."""
    pace = Pace(every)
    pace.begin_epoch(first)
    found = [
        first + batch for batch in range(0, batches, stride) if pace.before_batch(batch)
    ]
    last = first + batches
    return [*found, last] if pace.at_epoch_end(last) else found


@pytest.mark.parametrize(
    ("every", "first", "batches", "expected"),
    [
        ("epoch", 0, 6, [6]),
        (2, 0, 6, [2, 4, 6]),
        (4, 0, 6, [4]),
        (4, 6, 6, [8, 12]),
        (5, 13, 4, [15]),
        (1, 7, 2, [8, 9]),
        (10, 0, 6, []),
    ],
)
def test_due(every, first, batches, expected):
    assert due(every, first, batches) == expected


def test_several_steps_per_execution():
    # Seen before 0, 3 and 6, and at 9: 4 lies before 6, 8 before 9.
    assert due(4, 0, 9, stride=3) == [6, 9]


def test_steps_that_are_played_again_count_again():
    pace = Pace(4)
    pace.begin_epoch(6)
    assert pace.at_epoch_end(12)
    pace.begin_epoch(6)  # rolled back
    assert [batch for batch in range(6) if pace.before_batch(batch)] == [2]


@pytest.mark.parametrize("every", ["step", 0, -3, 2.5, None, True])
def test_unknown_every_is_refused(every):
    with pytest.raises(ValueError, match="`every` must be 'epoch' or a positive"):
        Pace(every)
