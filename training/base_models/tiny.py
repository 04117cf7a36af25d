"""A tiny Qwen2 with a tokenizer of its own: the whole loop in seconds, for tests and for trying a config."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.base_models.folder import make_once

if TYPE_CHECKING:
    from transformers import Qwen2Config, Qwen2Tokenizer

SEED = 17
VOCABULARY = 2048
END_OF_TURN, START_OF_TURN, PADDING = "<|im_end|>", "<|im_start|>", "<|endoftext|>"

# ChatML, letter for letter what Axolotl renders for `chat_template: chatml`.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def make_tiny(out: Path, texts: Iterable[str]) -> bool:
    """Make a Qwen2 of 0.85 million random parameters in `out`; False when one is there already.

    Its byte-level BPE tokenizer is trained on `texts`. The same texts give the same files.
    """

    def fill(draft: Path) -> dict[str, Any]:
        import torch
        from transformers import Qwen2ForCausalLM

        tokenizer = train_tokenizer(texts)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            model = Qwen2ForCausalLM(_architecture(tokenizer))
        model.generation_config.eos_token_id = tokenizer.eos_token_id
        model.generation_config.pad_token_id = tokenizer.pad_token_id
        model.save_pretrained(draft)
        tokenizer.save_pretrained(draft)
        return {"source": "random weights", "seed": SEED}

    return make_once(out, fill)


def train_tokenizer(texts: Iterable[str]) -> "Qwen2Tokenizer":
    """Train a byte-level BPE of `VOCABULARY` tokens on `texts`, with ChatML as its template."""
    from tokenizers import pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    # Qwen's own way of splitting text: every later load of this folder splits with it, whatever was saved here.
    bpe = Qwen2Tokenizer().backend_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PADDING, START_OF_TURN, END_OF_TURN],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    learned = json.loads(bpe.to_str())["model"]
    # Pairs, as the tokenizers library wants them; the annotation of transformers knows only strings.
    merges: Any = [tuple(pair) for pair in learned["merges"]]
    return Qwen2Tokenizer(
        vocab=learned["vocab"],
        merges=merges,
        eos_token=END_OF_TURN,
        pad_token=PADDING,
        additional_special_tokens=[START_OF_TURN],
        chat_template=CHAT_TEMPLATE,
        model_max_length=2048,
        clean_up_tokenization_spaces=False,
    )


def _architecture(tokenizer: "Qwen2Tokenizer") -> "Qwen2Config":
    from transformers import Qwen2Config

    ids = tokenizer.get_vocab()
    return Qwen2Config(
        vocab_size=VOCABULARY,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=ids[END_OF_TURN],
        pad_token_id=ids[PADDING],
    )
