"""The structure contract as one object: it renders the instruction and the grammar, and `compliance` checks by it."""

from pathlib import Path

from pydantic import Field

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
        return "\n".join([*rules, *_TEXT_RULES]) + "\n"


# Of the scripts of most languages: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Devanagari, Thai, Georgian, kana,
# Chinese and Hangul. Nothing in between is a mark or a letter that shows nothing.
_LETTERS = (
    r"\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02AF\u1E00-\u1EFF\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u05D0-\u05EA"
    r"\u0620-\u063F\u0641-\u064A\u0671-\u06D3\u0904-\u0939\u0E01-\u0E30\u10D0-\u10FA\u3041-\u3096\u30A1-\u30FA\u3400-\u4DBF"
    r"\u4E00-\u9FFF\uAC00-\uD7A3"
)
# A point starts with a letter (bold or not) or with a number that is no list marker: anything that could open a
# block of its own there would change the tree.
_TEXT_RULES = (
    "text ::= start rest",
    'start ::= letter | "**" letter | number',
    f"letter ::= [A-Za-z{_LETTERS}]",
    r"number ::= [0-9]+ ([^0-9.)\n\r] | [.)] [^ \t\n\r])",
    r"rest ::= [^\n\r]*",
)


def _bullet(level: int) -> str:
    return f'"{"  " * (level - 1)}- " text'


def _repeat(rule: str, times: int) -> str:
    return f' ("\\n" {rule}){{0,{times}}}' if times else ""


def _below(level: int, deepest: int, children: int) -> str:
    return _repeat(f"point{level + 1}", children) if level < deepest else ""
