"""The structure contract as one object: it renders the instruction and the grammar, and `compliance` checks by it."""

from functools import cache
from itertools import groupby
from pathlib import Path

from pydantic import Field

from outline.blocks import shows_words
from settings import Settings, load_config

DEFAULT_SPEC = Path("configs/outline.yml")


class StructureSpec(Settings):
    """What a compliant outline looks like."""

    min_depth: int = Field(ge=1, description="levels that the deepest branch has at least")
    max_children: int = Field(ge=1, description="points that any one parent has at most")
    max_roots: int | None = Field(ge=1, description="points that the top level has at most; null: no limit")
    allow_prose: bool = Field(description="whether text may stand outside the list, and more than one list")

    @classmethod
    def load(cls, path: str | Path = DEFAULT_SPEC) -> "StructureSpec":
        """Return the spec that a YAML file holds; raises `settings.UserError` for one that does not."""
        return load_config(path, cls)

    def instruction(self) -> str:
        """Return the contract in words for a prompt, a few sentences on one line."""
        sentences = [
            "Answer as one nested Markdown bullet list"
            + ("." if self.allow_prose else ", with nothing before or after it."),
            'Write each point on a line of its own, after "- ", indented by two spaces a level.',
            f"Use at least {self.min_depth} levels.",
            f"Put at most {self.max_children} points under any point"
            + (f" and at most {self.max_roots} on the top level." if self.max_roots else "."),
        ]
        return " ".join(sentences)

    def fill(self, template: str) -> str:
        """Return a text with the instruction in the place of each `{structure}`; other braces are text."""
        return template.replace("{structure}", self.instruction())

    def grammar(self) -> str:
        """Return a grammar whose every string is compliant, up to one level deeper than the spec asks.

        One text serves xgrammar's EBNF and llama.cpp's GBNF: it keeps to what both read. The deep branch comes first,
        so that an answer cut at a token limit has most likely reached its depth already. Without a root limit the
        top level is bounded like any other.
        """
        deepest = self.min_depth + 1
        roots = self.max_roots or self.max_children
        rules = [f"root ::= deep1{_repeat('point1', roots - 1)}"]
        for level in range(1, self.min_depth + 1):
            lead = f"deep{level} ::= {_bullet(level)}"
            if level < self.min_depth:
                rest = _repeat(f"point{level + 1}", self.max_children - 1)
                rules.append(f'{lead} "\\n" deep{level + 1}{rest}')
            else:
                rules.append(lead + _below(level, deepest, self.max_children))
        for level in range(1, deepest + 1):
            rules.append(f"point{level} ::= {_bullet(level)}" + _below(level, deepest, self.max_children))
        return "\n".join([*rules, *_text_rules()]) + "\n"


# What a point may begin with, so that nothing there opens a block of its own, which would change the tree, and a word
# follows that is seen: HTML, an entity and a link definition show nothing. A mark right before a word opens no block;
# after a sign, which Markdown gives no meaning, a space may stand. A number must be no list marker.
_TEXT_RULES = (
    "text ::= start rest | [0-9]+",
    'start ::= letter | number | "<" " "? [0-9] | emphasis mark{0,4} word | mark{1,4} word',
    "word ::= letter | [0-9]",
    "letter ::= [A-Za-z%s]",
    r"number ::= [0-9]+ ([^0-9.)\n\r] | [.)] [^\x00-\x20\x7F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000])",
    r'emphasis ::= "*" | "**" | "***" | "_" | "__" | "`" | "~"',
    r"mark ::= [\x22-\x25\x27-\x29\x2B-\x2F\x3A\x3B\x3D\x3F\x40\x5C-\x5E\x7B-\x7D] | sign [ \u00A0\u202F]?",
    # Quotes, brackets, currencies, mathematics, arrows, pictures.
    r"sign ::= [\u00A1-\u00AC\u00AE-\u00BF\u00D7\u00F7\u2018-\u201F\u2026\u2030-\u205E\u20A0-\u20BF\u2116\u2190-\u23FF"
    r"\u25A0-\u27BF\u2B00-\u2BFF\u3008-\u301B\u200D\uFE0F\uFF08\uFF3B\U0001F1E6-\U0001FAFF]",
    r"rest ::= [^\n\r]*",
)


@cache
def _text_rules() -> list[str]:
    """The rules of a point's text, with every letter and digit beyond ASCII that shows something."""
    seen = [code for code in range(0x80, 0x10000) if shows_words(chr(code))]
    runs = [[code for _, code in run] for _, run in groupby(enumerate(seen), lambda each: each[1] - each[0])]
    letters = "".join(f"\\u{run[0]:04X}-\\u{run[-1]:04X}" for run in runs)
    return [rule % letters if "%s" in rule else rule for rule in _TEXT_RULES]


def _bullet(level: int) -> str:
    return f'"{"  " * (level - 1)}- " text'


def _repeat(rule: str, times: int) -> str:
    return f' ("\\n" {rule}){{0,{times}}}' if times else ""


def _below(level: int, deepest: int, children: int) -> str:
    return _repeat(f"point{level + 1}", children) if level < deepest else ""
