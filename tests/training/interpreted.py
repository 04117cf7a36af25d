"""`python -m tests.training.interpreted`: the loss of the answers alone against the plain one, on a CPU.

Triton's interpreter runs Liger's kernel, and has to be asked for before Triton is imported: in a process of its own.
"""

import json
import os

os.environ["TRITON_INTERPRET"] = "1"


def main() -> None:
    """Print the losses (plain, ours, ours by a count), the greatest difference of gradients, and what halves give."""
    import torch
    from liger_kernel.transformers.model import loss_utils
    from liger_kernel.transformers.monkey_patch import MODEL_TYPE_TO_APPLY_LIGER_FN
    from transformers import Qwen2Config, Qwen2ForCausalLM

    from training.loss import answers_only, without_logits

    halves_of = {"fp16": torch.float16, "bf16": torch.bfloat16}
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 2, "num_key_value_heads": 1}
    model = Qwen2ForCausalLM(Qwen2Config(vocab_size=300, num_hidden_layers=2, tie_word_embeddings=True, **sizes))
    ids = torch.randint(0, 300, (2, 24))
    labels = ids.clone()
    labels[:, :10] = labels[1, 20:] = -100

    plain = model(input_ids=ids, labels=labels).loss
    plain.backward()
    wanted = {
        name: parameter.grad.clone() for name, parameter in model.named_parameters() if parameter.grad is not None
    }
    model.zero_grad()

    switches = dict.fromkeys(("rope", "rms_norm", "swiglu", "cross_entropy"), False)
    MODEL_TYPE_TO_APPLY_LIGER_FN["qwen2"](**switches, fused_linear_cross_entropy=True, model=model)
    loss_utils.fixed_fused_linear_cross_entropy = answers_only
    without_logits(model)
    model.train()
    out = model(input_ids=ids, labels=labels)
    out.loss.backward()
    found = {name: parameter.grad for name, parameter in model.named_parameters() if parameter.grad is not None}
    trained = int((labels[:, 1:] != -100).sum())
    model.eval()
    with torch.no_grad():
        counted = model(input_ids=ids, labels=labels, num_items_in_batch=torch.tensor(2 * trained))
        nothing = model(input_ids=ids, labels=torch.full_like(labels, -100))
    # Some 1,200 losses of about 60: their sum is more than fp16 can hold.
    hidden, head, target = 16 * torch.randn(1200, 16), torch.randn(300, 16), torch.randint(0, 300, (1200,))
    whole = float(torch.nn.functional.cross_entropy(hidden @ head.t(), target))
    halves = {name: answers_only(hidden.to(kind), head.to(kind), target) for name, kind in halves_of.items()}
    spared = head.clone().requires_grad_()
    answers_only(hidden, spared, torch.full_like(target, -100)).backward()
    answer = {
        "spared": None if spared.grad is None else float(spared.grad.abs().max()),
        "halves": {name: [float(loss) / whole, str(loss.dtype)] for name, loss in halves.items()},
        "losses": [float(plain), float(out.loss), float(2 * counted.loss)],
        "without_answers": float(nothing.loss),
        "gradients": max(float((found[name] - gradient).abs().max()) for name, gradient in wanted.items()),
        "logits": [out.logits is not None, counted.logits is not None, model(input_ids=ids).logits is not None],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
