"""How much a text repeats itself."""

import pytest

from evals.repetition import repeated_share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0.0),
        ("one two three", 0.0),
        ("a b c d e f", 0.0),
        ("rest it now please " * 10, 1 - 4 / 37),
        ("go " * 8, 0.8),
    ],
)
def test_repeated_share_counts_the_grams_seen_before(text: str, share: float) -> None:
    assert repeated_share(text) == pytest.approx(share)
