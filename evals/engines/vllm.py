"""lm-eval's vLLM model with `Recording` laid over it: for GPUs, where the `vllm` package is installed.

Imports vllm and lm-eval: import this module late. It has been run only against a stand-in of vllm's classes; what
it relies on are `LLM.generate` as lm-eval calls it and the two attributes of its outputs that are read here.
"""

import zlib
from typing import Any

from lm_eval.models import vllm_causallms

from evals.config import Generation
from evals.engines.recording import Recording
from evals.models import LocalModel

_VLLM: Any = vllm_causallms.VLLM


class RecordingVLLM(Recording, _VLLM):
    """A `VLLM` that keeps every batch; a `grammar` goes to vLLM's structured outputs."""

    def __init__(self, model: LocalModel, generation: Generation, grammar: str | None = None) -> None:
        super().__init__(
            pretrained=str(model.base),
            tokenizer=str(model.tokenizer),
            lora_local_path=str(model.adapter) if model.adapter else None,
            dtype=generation.dtype,
            batch_size=generation.batch_size,
        )
        self._name = model.name
        self._max_new_tokens = generation.max_new_tokens
        self._constrained = grammar is not None
        self._grammar = grammar
        self._seed = generation.seed
        self._batch_seed = 0

    def _model_generate(self, requests: Any, generate: bool = False, sampling_params: Any = None) -> Any:
        for parameters in sampling_params or []:
            parameters.seed = self._batch_seed
            if self._grammar:
                from vllm.sampling_params import StructuredOutputsParams  # type: ignore[import-not-found]

                parameters.structured_outputs = StructuredOutputsParams(grammar=self._grammar)
        outputs = super()._model_generate(requests, generate, sampling_params)
        firsts = [output.outputs[0] for output in outputs]
        self._last = [(first.finish_reason, len(first.token_ids)) for first in firsts]
        return outputs

    def _sow(self, of: str) -> None:
        self._batch_seed = zlib.crc32(of.encode())
