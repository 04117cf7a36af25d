"""What a training step really takes on the CPU, by the count that PyTorch's allocator keeps for its profiler.

Not the process's resident memory: that moves with libraries, threads and what malloc gives back.
"""

from typing import Any

from benchmarks.train_meter import highest


def measured_peak(config: Any, rows: int, columns: int, checkpointing: bool, bf16: bool) -> int:
    """Bytes at the peak of a second AdamW step of a randomly set model of this architecture, in fp32.

    The first step makes the optimizer's states; weights and states are counted, all else is what the allocator reports
    during the second.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="sdpa")
    model.config.use_cache = False
    if checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": True})
        model.enable_input_require_grads()
    model.train()
    optimizer = torch.optim.AdamW(model.parameters())
    ids = torch.zeros(rows, columns, dtype=torch.long)
    positions = torch.arange(columns).expand(rows, columns)
    # Of several conversations all but the longest are padded, which makes the model build a mask.
    mask = None if rows == 1 else torch.ones_like(ids).index_put((torch.tensor(0), torch.tensor(-1)), torch.tensor(0))

    def loss() -> Any:
        # As the trainer does it: the logits are let go when the loss is known.
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            out = model(input_ids=ids, labels=ids, position_ids=positions, attention_mask=mask)
        if bf16:
            out.logits = out.logits.float()
        return out.loss

    def step() -> None:
        loss().backward()
        optimizer.step()
        optimizer.zero_grad()

    step()
    states = [value for state in optimizer.state.values() for value in state.values()]
    resident = sum(tensor.untyped_storage().nbytes() for tensor in [*model.parameters(), *states])
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        step()
    return resident + highest(profiler)
