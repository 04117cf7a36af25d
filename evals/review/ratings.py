"""A rating, and what can be asked and answered; the words stand in `axes.yml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import read_yaml

_WORDS: Mapping[str, Any] = read_yaml(Path(__file__).with_name("axes.yml"))
AXES: Mapping[str, Mapping[str, str]] = _WORDS["axes"]
"""Name to label and question, in the order in which they are asked."""
VERDICTS: Mapping[str, Mapping[str, str]] = _WORDS["verdicts"]
"""`left`, `tie`, `both_bad`, `right`: name to label and key."""
OVERALL = "overall"
LONGEST_COMMENT = 4000
LONGEST_NAME = 64
"""Characters of a comment and of a rater's name."""


@dataclass(frozen=True)
class Rating:
    """What one rater said of one screen."""

    study: str
    """Digest of the study: which pairs, in which orders."""
    rater: str
    position: int
    """0-based place of the screen in the rater's own order; (rater, position) is unique."""
    task: str
    question: int
    """Id of the question within the task."""
    left: str
    right: str
    """Names of the conditions whose answers stood there."""
    repeat_of: int | None
    """Position of the first showing, where this pair was shown for the second time."""
    digest: str
    """Of the question and both answers; tells ratings of answers that were made anew since."""
    verdicts: Mapping[str, str]
    """Axis to verdict, every axis."""
    comment: str
    seconds: float
    """From the screen's appearance to its saving."""
    created: str
    updated: str
    """Times in UTC, ISO 8601."""
    sent: int
    """Milliseconds since 1970 by the rater's clock; of two sendings the later one counts."""

    def preferred(self, axis: str) -> str:
        """Return the name of the preferred condition, or `tie` or `both_bad`."""
        verdict = self.verdicts[axis]
        return {"left": self.left, "right": self.right}.get(verdict, verdict)

    @property
    def item(self) -> tuple[int, str, str]:
        """The question and the two conditions in alphabetical order: what every rater's showings of a pair share."""
        first, second = sorted((self.left, self.right))
        return self.question, first, second
