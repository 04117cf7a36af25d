"""What the models in this process share: batches sorted by length, each kept as soon as it is made."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lm_eval.api.instance import Instance

from evals.completions import Completion
from outline import opens_thinking
from settings import UserError

OnBatch = Callable[[Sequence[Completion]], None]
OnStep = Callable[[int], None]


class Recording:
    """Laid over an lm-eval model: hands out every batch of completions, and takes up those that were made before.

    The class that it is laid over generates a batch in `generate_until` and, in its `_model_generate`, puts the
    finish reason and the number of tokens of each sequence into `self._last`.
    """

    tok_encode: Callable[[str], list[int]]
    max_length: int
    batch_size: Any
    _name: str
    _max_new_tokens: int
    _constrained: bool
    _seed: int

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)

    def take_up(self, done: Mapping[int, Completion], sample: int, on_batch: OnBatch) -> None:
        """Say which questions are answered already, which sample is to be made, and who receives each new batch."""
        self._done = dict(done)
        self._sample = sample
        self._on_batch = on_batch
        self._last: list[tuple[str, int]] = []

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = True) -> list[str]:
        """Return the completions of the requests in their order; batches are sorted by length, longest first.

        Raises `UserError` when a prompt and the new tokens do not fit into the model's context: lm-eval would cut
        the prompt's beginning, which is the system message.
        """
        pending = [request for request in requests if _id(request) not in self._done]
        lengths = {_id(request): len(self.tok_encode(request.args[0])) for request in pending}
        self._require_room(max(lengths.values(), default=0))
        if self._constrained and any(opens_thinking(request.args[0]) for request in pending):
            raise UserError(
                f"{self._name}: its chat template opens a think block, where an outline's grammar has no place",
                hint="leave `constrained` out for this model",
            )
        # The order that lm-eval gives a batch too, so that what `_model_generate` saw pairs with what it returns.
        pending.sort(key=lambda request: (-lengths[_id(request)], request.args[0]))
        for batch in _batches(pending, int(self.batch_size)):
            self._complete(batch)
        return [self._done[_id(request)].completion for request in requests]

    def _complete(self, batch: list[Instance]) -> None:
        self._sow(f"{self._seed} {self._sample} {_id(batch[0])}")
        started = time.perf_counter()
        texts = super().generate_until(batch, disable_tqdm=True)  # type: ignore[misc]  # of the class it is laid over
        seconds = round((time.perf_counter() - started) / len(batch), 3)
        made = []
        for request, text, (reason, tokens) in zip(batch, texts, self._last, strict=True):
            prompt = request.args[0]
            whole = "<think>" + text if opens_thinking(prompt) else text
            made.append(Completion(_id(request), self._sample, prompt, whole, reason, tokens, seconds))
        self._done |= {completion.id: completion for completion in made}
        self._on_batch(made)

    def _sow(self, of: str) -> None:
        """Seed the sampling of a batch, so that a run that was killed goes on as it would have gone."""
        raise NotImplementedError

    def _require_room(self, prompt: int) -> None:
        if prompt + self._max_new_tokens > self.max_length:
            raise UserError(
                f"{self._name}: the longest prompt has {prompt} tokens and generation.max_new_tokens is "
                f"{self._max_new_tokens}, but the model's context holds {self.max_length}",
                hint="lower generation.max_new_tokens",
            )


def _id(request: Instance) -> int:
    """The number of the document in the task, which lm-eval gives to every request of a task."""
    assert request.doc_id is not None
    return request.doc_id


def _batches(items: list[Instance], size: int) -> Iterator[list[Instance]]:
    return (items[start : start + size] for start in range(0, len(items), size))
