"""Ollama's Modelfile for a GGUF: the chat template in Ollama's own language, the system message, the end of a turn."""

from collections.abc import Callable

from training.use.prompt import Message

Render = Callable[[list[Message], bool], str]
"""A conversation, and whether an answer is asked for → the text of it."""

_ROLES: tuple[str, ...] = ("system", "user", "assistant")
_MARK = "\N{SECTION SIGN}content\N{SECTION SIGN}"


def modelfile(gguf: str, render: Render, system: str, end: str, context: int, beginning: str = "") -> str:
    """Return the text of a Modelfile beside the file `gguf`.

    Ollama does not read Jinja. It knows the templates of well-known models and would leave any other out, so the
    template is written in Go's. `beginning` is what llama.cpp puts before every prompt by itself, and `end` the token
    that ends a turn.
    """
    template = go_template(render, beginning)
    lines = [
        f"# ollama create NAME -f Modelfile      Ollama takes no grammar: `just chat {gguf} --grammar` does.",
        f"FROM ./{gguf}",
        f'TEMPLATE """{template}"""' if template else "# The chat template is none that Go's language can say.",
        f'SYSTEM """{system}"""',
        f'PARAMETER stop "{end}"',
        "PARAMETER temperature 0",
        f"PARAMETER num_ctx {context}",
    ]
    return "\n".join(lines) + "\n"


def go_template(render: Render, beginning: str = "") -> str | None:
    """Return a Go template that makes the same text as `render` of conversations that begin with a system message.

    That is possible where each message is written by itself, whatever stands around it, as in ChatML. None for a
    template that is not of that kind, which is found out by longer conversations.
    """
    turns: list[Message] = [{"role": role, "content": _MARK} for role in _ROLES]
    texts = [render(turns[:count], False) for count in (1, 2, 3)]
    pieces = [now.removeprefix(before) for before, now in zip(["", *texts], texts, strict=False)]
    asks = render(turns[:2], True).removeprefix(texts[1])
    frames = dict(zip(_ROLES, (piece.split(_MARK) for piece in pieces), strict=True))
    if any(len(frame) != 2 for frame in frames.values()):
        return None
    for count in (2, 4, 6):
        longer = [turns[0], *(turns[1:] * 3)][:count]
        plain = "".join(message["content"].join(frames[message["role"]]) for message in longer) + asks
        if plain != render(longer, True):
            return None
    before, after = frames["system"]
    frames["system"] = [before.removeprefix(beginning), after]
    branches = "{{ else ".join(
        f'if eq .Role "{role}" }}}}{before}{{{{ .Content }}}}{after}' for role, (before, after) in frames.items()
    )
    return f"{{{{ range .Messages }}}}{{{{ {branches}{{{{ end }}}}{{{{ end }}}}{asks}"
