"""Base models of the shipped runs' two families as the hub has them, but tiny: tokens, classes, templates, settings.

The vocabulary is learned from the sample texts; ids and kinds of the special tokens, what the tokenizer adds by itself
and the template are those of Qwen/Qwen2.5-0.5B and deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B.
"""

import json
from pathlib import Path
from typing import Any

VOCABULARY = 1024

QWEN = {
    "tokens": {"<|endoftext|>": True, "<|im_start|>": True, "<|im_end|>": True},
    "config": {
        "tokenizer_class": "Qwen2Tokenizer",
        "add_bos_token": False,
        "bos_token": None,
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "chat_template": "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\n' + message.content + "
        "'<|im_end|>\n' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}",
    },
    "begins": None,
}
DEEPSEEK = {
    "tokens": {
        "<｜end▁of▁sentence｜>": True, "<｜User｜>": False, "<｜Assistant｜>": False, "<｜begin▁of▁sentence｜>": True,
        "<think>": False, "</think>": False,
    },
    "config": {
        "tokenizer_class": "LlamaTokenizerFast",
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": "<｜begin▁of▁sentence｜>",
        "eos_token": "<｜end▁of▁sentence｜>",
        "pad_token": "<｜end▁of▁sentence｜>",
        "unk_token": None,
        "legacy": True,
        "chat_template": "{% set ns = namespace(system_prompt='') %}{%- for message in messages %}"
        "{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}"
        "{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}{%- if message['role'] == 'user' %}"
        "{{'<｜User｜>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' %}"
        "{% set content = message['content'] %}{% if '</think>' in content %}"
        "{% set content = content.split('</think>')[-1] %}{% endif %}"
        "{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}{%- endif %}{%- endfor -%}"
        "{% if add_generation_prompt %}{{'<｜Assistant｜><think>\n'}}{% endif %}",
    },
    "begins": "<｜begin▁of▁sentence｜>",
}  # fmt: skip


def make(folder: Path, family: dict[str, Any], texts: list[str]) -> Path:
    """Write such a model, with random weights, into `folder`."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    ids = write_tokenizer(folder, family, texts)
    config = family["config"]
    end, begin = ids[config["eos_token"]], ids.get(config["bos_token"], ids[config["eos_token"]])
    torch.manual_seed(5)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=2, max_position_embeddings=2048, tie_word_embeddings=True, bos_token_id=begin,
            eos_token_id=end,
        )
    )  # fmt: skip
    model.save_pretrained(folder)
    return folder


def write_tokenizer(folder: Path, family: dict[str, Any], texts: list[str]) -> dict[str, int]:
    """Write the files of a tokenizer; return token → id."""
    from tokenizers import Tokenizer, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    tokens = family["tokens"]
    bpe = Tokenizer.from_str(Qwen2Tokenizer().backend_tokenizer.to_str())
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=list(tokens), initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(texts, trainer)
    written = json.loads(bpe.to_str())
    for token in written["added_tokens"]:
        token["special"] = tokens[token["content"]]
    ids = {token: written["model"]["vocab"][token] for token in tokens}
    if begin := family["begins"]:
        written["post_processor"] = {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": begin, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {begin: {"id": begin, "ids": [ids[begin]], "tokens": [begin]}},
        }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("tokenizer.json", written), ("tokenizer_config.json", family["config"])):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return ids
