"""The plain design: a pool of processes, each with the synchronous SDK, one request at a time.

Run as `python -m benchmarks.clients.processes`; `--concurrency` is the number of processes.
"""

import multiprocessing
from typing import Any

from openai import OpenAI, OpenAIError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from benchmarks.clients.task import MODEL, Task, read_arguments, read_rows, write_outlines
from prep.consultation import Consultation
from prep.conversion import Turn

_RETRY = Retrying(
    stop=stop_after_attempt(8),
    wait=wait_random_exponential(multiplier=1, max=60),
    retry=retry_if_exception_type(OpenAIError),
    reraise=True,
)
_worker: dict[str, Any] = {}


def _begin(url: str) -> None:
    _worker["task"] = Task()
    _worker["client"] = OpenAI(base_url=url, api_key="loopback", max_retries=0, timeout=60)


def convert(row: Consultation) -> str | None:
    """Return the outline of a row, None for one without; one repair."""
    turns: list[Turn] = []
    for _ in range(2):
        try:
            turns.append(_ask(row, turns))
        except OpenAIError:
            return None
        if not turns[-1].findings:
            return turns[-1].outline
    return None


def _ask(row: Consultation, turns: list[Turn]) -> Turn:
    messages = _worker["task"].messages(row, turns)
    answer = _RETRY(_worker["client"].chat.completions.create, messages=messages, **MODEL)
    choice = answer.choices[0]
    return _worker["task"].judge(row, choice.message.content or "", choice.finish_reason)


if __name__ == "__main__":
    wanted = read_arguments("benchmarks.clients.processes")
    with multiprocessing.Pool(wanted.concurrency, _begin, (wanted.url,)) as pool:
        write_outlines(wanted.out, pool.map(convert, read_rows(wanted.source), chunksize=1))
