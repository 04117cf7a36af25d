"""The rows of a chat file as GRPO takes them: a prompt to answer, and what the rewards hold the answer against."""

from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]


def questions(config: Any, **options: Any) -> tuple[Callable[..., dict[str, Any]], dict[str, Any]]:
    """Return the transform of a row and the columns to drop: what Axolotl asks of a dataset's `type` under `rl: grpo`.

    `type: training.questions`. Axolotl (0.19) looks a name up as `package.function` only, which is why the package
    itself offers it. A row becomes `prompt` (its messages but the assistant's), `reference` (the doctor's reply; None
    where it is not known) and `end_token` (by which `training.rewards.length` sees an answer that was cut off).
    """

    def transform(row: Row, tokenizer: Any) -> dict[str, Any]:
        prompt = [message for message in row["messages"] if message["role"] != "assistant"]
        reference = (row.get("metadata") or {}).get("reference")
        return {"prompt": prompt, "reference": reference, "end_token": tokenizer.eos_token_id}

    return transform, {"remove_columns": ["messages", "metadata"]}
