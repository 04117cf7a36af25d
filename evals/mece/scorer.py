"""Scores many answers at once: all their texts are encoded together, and none that was encoded before."""

from collections.abc import Sequence
from pathlib import Path

from evals.mece.encoder import Encoder, EncoderConfig
from evals.mece.scores import MeceScore, Reading, score_reading
from evals.mece.thresholds import THRESHOLDS, load_thresholds
from outline import parse_outline


class MeceScorer:
    """Scores answers by one encoder; vectors are kept in `cache`, a folder."""

    def __init__(self, encoder: EncoderConfig, cache: Path, thresholds: Path = THRESHOLDS) -> None:
        """Raise `UserError` where the thresholds were calibrated for another encoder."""
        self._thresholds = load_thresholds(encoder.name, thresholds)
        self._encoder = Encoder(encoder, cache)

    def score_many(self, items: Sequence[tuple[str, str, str | None]]) -> list[MeceScore | None]:
        """Return the score of each (answer in Markdown, question, reference or None); None for one without a list.

        Raises `UserError` for an encoder that cannot be had. A blank reference counts as none.
        """
        readings = [_read(*item) for item in items]
        found = [reading for reading in readings if reading is not None]
        vectors = self._encoder.encode(text for reading in found for text in reading.texts())
        return [reading and score_reading(reading, vectors, self._thresholds) for reading in readings]


def _read(answer: str, question: str, reference: str | None) -> Reading | None:
    reading = Reading(parse_outline(answer), question, reference)
    return reading if reading.points else None
