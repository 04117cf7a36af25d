"""What the page sends to the server."""

import unicodedata

from pydantic import Field, field_validator

from evals.review.ratings import AXES, LONGEST_COMMENT, LONGEST_NAME, VERDICTS
from settings import Settings


class WrongCall(Exception):
    """A call for what is not there; its message is the answer."""


class Rater(Settings):
    """A call that names its rater; the name is kept without spaces around it."""

    rater: str = Field(max_length=4 * LONGEST_NAME)

    @field_validator("rater")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        name = unicodedata.normalize("NFC", " ".join(name.split()))
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise ValueError(f"a name has 1 to {LONGEST_NAME} characters that can be read")
        return name


class Show(Rater):
    """A call for a screen, of the study that its page was opened for."""

    study: str
    position: int = Field(ge=0)


class Rate(Show):
    """A call that brings a rating."""

    verdicts: dict[str, str]
    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    seconds: float = Field(ge=0, le=7 * 86400)
    sent: int = Field(ge=0, le=2**53)

    @field_validator("verdicts")
    @classmethod
    def _answer_every_axis(cls, verdicts: dict[str, str]) -> dict[str, str]:
        if verdicts.keys() != AXES.keys() or not set(verdicts.values()) <= VERDICTS.keys():
            raise ValueError(f"a rating says of each of {', '.join(AXES)} one of {', '.join(VERDICTS)}")
        return verdicts


class Token(Settings):
    """A call that brings the token."""

    token: str
