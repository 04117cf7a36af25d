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

    def score_many(self, items: Sequence[tuple[str, str, str | None]]) -> list[MeceScore]:
        """Return the score of each (answer in Markdown, question, reference or None); an answer without a list gets 0.

        Raises `UserError` for an encoder that cannot be had. A blank reference counts as none.
        """
        readings = [Reading(parse_outline(answer), question, reference) for answer, question, reference in items]
        vectors = self._encoder.encode(text for reading in readings for text in reading.texts())
        return [score_reading(reading, vectors, self._thresholds) for reading in readings]
