"""The schema of `thresholds.yml`: from which similarity on a pair counts, found by `python -m evals.mece calibrate`."""

from math import exp
from pathlib import Path

from pydantic import Field

from settings import Settings, UserError, load_config

THRESHOLDS = Path(__file__).with_name("thresholds.yml")


class Curve(Settings):
    """A threshold, and how steeply the odds turn there."""

    threshold: float = Field(ge=-1, le=1)
    slope: float = Field(gt=0, le=150)
    """Of the logistic curve: the change of the log odds for one unit of similarity."""

    def probability(self, value: float) -> float:
        """Return a number from 0 to 1 that is 0.5 at the threshold and rises with `value`."""
        return 1 / (1 + exp(-self.slope * (float(value) - self.threshold)))

    def odds(self, value: float) -> float:
        """Return `probability` as odds: 1 at the threshold."""
        return exp(self.slope * (float(value) - self.threshold))


class Thresholds(Settings):
    """What was calibrated, for one encoder."""

    encoder: str
    siblings: Curve
    """Cosine similarity from which two siblings say the same."""
    relevance: Curve
    """Cosine similarity from which a child is about its parent."""
    misplaced: float = Field(ge=-2, le=2)
    """How much nearer a child is to another heading than to its own before it is misplaced."""
    facts: float = Field(ge=-1, le=1)
    """Cosine similarity from which a point tells a fact."""


def load_thresholds(encoder: str, path: Path = THRESHOLDS) -> Thresholds:
    """Return the thresholds of a file; raises `UserError` for those of another encoder."""
    found = load_config(path, Thresholds)
    if found.encoder != encoder:
        raise UserError(
            f"{path}: these thresholds were calibrated for the encoder {found.encoder}, got {encoder}",
            hint="calibrate them for this encoder: python -m evals.mece calibrate --encoder FOLDER --thresholds FILE",
        )
    return found
