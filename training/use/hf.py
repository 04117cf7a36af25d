"""A model folder, or an adapter over one, answers in this process by transformers, held to a grammar by xgrammar."""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settings import UserError, console
from settings.model_folder import has_template
from training.use.models import Model, base_of, require_template
from training.use.prompt import Message
from training.use.reply import Asked, OnText, Reply, refuse_inside_thinking

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Hf:
    """One model on the first GPU, else on the CPU, in the type that its weights were saved in."""

    def __init__(self, model: Model) -> None:
        base = base_of(model.path) if model.kind == "adapter" else model.path
        source = model.path if has_template(model.path) else base
        require_template(source)
        console.print(f"[dim]loading {model.path}[/]", highlight=False)
        _prepare_libraries()
        import torch
        import transformers

        self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(source)
        whole: Any = transformers.AutoModelForCausalLM.from_pretrained(base, dtype="auto")
        if model.kind == "adapter":
            whole = _lay_over(whole, model.path)
        self._model: Any = whole.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        self._ends = end_ids(self._tokenizer, self._model.generation_config)
        self._compiler: Any = None

    def answer(self, messages: list[Message], asked: Asked, on_text: OnText) -> Reply:
        """Return the answer; raises `UserError` when prompt and answer do not fit into the model's context."""
        from transformers import GenerationConfig, TextStreamer

        class Streamer(TextStreamer):
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                on_text(text)

        prompt = self._prompt(messages)
        inputs = self._tokenizer(prompt, add_special_tokens=False, return_tensors="pt").to(self._model.device)
        length = inputs["input_ids"].shape[1]
        self._require_room(length, asked.max_new_tokens)
        config = GenerationConfig(
            max_new_tokens=asked.max_new_tokens,
            do_sample=asked.temperature > 0,
            temperature=asked.temperature or None,
            eos_token_id=self._ends,
            pad_token_id=self._tokenizer.pad_token_id,
        )
        if asked.grammar:
            refuse_inside_thinking(prompt)
        output = self._model.generate(
            **inputs,
            generation_config=config,
            logits_processor=[self._held_to(asked.grammar)] if asked.grammar else None,
            streamer=Streamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True),
        )
        made = output[0, length:].tolist()
        cut = not made or made[-1] not in self._ends
        return Reply(self._tokenizer.decode(made, skip_special_tokens=True), cut)

    def _prompt(self, messages: list[Message]) -> str:
        from jinja2 import TemplateError

        try:
            return str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
        except TemplateError as error:
            raise UserError(
                f"the model's chat template does not take this conversation: {error}",
                hint='where it takes no system message: --system ""',
            ) from error

    def close(self) -> None:
        """Let go of the model."""
        self._model = None

    def _held_to(self, grammar: str) -> Any:
        import xgrammar
        import xgrammar.contrib.hf

        if self._compiler is None:
            info = xgrammar.TokenizerInfo.from_huggingface(
                self._tokenizer, vocab_size=self._model.config.get_text_config().vocab_size, stop_token_ids=self._ends
            )
            self._compiler = xgrammar.GrammarCompiler(info)
        return xgrammar.contrib.hf.LogitsProcessor(self._compiler.compile_grammar(grammar))

    def _require_room(self, prompt: int, new: int) -> None:
        # Some architectures (Bloom, Mamba) name no limit.
        context = getattr(self._model.config.get_text_config(), "max_position_embeddings", prompt + new)
        if prompt + new > context:
            raise UserError(
                f"the conversation has {prompt} tokens and --max-new-tokens is {new}, but the model's context holds "
                f"{context}",
                hint="lower --max-new-tokens, or begin a new conversation",
            )


def end_ids(tokenizer: "PreTrainedTokenizerBase", generation: Any) -> list[int]:
    """Return the tokens that end an answer: the tokenizer's, the model's, and the one its template ends a turn with.

    A base model's tokenizer may name another end than the template that it was tuned with.
    """
    own: Any = generation.eos_token_id if generation else None
    first: Any = tokenizer.eos_token_id
    turn = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "an answer"}]
    after = str(tokenizer.apply_chat_template(turn, tokenize=False)).rpartition("an answer")[2]
    follows = tokenizer.encode(after, add_special_tokens=False)[:1]
    ids = {first, *(own if isinstance(own, list) else [own])}
    return sorted({id for id in ids if id is not None} | (set(follows) & set(tokenizer.all_special_ids)))


def _prepare_libraries() -> None:
    """Set what libraries read at import: threads that wait sleep, and nobody speaks of what is not there."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for name in ("torch.utils._pytree", "bitsandbytes"):
        logging.getLogger(name).setLevel(logging.ERROR)
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def _lay_over(model: Any, adapter: Path) -> Any:
    from peft import PeftModel

    return PeftModel.from_pretrained(model, str(adapter))
