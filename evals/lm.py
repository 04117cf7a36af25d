"""lm-eval's Hugging Face model, which here keeps each batch as it is made and stops where the model ends its turn.

Imports torch and lm-eval: import this module late.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.models import huggingface
from transformers import GenerationConfig, PreTrainedTokenizerBase
from transformers.generation.streamers import BaseStreamer

from evals.answers import opens_thinking
from evals.completions import Completion
from evals.config import Generation
from evals.models import LocalModel
from settings import UserError

OnBatch = Callable[[Sequence[Completion]], None]
OnStep = Callable[[int], None]

_HFLM: Any = huggingface.HFLM
"""lm-eval's decorator hides the class from a type checker."""


class RecordingLM(_HFLM):
    """An `HFLM` that hands out every batch of completions, and takes up those that were made before.

    `done` maps the number of a document to its completion; `on_batch` receives each new batch; `on_step` is called
    with the number of new tokens after every step of generation.
    """

    def __init__(
        self, model: LocalModel, generation: Generation, done: dict[int, Completion], on_batch: OnBatch, on_step: OnStep
    ) -> None:
        super().__init__(
            pretrained=str(model.base),
            tokenizer=str(model.tokenizer),
            peft=str(model.adapter) if model.adapter else None,
            dtype=generation.dtype,
            device=None if generation.device == "auto" else generation.device,
            batch_size=generation.batch_size,
        )
        self._name = model.name
        self._done = dict(done)
        self._max_new_tokens = generation.max_new_tokens
        self._on_batch = on_batch
        self._on_step = on_step
        self._last: list[tuple[str, int]] = []
        self._end_ids = self._find_end_ids()
        # A generation_config.json may hold a temperature or a repetition penalty. Every model gets the same
        # arguments; and each sequence ends at its own end token, not when all of the batch have ended.
        self.model.generation_config = GenerationConfig(
            eos_token_id=self._end_ids, pad_token_id=self.tokenizer.pad_token_id
        )

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = True) -> list[str]:
        """Return the completions of the requests in their order; batches are sorted by length, longest first.

        Raises `UserError` when a prompt and the new tokens do not fit into the model's context: lm-eval would cut
        the prompt's beginning, which is the system message.
        """
        pending = [request for request in requests if _id(request) not in self._done]
        lengths = {_id(request): len(self.tok_encode(request.args[0])) for request in pending}
        self._require_room(max(lengths.values(), default=0))
        # The order that HFLM gives a batch too, so that what `_model_generate` saw pairs with what it returns.
        pending.sort(key=lambda request: (-lengths[_id(request)], request.args[0]))
        for batch in _batches(pending, int(self.batch_size)):
            self._complete(batch)
        return [self._done[_id(request)].completion for request in requests]

    def _complete(self, batch: list[Instance]) -> None:
        started = time.perf_counter()
        texts = super().generate_until(batch, disable_tqdm=True)
        seconds = round((time.perf_counter() - started) / len(batch), 3)
        made = []
        for request, text, (reason, tokens) in zip(batch, texts, self._last, strict=True):
            prompt = request.args[0]
            whole = "<think>" + text if opens_thinking(prompt) else text
            made.append(Completion(_id(request), prompt, whole, reason, tokens, seconds))
        self._done |= {completion.id: completion for completion in made}
        self._on_batch(made)

    def _model_generate(self, context: Any, max_length: int, stop: list[str], **arguments: Any) -> Any:
        streamer = _StepCounter(self._on_step)
        output = super()._model_generate(context, max_length, stop, streamer=streamer, **arguments)
        self._last = [self._finish(row) for row in output[:, context.shape[1] :].tolist()]
        return output

    def _finish(self, tokens: list[int]) -> tuple[str, int]:
        ends = (position for position, token in enumerate(tokens) if token in self._end_ids)
        position = next(ends, None)
        return ("length", len(tokens)) if position is None else ("stop", position)

    def _find_end_ids(self) -> list[int]:
        """The tokenizer's end token, the model's own, and the token that the chat template ends a turn with."""
        own = self.model.generation_config.eos_token_id if self.model.generation_config else None
        ids = {self.tokenizer.eos_token_id, _turn_end(self.tokenizer), *(own if isinstance(own, list) else [own])}
        return sorted(id for id in ids if id is not None)

    def _require_room(self, prompt: int) -> None:
        if prompt + self._max_new_tokens > self.max_length:
            raise UserError(
                f"{self._name}: the longest prompt has {prompt} tokens and generation.max_new_tokens is "
                f"{self._max_new_tokens}, but the model's context holds {self.max_length}",
                hint="lower generation.max_new_tokens",
            )


class _StepCounter(BaseStreamer):
    """Counts the sequences of each step; the first thing that `generate` puts is the prompt."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self._prompt_seen = False

    def put(self, value: Any) -> None:
        if self._prompt_seen:
            self._on_step(len(value))
        self._prompt_seen = True

    def end(self) -> None:
        pass


def _turn_end(tokenizer: PreTrainedTokenizerBase) -> int | None:
    """The special token after an assistant's message, `<|im_end|>` in ChatML; None when the template adds none.

    A base model's tokenizer may name another end token (Qwen2.5's is `<|endoftext|>`); a model tuned with the
    template ends on this one.
    """
    marker = "the end of this"
    turn = [{"role": "user", "content": "x"}, {"role": "assistant", "content": marker}]
    after = str(tokenizer.apply_chat_template(turn, tokenize=False)).rpartition(marker)[2]
    ids = tokenizer.encode(after, add_special_tokens=False)
    return ids[0] if ids and ids[0] in tokenizer.all_special_ids else None


def _id(request: Instance) -> int:
    """The number of the document in the task, which lm-eval gives to every request of a task."""
    assert request.doc_id is not None
    return request.doc_id


def _batches(items: list[Instance], size: int) -> Iterator[list[Instance]]:
    return (items[start : start + size] for start in range(0, len(items), size))
