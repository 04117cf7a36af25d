"""How the tests ask a model: the conversation that it was taught, and the answer in one go."""

from typing import Any

from training.use.prompt import Message
from training.use.reply import Asked, Engine, Reply

SYSTEM = "You are a doctor answering a patient."


def conversation(question: str) -> list[Message]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]


def ask(engine: Engine, question: str, **changed: Any) -> Reply:
    pieces: list[str] = []
    asked = Asked(**{"max_new_tokens": 200, "temperature": 0.0, "grammar": None, **changed})
    reply = engine.answer(conversation(question), asked, pieces.append)
    assert "".join(pieces) == reply.text
    return reply
