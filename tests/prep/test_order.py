from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from prep.consultation import Consultation
from prep.order import longest_first
from tests.prep.conftest import consultation

LENGTHS = st.lists(st.integers(1, 30), max_size=60)
HELD = st.integers(1, 12)


def rows(lengths: list[int]) -> list[Consultation]:
    return [consultation("x" * length, index) for index, length in enumerate(lengths)]


@given(LENGTHS, HELD)
def test_every_row_comes_once_and_the_shortest_last_from_long_to_short(lengths: list[int], held: int) -> None:
    """But for the first, which come before as many were read as are held at once."""
    ordered = list(longest_first(rows(lengths), held))
    assert sorted(row.index for row in ordered) == list(range(len(lengths)))
    sizes = [len(row.reply) for row in ordered]
    end = max((len(sizes) - 1) // 2, len(sizes) - held)
    assert sizes[end:] == sorted(sizes[end:], reverse=True)
    assert all(size >= sizes[end] for size in sizes[held:end])


@given(LENGTHS, HELD)
def test_no_more_rows_are_read_ahead_than_asked_for_and_the_first_comes_at_once(lengths: list[int], held: int) -> None:
    read = 0

    def reading() -> Iterator[Consultation]:
        nonlocal read
        for row in rows(lengths):
            read += 1
            yield row

    for given_out, _ in enumerate(longest_first(reading(), held), start=1):
        assert read - given_out <= min(held, given_out)


def test_rows_with_nothing_to_convert_hold_no_place() -> None:
    given = [consultation(None, 0), consultation("short", 1), consultation(" ", 2), consultation("a long reply", 3)]
    assert [row.index for row in longest_first(given, 2)] == [0, 2, 3, 1]
