"""How many tokens a request will take, before it is sent, and what it may cost."""

from llm.endpoint import Endpoint
from llm.request import Request
from llm.usage import Usage

_CHARACTERS_A_TOKEN = 4.0
"""Of English prose, the rule of thumb that providers give; replaced by what they count as soon as they do."""
_SHARE = 0.25
"""Of the longest answer that an answer is taken to have where nothing is known of it."""

_TEMPLATE = 16
"""Tokens that a chat template puts around a message, at most."""


class Estimate:
    """Tokens of a prompt and of an answer by their characters; the rates are learned from every counted reply."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._prompts = self._answers = 0
        """Characters of the prompts that were counted, and those that their answers were expected to have."""
        self._counted = Usage()

    def learn(self, request: Request, usage: Usage) -> None:
        """Take in what the provider counted for a request; a server that counts nothing teaches nothing."""
        if usage.prompt and usage.completion and not usage.uncounted:
            self._prompts += request.characters
            self._answers += request.expected
            self._counted += usage

    @property
    def learned(self) -> int:
        """Replies that the estimate rests on; 0: on rules of thumb alone."""
        return self._counted.requests

    def prompt(self, request: Request) -> int:
        """Return tokens."""
        return self._prompt(request.characters)

    def _prompt(self, characters: int) -> int:
        rate = self._prompts / self._counted.prompt if self.learned else _CHARACTERS_A_TOKEN
        return round(characters / rate)

    def completion(self, request: Request) -> int:
        """Return tokens: by the expected characters, else the mean of what was counted, else a share of the limit."""
        if request.expected:
            rate = self._answers / self._counted.completion if self._answers else _CHARACTERS_A_TOKEN
            expected = request.expected / rate
        elif self.learned:
            expected = self._counted.completion / self.learned
        else:
            expected = self._endpoint.longest * _SHARE
        return min(round(expected), self._endpoint.longest)

    def fill(self, usage: Usage, characters: int, content: str) -> Usage:
        """Return the usage of an answer with an estimate in the place of what the provider did not count.

        `characters`: of the prompt; `content`: the answer.
        """
        prompt = usage.prompt or self._prompt(characters)
        completion = usage.completion or round(len(content.strip()) / _CHARACTERS_A_TOKEN)
        if (prompt, completion) == (usage.prompt, usage.completion):
            return usage
        missing = prompt - usage.prompt, completion - usage.completion
        return Usage(usage.requests, prompt, usage.cached, completion, 1, *missing)

    def tokens(self, request: Request) -> int:
        """Return the tokens of prompt and answer together."""
        return self.prompt(request) + self.completion(request)

    def usage(self, request: Request) -> Usage:
        """Return what the request is expected to use; nothing of it cached."""
        return Usage(1, self.prompt(request), 0, self.completion(request))

    def worst(self, request: Request) -> float:
        """Return US dollars if nothing is cached, the answer is as long as it may be and every byte is a token.

        No byte-level tokenizer makes more of a text; what a chat template adds to each message is allowed for.
        """
        size = sum(len(message["content"].encode("utf-8", "replace")) + _TEMPLATE for message in request.messages)
        return Usage(1, size, 0, self._endpoint.longest).cost(self._endpoint.prices)
