"""What is left of many pieces of work when a person ends them."""

import asyncio
import gc
import os
import signal
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from llm.lanes import Lanes
from settings import UserError


async def run(work: Callable[[int], Coroutine[Any, Any, None]], count: int) -> None:
    await Lanes(work).run(range(count), count)


@pytest.mark.parametrize("busy", [0, 3])
def test_a_second_interrupt_in_the_middle_of_work_leaves_nothing_in_the_log(
    caplog: pytest.LogCaptureFixture, busy: int
) -> None:
    """The first asks the run to end, the second ends it wherever it is; `busy`: others are under way."""

    async def work(item: int) -> None:
        if item < busy:
            await asyncio.sleep(60)
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            sum(range(10_000))  # a signal is seen between two steps of Python

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(run(work, busy + 5))
        gc.collect()
    assert caplog.records == []
    assert [str(warning.message) for warning in warned] == []


def test_another_fault_of_a_task_still_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("of ours")

    async def work(item: int) -> None:
        asyncio.get_running_loop().create_task(fail())
        await asyncio.sleep(0.01)

    asyncio.run(run(work, 1))
    gc.collect()
    assert "never retrieved" in caplog.text


@pytest.mark.parametrize("busy", [0.0, 0.3], ids=["all else ended", "others under way"])
def test_a_stop_that_waits_for_what_is_under_way_says_why_at_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, busy: float
) -> None:
    monkeypatch.setattr("llm.lanes._QUIET", 0.1)

    async def work(item: int) -> None:
        if item == 2:
            raise UserError("the key is refused", hint="another")
        await asyncio.sleep(busy)

    with pytest.raises(UserError, match="the key is refused"):
        asyncio.run(run(work, 3))
    said = "the key is refused; no more is sent, and what is under way has 30 s to end"
    assert [said in record.getMessage() for record in caplog.records] == [True] * bool(busy)
