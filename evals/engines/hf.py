"""lm-eval's Hugging Face model, which here keeps each batch as it is made and stops where the model ends its turn.

Imports torch and lm-eval: import this module late.
"""

import zlib
from typing import Any

from lm_eval.models import huggingface
from transformers import GenerationConfig, PreTrainedTokenizerBase
from transformers.generation.streamers import BaseStreamer

from evals.config import Generation
from evals.engines.recording import OnStep, Recording
from evals.models import LocalModel

_HFLM: Any = huggingface.HFLM
"""lm-eval's decorator hides the class from a type checker."""


class RecordingLM(Recording, _HFLM):
    """An `HFLM` with `Recording` laid over it.

    `on_step` is called with the number of new tokens after every step of generation. With a `grammar` every token
    is one that the grammar allows (xgrammar), the end token where the text is whole.
    """

    def __init__(
        self, model: LocalModel, generation: Generation, on_step: OnStep = lambda _: None, grammar: str | None = None
    ) -> None:
        super().__init__(
            pretrained=str(model.base),
            tokenizer=str(model.tokenizer),
            peft=str(model.adapter) if model.adapter else None,
            dtype=generation.dtype,
            device=generation.device_name(),
            batch_size=generation.batch_size,
        )
        self._name = model.name
        self._max_new_tokens = generation.max_new_tokens
        self._constrained = grammar is not None
        self._seed = generation.seed
        self._on_step = on_step
        self._end_ids = self._find_end_ids()
        self._grammar = self._compile(grammar) if grammar else None
        # A generation_config.json may hold a temperature or a repetition penalty. Every model gets the same
        # arguments; and each sequence ends at its own end token, not when all of the batch have ended.
        self.model.generation_config = GenerationConfig(
            eos_token_id=self._end_ids, pad_token_id=self.tokenizer.pad_token_id
        )

    def _model_generate(self, context: Any, max_length: int, stop: list[str], **arguments: Any) -> Any:
        if self._grammar is not None:
            from xgrammar.contrib.hf import LogitsProcessor

            arguments["logits_processor"] = [LogitsProcessor(self._grammar)]  # one a batch: it follows each sequence
        streamer = _StepCounter(self._on_step)
        output = super()._model_generate(context, max_length, stop, streamer=streamer, **arguments)
        self._last = [self._finish(row) for row in output[:, context.shape[1] :].tolist()]
        return output

    def _sow(self, of: str) -> None:
        import torch

        torch.manual_seed(zlib.crc32(of.encode()))

    def _compile(self, grammar: str) -> Any:
        import xgrammar

        info = xgrammar.TokenizerInfo.from_huggingface(
            self.tokenizer, vocab_size=self.model.config.vocab_size, stop_token_ids=self._end_ids
        )
        return xgrammar.GrammarCompiler(info).compile_grammar(grammar)

    def _finish(self, tokens: list[int]) -> tuple[str, int]:
        ends = (position for position, token in enumerate(tokens) if token in self._end_ids)
        position = next(ends, None)
        return ("length", len(tokens)) if position is None else ("stop", position)

    def _find_end_ids(self) -> list[int]:
        """The tokenizer's end token, the model's own, and the token that the chat template ends a turn with."""
        own = self.model.generation_config.eos_token_id if self.model.generation_config else None
        ids = {self.tokenizer.eos_token_id, _turn_end(self.tokenizer), *(own if isinstance(own, list) else [own])}
        return sorted(id for id in ids if id is not None)


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
