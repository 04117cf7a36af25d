"""A completion as the rewards read it: its points, and which of them say something of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from outline import Outline, content_words, parse_outline
from outline.words import UNSPACED, tokens

Messages = Sequence[Mapping[str, str]]

GRAM = 4
"""Words that must follow one another as they did before to count as repeated: the size of evals' repetition."""
ECHOED = 0.5
"""Share of a passage's words that must come from the prompt in such runs for the passage to be the prompt's."""
ALIKE = 0.8
"""Jaccard similarity of the content words from which a passage is a copy of an earlier one."""


@dataclass(frozen=True)
class Reading:
    """An answer against its prompt."""

    text: str
    question: str
    """What the user wrote; the system message supports no number and is no content."""
    outline: Outline
    passages: tuple[str, ...]
    """Every point, and every block outside the list."""
    own: tuple[str, ...]
    """The passages with a content word that are neither a copy of an earlier one nor lifted from the prompt."""
    words: tuple[str, ...]
    """All words, lower-case, in order."""
    known: frozenset[str]
    """The content words of the prompt, the system message's too."""

    @property
    def own_words(self) -> int:
        return sum(len(tokens(passage)) for passage in self.own)


def read(prompt: Messages, completion: Messages) -> Reading:
    """Return the reading of a completion's last message as it stands: no think block is taken out."""
    system = "\n".join(message["content"] for message in prompt if message["role"] != "user")
    question = "\n".join(message["content"] for message in prompt if message["role"] == "user")
    return _read(completion[-1]["content"] if completion else "", question, system)


# One step's completions pass through one reward after the other: enough that each is read once.
@lru_cache(maxsize=1024)
def _read(text: str, question: str, system: str) -> Reading:
    outline = parse_outline(text)
    passages = [node.text for _, _, node in outline.walk()] + [block for _, block in outline.prose]
    split = [tokens(passage) for passage in passages]
    words = [word for passage in split for word in passage]
    lifted = _covered(words, grams(tokens(system)) | grams(tokens(question)))
    own: list[str] = []
    seen: list[set[str]] = []
    start = 0
    for passage, its_words in zip(passages, split, strict=True):
        echoed = sum(lifted[start : start + len(its_words)])
        start += len(its_words)
        content = {word for word in content_words(passage) if len(word) > 1 or UNSPACED.match(word)}
        if content and echoed <= ECHOED * len(its_words) and not any(_alike(content, other) for other in seen):
            own.append(passage)
        seen.append(content)
    known = frozenset(content_words(system) | content_words(question))
    return Reading(text, question, outline, tuple(passages), tuple(own), tuple(words), known)


def grams(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the distinct runs of `GRAM` words."""
    return {tuple(words[start : start + GRAM]) for start in range(len(words) - GRAM + 1)}


def _covered(words: Sequence[str], known: set[tuple[str, ...]]) -> list[bool]:
    """Which of the words stand in a run that `known` holds; runs go on from one passage to the next."""
    covered = [False] * len(words)
    for start in range(len(words) - GRAM + 1):
        if tuple(words[start : start + GRAM]) in known:
            covered[start : start + GRAM] = [True] * GRAM
    return covered


def _alike(content: set[str], other: set[str]) -> bool:
    return len(content & other) >= ALIKE * len(content | other)
