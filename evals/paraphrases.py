"""The instruction of a structure spec in other words: is a model robust to the prompt?"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from outline import StructureSpec
from settings import Settings, load_config

PARAPHRASES = Path(__file__).parent / "tasks/paraphrases.yml"
_NAME = re.compile(r"{(\w*)}")


class Paraphrase(Settings):
    """One way to state the contract; every placeholder stands exactly once where it belongs."""

    numbers: Literal["digits", "words"]
    text: str
    """Holds {list}, {roots}, {min_depth} and {max_children}."""
    list_only: str
    """The {list} of a spec that allows nothing outside the list."""
    with_prose: str
    """The {list} of a spec that allows prose."""
    roots: str
    """The {roots} of a spec that limits the top level, with its {max_roots}; without a limit nothing stands there."""

    @model_validator(mode="after")
    def _has_its_placeholders(self) -> "Paraphrase":
        for name, expected in {
            "text": ["list", "max_children", "min_depth", "roots"],
            "list_only": [],
            "with_prose": [],
            "roots": ["max_roots"],
        }.items():
            found = sorted(_NAME.findall(getattr(self, name)))
            if found != expected:
                raise ValueError(f"{name} must hold each of {expected} once and no other placeholder, got {found}")
        return self

    def render(self, spec: StructureSpec, number_words: Sequence[str]) -> str:
        """Return the contract of `spec` in these words; a number beyond `number_words` stays in digits."""
        parts = {
            "list": self.with_prose if spec.allow_prose else self.list_only,
            "roots": self.roots if spec.max_roots else "",
        }
        counts = {"min_depth": spec.min_depth, "max_children": spec.max_children, "max_roots": spec.max_roots or 0}
        words = number_words if self.numbers == "words" else ()
        values = {name: words[count] if count < len(words) else str(count) for name, count in counts.items()}
        return _fill(_fill(self.text, parts), values)


def _fill(text: str, values: dict[str, str]) -> str:
    return _NAME.sub(lambda match: values.get(match[1], match[0]), text)


class Paraphrases(Settings):
    """The schema of paraphrases.yml."""

    number_words: tuple[str, ...]
    """Zero and on."""
    paraphrases: tuple[Paraphrase, ...] = Field(min_length=1)


@lru_cache(maxsize=1)
def load_paraphrases() -> Paraphrases:
    """Return the shipped paraphrases, read once; raises `UserError` for a file that breaks the schema."""
    return load_config(PARAPHRASES, Paraphrases)


def paraphrase(spec: StructureSpec, number: int) -> str:
    """Return the contract of `spec` in the words of paraphrase `number`, counted from 0 and begun again at the end."""
    shipped = load_paraphrases()
    return shipped.paraphrases[number % len(shipped.paraphrases)].render(spec, shipped.number_words)
