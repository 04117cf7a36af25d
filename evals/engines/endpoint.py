"""lm-eval's interface over an OpenAI-compatible endpoint, which keeps each completion as it arrives.

Imports lm-eval: import this module late. lm-eval's own `local-chat-completions` gives nothing until all answers are
there, ends the run on one that fails, and says neither why an answer ended nor how many tokens it took.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from evals.completions import FINISH_REASONS, UNKNOWN, Completion
from evals.engines.config import identity
from evals.hashes import key_of
from llm import Endpoint, Journal
from llm.client import ChatClient
from llm.many import ask_all
from llm.redact import Redactor
from llm.request import Reply, Request, RequestFailed
from settings import UserError

OnBatch = Callable[[Sequence[Completion]], None]

_SAVE_EVERY = 5.0
"""Seconds between two forced writes of the journal."""
_NAMES = {"max_gen_toks": "max_tokens", "until": "stop"}
"""Generation arguments of lm-eval that a request's body names otherwise."""


class EndpointLM(LM):
    """A model behind an endpoint, for tasks that generate.

    Every request is in `journal`, a file: an answer that was paid for is asked for once, whatever becomes of the
    completions. The journal knows a model by its address, name and parameters; other weights under the same name need
    another file.

    A question whose request fails for good has no completion: lm-eval is given "" for it, and `failures` says why.
    """

    def __init__(self, endpoint: Endpoint, journal: Path, *, opens_thinking: bool = False) -> None:
        super().__init__()
        self.failures: dict[int, str] = {}
        self._endpoint = endpoint
        self._key = endpoint.api_key()
        self._journal = journal
        self._opens_thinking = opens_thinking
        self._last = 0.0
        """When the last completion arrived."""

    def take_up(self, done: Mapping[int, Completion], sample: int, on_batch: OnBatch) -> None:
        """Say which questions are answered already, which sample is to be made, and who receives each completion."""
        self._done = dict(done)
        self._sample = sample
        self._on_batch = on_batch

    @property
    def tokenizer_name(self) -> str:
        """The server applies the chat template; lm-eval wants a name for it in the keys of its own caches."""
        return key_of(identity(self._endpoint))[:12]

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """Return the messages as JSON: rendering them is the server's affair."""
        if not add_generation_prompt:
            raise UserError(
                "an endpoint cannot continue an answer that the task begins (gen_prefix)",
                hint="run this task with the model's own weights",
            )
        return json.dumps(chat_history, ensure_ascii=False)

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise _no_likelihoods(requests)

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        raise _no_likelihoods(requests)

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = True) -> list[str]:
        """Return the completions of the requests in their order, "" for one that failed.

        Raises `UserError` for an endpoint that refuses all of them.
        """
        pending: dict[str, dict[int, Instance]] = {}
        for request in requests:
            _, arguments = _asked(request)
            if _id(request) not in self._done:
                pending.setdefault(json.dumps(arguments, sort_keys=True), {})[_id(request)] = request
        redact = Redactor([self._key] if self._key else [])
        redact.install()
        with Journal(self._journal, _SAVE_EVERY, redact) as journal:
            for arguments, group in pending.items():
                endpoint = of_sample(with_arguments(self._endpoint, json.loads(arguments)), self._sample)
                asyncio.run(self._ask(endpoint, journal, group))
        return [made.completion if (made := self._done.get(_id(request))) else "" for request in requests]

    async def _ask(self, endpoint: Endpoint, journal: Journal, pending: Mapping[int, Instance]) -> None:
        wanted = {_subject(id): (id, _asked(request)[0]) for id, request in pending.items()}

        def keep(request: Request, outcome: Reply | RequestFailed) -> None:
            id, prompt = wanted[request.subject]
            if isinstance(outcome, RequestFailed):
                self.failures[id] = outcome.reason
            else:
                self._keep(id, prompt, outcome)

        self._last = time.perf_counter()
        async with ChatClient(endpoint, journal, self._key) as client:
            await ask_all(client, self._requests(endpoint, wanted.values()), keep)

    def _requests(self, endpoint: Endpoint, wanted: Iterable[tuple[int, str]]) -> Iterator[Request]:
        for id, prompt in wanted:
            messages = json.loads(prompt)
            yield Request(key_of([identity(endpoint), messages, self._sample]), _subject(id), 1, messages)

    def _keep(self, id: int, prompt: str, reply: Reply) -> None:
        # Requests overlap, so each completion gets the time since the one before: they add up to that of the run.
        now = time.perf_counter()
        seconds, self._last = round(now - self._last, 3), now
        text = "<think>" + reply.content if self._opens_thinking else reply.content
        ended = FINISH_REASONS.get(reply.finish_reason.lower(), UNKNOWN)
        self._done[id] = Completion(id, self._sample, prompt, text, ended, reply.usage.completion, seconds)
        self._on_batch([self._done[id]])


def with_arguments(endpoint: Endpoint, arguments: Mapping[str, Any]) -> Endpoint:
    """Return the endpoint that asks with a task's generation arguments, which come before its own.

    As lm-eval's own API models do: `until` becomes `stop`, `max_gen_toks` the limit of tokens, `do_sample` says nothing
    (a temperature of 0 is greedy), and whatever else there is goes into the body as it is.
    """
    body = {_NAMES.get(name, name): value for name, value in arguments.items() if name != "do_sample"}
    if not body.get("stop"):
        body.pop("stop", None)
    own = {name: body.pop(name) for name in ("max_tokens", "temperature") if name in body}
    if endpoint.temperature is None:
        own.pop("temperature", None)
    return endpoint.model_copy(update={**own, "extra": {**endpoint.extra, **body}})


def of_sample(endpoint: Endpoint, sample: int) -> Endpoint:
    """Return the endpoint that asks for one of a question's samples: with one seed they would all be the same."""
    seed = endpoint.extra.get("seed")
    if not isinstance(seed, int):
        return endpoint
    return endpoint.model_copy(update={"extra": {**endpoint.extra, "seed": seed + sample}})


def _subject(id: int) -> str:
    return f"question {id}"


def _id(request: Instance) -> int:
    """The number of the document in the task, which lm-eval gives to every request of a task."""
    assert request.doc_id is not None
    return request.doc_id


def _asked(request: Instance) -> tuple[str, dict[str, Any]]:
    """The prompt and the generation arguments."""
    arguments: Any = request.args
    return arguments


def _no_likelihoods(requests: Sequence[Instance]) -> UserError:
    task = requests[0].task_name if requests else None
    return UserError(
        f"an endpoint gives completions and no log-likelihoods, which the task {task or 'of this run'} needs",
        hint="run multiple-choice tasks with the model's own weights (path or hub)",
    )
