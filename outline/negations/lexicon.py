"""The English of `cues.yml`, `phrases.yml` and `words.yml`: what each word is, and which mean the same."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from outline.words import FUNCTION_WORDS, stem

_FOLDER = Path(__file__).parent
_KEY = 6
"""Letters of a stem by which words are compared, so that "respond" is "response"."""
_CUES = ("verbal", "nominal", "conditional", "objects", "predicates")
"""Kinds of cues; a word that is in two lists is of the first."""
_OPENERS = frozenset(("clause_starts", "subjects", "articles", "imperatives"))
_BY_KEY = ("generic", "times", "vague", "courtesies")
"""Lists whose words count in all their forms."""

# "un" before and "less" behind any word; "in" and its like only before words that are often denied so.
_PREFIX = re.compile(
    r"un(?!der|til|less|ion|i[tfqv]|usual\b|cle\b|it)(\w{4,})|(?:non|ir|il)(\w{5,})"
    r"|(?!regard|need|harm|use|point)(\w{4,})less"
    r"|in(complete|correct|effective|active|adequate|sufficient|appropriate|visible|frequent|significant|fertile"
    r"|curable|capable|dependent|secure|accurate|consistent|operable|definite|tolerant|advisable|offensive|eligible"
    r"|digestible|conclusive|escapable|evitable|sensitive)"
    r"|im(possible|proper|mature|mobile|perfect|balance)|dis(appear\w*|continue\w*|agree\w*|satisfied|allow\w*)|ab(normal\w*)"
    r"|a(symptomatic|febrile|septic)"
)


_COMBINING = re.compile(r"(contra|hyper|inter|gastro|cardio|neuro|psycho|immuno|electro|hydro|radio|physio)(?=\w\w)")
"""Beginnings that words share which have nothing to do with each other: "contrast" and "contraindicated"."""

DENIED, UNSURE, STATED = -1, 0, 1
"""States of a word."""
BITS = {DENIED: 1, UNSURE: 2, STATED: 4}
"""Of what is said of a word in several places, as a set of states."""


class Sense(NamedTuple):
    """What a word is compared by, and whether it says the opposite of that."""

    key: str
    opposite: bool


Phrase = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a phrase, and those that are read in their place (none for an idiom)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word is, wherever it stands."""

    text: str
    key: str
    """What it is compared by."""
    senses: tuple[Sense, ...]
    """Its own first, then those that it shares with the words of its groups."""
    stated: tuple[tuple[str, int], ...]
    """The key of each sense, with what is said of it (`BITS`) where the word is stated."""
    opposite: bool
    """Whether it denies by its own form: "uncommon", "painless"."""
    prefixed: bool
    """Whether it does, or stands for the opposite of another word as "benign" does."""
    content: bool
    """Whether it says something by itself."""
    number: bool
    cue: str
    """The kind of cue that it is, or ""."""
    roles: frozenset[str]
    """The lists of `cues.yml` that have it."""
    phrases: dict[str, list[Phrase]]
    """Those that begin with it, by their second word, the longest first."""
    denies: bool
    """Whether it may deny something, of itself or of other words."""
    opens: bool
    """Whether a clause may end before it: a mark, a word such as "if", "the" or "take"."""


class Lexicon:
    """The word lists, by word."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        cues, phrases, words = (_read(folder / f"{name}.yml") for name in ("cues", "phrases", "words"))
        self.irregular = {form: base for base, forms in words["irregular"].items() for form in forms.split()}
        self.roles = _roles({name: text for name, text in cues.items() if name not in _BY_KEY}, str)
        self.key_roles = _roles({name: cues[name] for name in _BY_KEY}, self.key)
        for roles in self.key_roles.values():
            # "For a week" is as vague about what is denied as "together".
            roles |= {"vague"} if "times" in roles else set()
        self.phrases = _phrases(phrases)
        self.groups = self._groups(words["groups"])

    def key(self, word: str) -> str:
        """Return what two words are compared by: "treatment" is to "treat", "washable" to "wash", "itchy" to "itch"."""
        if len(word) > 7 and word.endswith(("able", "ible")):
            word = word[:-4]
        whole = stem(self.irregular.get(word, word))
        if match := _COMBINING.match(whole):
            return f"{whole[0]}-{whole[match.end() - 1 :][: _KEY - 2]}"
        cut = whole[:-4] if whole.endswith("ment") and len(whole) > 7 else whole[:_KEY]
        return cut[:-1] if cut.endswith("i") and len(cut) > 3 else cut

    def entry(self, text: str) -> Entry:
        """Return what a lower-case word is."""
        match = _PREFIX.fullmatch(text)
        base = next(filter(None, match.groups()), "") if match else ""
        key, denies = self.key(base or text), bool(base)
        groups = [Sense(sense.key, sense.opposite != denies) for sense in self.groups.get(key, ())]
        senses = (Sense(key, denies), *groups)
        roles = frozenset(self.roles.get(text, set()) | self.key_roles.get(key, set()))
        cue = next((name for name in _CUES if name in roles), "")
        silent = {"empty", "auxiliaries", "prepositions"} & roles or text in FUNCTION_WORDS or "-" in text
        return Entry(
            text,
            key,
            senses,
            tuple((sense.key, BITS[DENIED if sense.opposite else STATED]) for sense in senses),
            denies,
            denies or any(sense.opposite for sense in groups),
            text[0].isalpha() and not silent and (not cue or cue in ("objects", "predicates")),
            text[0].isdigit(),
            cue,
            roles,
            self.phrases.get(text, {}),
            denies or bool(cue) or text == "free" or "limits" in roles,
            not text[0].isalnum() or text in ("and", "or", "nor") or not _OPENERS.isdisjoint(roles),
        )

    def _groups(self, groups: list[dict[str, str]]) -> dict[str, list[Sense]]:
        senses: dict[str, list[Sense]] = {}
        for number, group in enumerate(groups):
            for name, opposite in (("same", False), ("against", True)):
                for word in group.get(name, "").split():
                    found = senses.setdefault(self.key(word), [])
                    if Sense(f"#{number}", opposite) not in found:
                        found.append(Sense(f"#{number}", opposite))
        return senses


def _read(path: Path) -> Any:
    # Words such as "no" and "on" are no booleans here.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def _roles(lists: dict[str, str], form: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, text in lists.items():
        for word in text.split():
            found.setdefault(form(word), set()).add(name)
    return found


def _phrases(raw: dict[str, Any]) -> dict[str, dict[str, list[Phrase]]]:
    found: dict[str, dict[str, list[Phrase]]] = {}
    idioms = {phrase.strip(): "" for phrase in raw["idioms"].split(",")}
    for phrase, reading in {**raw["phrases"], **idioms}.items():
        first, *rest = phrase.split()
        second = rest[0] if rest else ""
        found.setdefault(first, {}).setdefault(second, []).append(((first, *rest), tuple(reading.split())))
    for phrases in (phrases for by_second in found.values() for phrases in by_second.values()):
        phrases.sort(key=lambda phrase: -len(phrase[0]))
    return found


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lexicon, read once."""
    return Lexicon()


@lru_cache(maxsize=50_000)
def entry(text: str) -> Entry:
    """Return what a lower-case word is."""
    return lexicon().entry(text)
