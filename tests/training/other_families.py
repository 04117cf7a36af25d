"""What other families of models have in their tokenizers, shortened to what a conversation of text meets.

As in `tests.training.families`: special tokens, what the tokenizer adds by itself, template. Of Llama-3.2-Instruct,
gemma-2-it, Mistral-7B-Instruct-v0.3, Phi-4-mini-instruct, Qwen3, and of a base model without a template.
"""

from typing import Any

_TURNS = "{% for message in messages %}{{ TURN }}{% endfor %}{% if add_generation_prompt %}{{ ASKED }}{% endif %}"


def _family(tokens: str, template: str | None, bos: str | None, eos: str, **keys: str) -> dict[str, Any]:
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": bos, "eos_token": eos, **keys}
    config |= {"chat_template": template} if template else {}
    return {"tokens": dict.fromkeys(tokens.split(), True), "config": config, "begins": bos}


def _turns(turn: str, asked: str) -> str:
    return _TURNS.replace("TURN", turn).replace("ASKED", asked)


_LLAMA = "<|begin_of_text|> <|end_of_text|> <|start_header_id|> <|end_header_id|> <|eot_id|>"
OTHERS: dict[str, dict[str, Any]] = {
    "llama": _family(
        _LLAMA,
        "{{ bos_token }}{% set told = '' %}{% if messages[0].role == 'system' %}"
        "{% set told = messages[0].content|trim %}{% set messages = messages[1:] %}{% endif %}"
        "{{ '<|start_header_id|>system<|end_header_id|>\n\nToday Date: ' + "
        "strftime_now('%d %b %Y') + '\n\n' + told + '<|eot_id|>' }}"
        + _turns(
            "'<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' + message.content|trim + '<|eot_id|>'",
            "'<|start_header_id|>assistant<|end_header_id|>\n\n'",
        ),
        "<|begin_of_text|>",
        "<|eot_id|>",
    ),
    "gemma": _family(
        "<pad> <eos> <bos> <start_of_turn> <end_of_turn>",
        "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}"
        "{% endif %}"
        + _turns(
            "'<start_of_turn>' + message.role.replace('assistant', 'model') + '\n' + message.content|trim + "
            "'<end_of_turn>\n'",
            "'<start_of_turn>model\n'",
        ),
        "<bos>",
        "<eos>",
        pad_token="<pad>",
    ),
    "mistral": _family(
        "<s> </s> [INST] [/INST]",
        "{% set told = none %}{% if messages[0].role == 'system' %}{% set told = messages[0].content %}"
        "{% set messages = messages[1:] %}{% endif %}{{ bos_token }}{% for message in messages %}"
        "{% if message.role == 'user' %}{{ '[INST] ' }}{% if loop.last and told %}{{ told + '\n\n' }}{% endif %}"
        "{{ message.content + '[/INST]' }}{% else %}{{ ' ' + message.content|trim + eos_token }}{% endif %}"
        "{% endfor %}",
        "<s>",
        "</s>",
    ),
    "phi": _family(
        "<|endoftext|> <|system|> <|user|> <|assistant|> <|end|>",
        _turns("'<|' + message.role + '|>' + message.content + '<|end|>'", "'<|assistant|>'").replace(
            "{% endif %}", "{% else %}{{ eos_token }}{% endif %}"
        ),
        None,
        "<|endoftext|>",
        pad_token="<|endoftext|>",
    ),
    "qwen3": _family(
        "<|endoftext|> <|im_start|> <|im_end|> <think> </think>",
        _turns(
            "'<|im_start|>' + message.role + '\n' + ('<think>\n\n</think>\n\n' if message.role == 'assistant' and "
            "loop.last else '') + message.content + '<|im_end|>\n'",
            "'<|im_start|>assistant\n'",
        ),
        None,
        "<|im_end|>",
        pad_token="<|endoftext|>",
    ),
    "base": _family(_LLAMA, None, "<|begin_of_text|>", "<|end_of_text|>"),
}
