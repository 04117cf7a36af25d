"""A hosted model as the teacher."""

from collections.abc import Sequence

from llm.client import ChatClient
from llm.faults import RequestFailed
from prep import fingerprint
from prep.consultation import Consultation
from prep.conversion import Turn
from prep.prompts import PromptSet
from prep.teachers import Answer, NoAnswer


class OpenAI:
    """Any endpoint that speaks OpenAI's chat completions; what it answered before comes from the journal."""

    name = "openai"
    repairs = True

    def __init__(self, client: ChatClient, prompts: PromptSet) -> None:
        self.client = client
        self.concurrency = client.endpoint.concurrency
        self._prompts = prompts

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer:
        messages = self._prompts.render(row, turns)
        key = fingerprint.of_request(row, messages, self.client.endpoint.parameters(), len(turns) + 1)
        try:
            reply = await self.client.complete(key, messages)
        except RequestFailed as error:
            raise NoAnswer("no answer", error.reason, retriable=error.retriable) from error
        return Answer(reply.content, key, cut=reply.finish_reason == "length")
