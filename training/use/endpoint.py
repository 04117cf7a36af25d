"""A server that speaks OpenAI's API answers: one of ours on loopback, or any that a URL names."""

import contextlib
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit

from llm.redact import Redactor
from llm.request import ENDED
from settings import UserError, is_loopback
from training.use.prompt import Message
from training.use.reply import Asked, OnText, Reply, grammar_fields

TIMEOUT = 600.0
"""Seconds without a byte, after which a server counts as gone."""


class Endpoint:
    """The first model that a server offers; raises `UserError` where no server answers."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        """Without `api_key` the server is told nothing of who asks, whatever the environment holds for OpenAI's."""
        import openai

        address = urlsplit(url)
        self.url = url.rstrip("/") if address.path.strip("/") else f"{url.rstrip('/')}/v1"
        self._failed, self._unreachable = openai.APIError, openai.APIConnectionError
        self._redact = Redactor([api_key] if api_key else [])
        # A proxy of the environment knows nothing of a server on this machine.
        http = openai.DefaultHttpxClient(trust_env=not is_loopback(address.hostname))
        timeout = openai.Timeout(TIMEOUT, connect=10)
        self._client = openai.OpenAI(
            base_url=self.url, api_key=api_key or "none", max_retries=0, timeout=timeout, http_client=http
        )
        self._client.organization = self._client.project = None
        with self._reported():
            models = self._client.models.list().data
        if not models:
            raise UserError(f"{self.url}: the server offers no model")
        self.model = models[0].id

    def answer(self, messages: list[Message], asked: Asked, on_text: OnText) -> Reply:
        """Return the answer; raises `UserError` for what the server refuses, such as a prompt beyond the context."""
        pieces: list[str] = []
        reason = None
        with self._reported():
            stream = self._client.chat.completions.create(
                model=self.model,
                messages=messages,  # type: ignore[arg-type]
                max_tokens=asked.max_new_tokens,
                temperature=asked.temperature,
                stream=True,
                extra_body=grammar_fields(asked.grammar) if asked.grammar else None,
            )
            for chunk in stream:
                for choice in chunk.choices or ():
                    if choice.delta and choice.delta.content:
                        pieces.append(choice.delta.content)
                        on_text(choice.delta.content)
                    reason = choice.finish_reason or reason
        if reason is None and not pieces:
            raise UserError(f"{self.url}: the server sent no answer")
        return Reply("".join(pieces), cut=(reason or "").lower() not in ENDED)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except self._unreachable as error:
            raise UserError(
                f"{self.url}: no server answers there", hint="`just serve MODEL` starts one, and prints its address"
            ) from error
        except self._failed as error:
            said = error.body.get("message") if isinstance(error.body, dict) else error.body
            reason = " ".join(self._redact(str(said or error.message)).split())
            raise UserError(f"{self.url}: {reason[:300]}") from error
        except (ValueError, TypeError, AttributeError) as error:
            # The SDK checks no shape: a page of HTML fails where the first field of it is read.
            raise UserError(f"{self.url}: what answers there does not speak OpenAI's API") from error


class Server(Protocol):
    """An OpenAI-compatible server on loopback."""

    address: str

    def close(self) -> None:
        """Stop it."""
        ...


class Served(Endpoint):
    """A server of ours as something that answers: it is ended with it, and where it offers no model."""

    def __init__(self, server: Server) -> None:
        self._server = server
        try:
            super().__init__(server.address)
        except BaseException:
            server.close()
            raise

    def close(self) -> None:
        """Close the connections and end the server."""
        super().close()
        self._server.close()
