"""Questions by a hosted model: one request a cell and round, answered from the journal where it was asked before."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from llm.client import ChatClient
from llm.many import ask_all
from llm.request import Reply, Request, RequestFailed
from outline import extract_answer
from prep import fingerprint
from prep.questions.config import Prompts
from prep.questions.plan import Cell, Draft
from prep.teachers.openai import Client
from settings import load_json

_SHOWN = 20
"""Questions of a cell that a request shows as known, the last ones."""
_CHARACTERS = 350
"""Of a question, before the first answer tells."""


class Hosted:
    """Asks for the questions of many cells at once; a request that fails or cannot be read brings none."""

    name = "openai"

    def __init__(self, client: Client, prompts: Prompts, per_request: int) -> None:
        self.unanswered: Counter[str] = Counter()
        self._client = client
        self._prompts = prompts
        self._per_request = per_request

    async def write(
        self, wanted: Mapping[Cell, int], known: Mapping[Cell, Sequence[str]], number: int
    ) -> Mapping[Cell, Sequence[Draft]]:
        """Return the questions that the model wrote for each cell in round `number`; of what got no answer, none."""
        asked = {cell: self._request(cell, count, known.get(cell, ()), number) for cell, count in wanted.items()}
        outcomes: dict[str, Reply | RequestFailed] = {}

        def keep(request: Request, outcome: Reply | RequestFailed) -> None:
            outcomes[request.fingerprint] = outcome

        await ask_all(cast(ChatClient, self._client), asked.values(), keep)
        return {cell: self._drafts(outcomes[request.fingerprint], request) for cell, request in asked.items()}

    def _request(self, cell: Cell, count: int, known: Sequence[str], number: int) -> Request:
        count = min(count, self._per_request)
        user = self._prompts.user.format(
            count=count, severity=cell.severity, topic=cell.topic, known=_listed(known[-_SHOWN:])
        )
        messages = [{"role": "system", "content": self._prompts.system.format()}, {"role": "user", "content": user}]
        key = fingerprint.digest([messages, self._client.endpoint.parameters(), number])
        return Request(key, f"{cell.severity}, {cell.topic}", number, messages, expected=count * _CHARACTERS)

    def _drafts(self, outcome: Reply | RequestFailed, request: Request) -> list[Draft]:
        if isinstance(outcome, RequestFailed):
            self.unanswered[outcome.kind] += 1
            return []
        texts = read_questions(outcome.content)
        if texts is None:
            self.unanswered["cut off at max_tokens" if outcome.finish_reason == "length" else "unreadable"] += 1
            return []
        return [Draft(text, request.fingerprint) for text in texts]


def read_questions(content: str) -> list[str] | None:
    """Return the strings of an answer's JSON array, whatever stands around it; None where there is no such array."""
    content = extract_answer(content) or ""
    start, end = content.find("["), content.rfind("]")
    try:
        found = load_json(content[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        return None
    return found


def _listed(texts: Sequence[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False, indent=1)
