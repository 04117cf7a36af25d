"""A hosted model as the teacher."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from llm import Endpoint, Journal
from llm.journal import Asked
from llm.request import Reply, Request, RequestFailed
from prep import fingerprint
from prep.consultation import Consultation
from prep.conversion import Turn
from prep.prompts import PromptSet
from prep.teachers import Answer, NoAnswer, answer_of

_ROWS_PER_PLACE = 2
"""Rows at work for each request that may be in flight: a row that waits for a retry holds no place."""

_EXPANSION = 1.5
"""Of an outline by its reply, before the first answer tells: a DeepSeek chat model wrote 173 words of 113 (medians)."""


class Client(Protocol):
    """`llm.client.ChatClient`, or `llm.recorded.RecordedClient` for what was asked before."""

    endpoint: Endpoint
    journal: Journal

    async def complete(self, request: Request) -> Reply: ...


class OpenAI:
    """Any endpoint that speaks OpenAI's chat completions; what it answered before comes from the journal."""

    name = "openai"

    def __init__(self, client: Client, prompts: PromptSet, tries: int, rounds: Mapping[str, int]) -> None:
        """`tries`: answers a round. `rounds`: for each row, by its identity, how many rounds it gets; 1 otherwise.

        A round begins with the plain question; what an earlier run recorded of further rounds counts too.
        """
        self.client = client
        self.concurrency = _ROWS_PER_PLACE * client.endpoint.concurrency
        self._prompts = prompts
        self._tries = tries
        self._rounds = rounds

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer | None:
        """Return the model's next answer about a row, None when its tries are used up; raises `NoAnswer`."""
        request = self.request(row, turns)
        rounds, begun = divmod(len(turns), self._tries)
        granted = begun or rounds < self._rounds.get(request.subject, 1)
        if not granted and self.client.journal.answer(request.fingerprint) is None:
            return None
        try:
            reply = await self.client.complete(request)
        except RequestFailed as error:
            raise NoAnswer(error.kind, error.reason, retriable=error.retriable) from error
        return answer_of(reply, request.fingerprint)

    def request(self, row: Consultation, turns: Sequence[Turn]) -> Request:
        """Return what is asked after `turns`."""
        messages = self._prompts.render(row, turns[len(turns) - len(turns) % self._tries :])
        turn = len(turns) + 1
        key = fingerprint.of_request(row, messages, self.client.endpoint.parameters(), turn)
        return Request(key, row.identity(), turn, messages, expected=round(_EXPANSION * len(row.reply)))

    def asked(self, row: Consultation) -> Asked:
        """Return when the model was last asked about a row."""
        subject = row.identity()
        asked = self.client.journal.asked(subject)
        return "lately" if asked == "before" and subject in self._rounds else asked

    def settle(self, row: Consultation) -> None:
        self.client.journal.settle(row.identity())

    def requests(self, row: Consultation) -> Sequence[dict[str, Any]]:
        return self.client.journal.about(row.identity())
