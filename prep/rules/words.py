"""A reply as words: as they were written, and as they are looked up."""

from dataclasses import dataclass

from prep.rules.vocabulary import Grammar

_EDGES = "\"'`()[]{}<>.,;:!?*_"


@dataclass(frozen=True)
class Words:
    """A text as it was written and, index by index, in lower case without punctuation."""

    written: tuple[str, ...]
    plain: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Words":
        """Return the words of a text, which stand between blanks."""
        written = tuple(text.split())
        return cls(written, tuple(word.lower().replace("\u2019", "'").strip(_EDGES) for word in written))

    def part(self, start: int, end: int) -> "Words":
        return Words(self.written[start:end], self.plain[start:end])

    @property
    def text(self) -> str:
        return " ".join(self.written)


def is_number(word: str, grammar: Grammar) -> bool:
    """Whether a word is a number, in digits or spelled."""
    return word[:1].isdigit() or bool(grammar.numbers.at((word,), 0))
