"""LangChain: `with_retry().abatch`, then the gate, then one more `abatch` for the rows that it refused.

Run as `python -m benchmarks.clients.langchain`. Answers are paired with rows by position, as its users pair them.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI

from benchmarks.clients.task import MODEL, Task, read_arguments, read_rows, write_outlines
from prep.consultation import Consultation
from prep.conversion import Turn

_ATTEMPTS = 8


async def convert(rows: Sequence[Consultation], url: str, concurrency: int) -> list[str | None]:
    """Return the outline of each row, None for one without."""
    task = Task()
    # It lists `api_key` and `base_url` as aliases, which a type checker does not see.
    options: dict[str, Any] = {"api_key": "loopback", "base_url": url, "timeout": 60, **MODEL}
    model = ChatOpenAI(**options).with_retry(stop_after_attempt=_ATTEMPTS)

    async def ask(prompts: list[list[dict[str, Any]]]) -> list[Any]:
        return await model.abatch(prompts, config={"max_concurrency": concurrency}, return_exceptions=True)  # type: ignore[arg-type]

    turns = [
        _judge(task, row, said) for row, said in zip(rows, await ask([task.messages(r) for r in rows]), strict=True)
    ]
    again = [at for at, turn in enumerate(turns) if turn is None or turn.findings]
    repairs = [task.messages(rows[at], [turn] if (turn := turns[at]) else []) for at in again]
    for at, said in zip(again, await ask(repairs) if repairs else [], strict=True):
        turns[at] = _judge(task, rows[at], said)
    return [turn.outline if turn and not turn.findings else None for turn in turns]


def _judge(task: Task, row: Consultation, said: Any) -> Turn | None:
    if not isinstance(said, AIMessage):
        return None
    return task.judge(row, str(said.content), str(said.response_metadata.get("finish_reason")))


if __name__ == "__main__":
    wanted = read_arguments("benchmarks.clients.langchain")
    write_outlines(wanted.out, asyncio.run(convert(read_rows(wanted.source), wanted.url, wanted.concurrency)))
