import asyncio
import random
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.simulated_time import run_simulated
from llm.limiter import Limiter, Slot

T = TypeVar("T")
ENDS = st.sampled_from(["answered", "refused", "failed"])
PER_MINUTE = st.floats(2, 6000)


def say(slot: Slot, end: str, tokens: int = 1) -> None:
    if end == "answered":
        slot.answered(tokens)
    elif end == "refused":
        slot.refused()


async def use(
    limiter: Limiter, estimate: int = 1, true: int | None = None, seconds: float = 0, end: str = "answered"
) -> float:
    """Send one request that takes so many seconds; return the second at which the limiter let it go."""
    async with limiter.slot(estimate) as slot:
        sent = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        say(slot, end, estimate if true is None else true)
    return sent


def in_simulated_time(*work: Coroutine[Any, Any, T]) -> list[T]:
    async def main() -> list[T]:
        return await asyncio.gather(*work)

    return run_simulated(main())


def at_seconds(*seconds: float) -> Any:
    return pytest.approx(list(seconds), abs=1e-3)


def most_in_a_minute(sent: Sequence[float], amounts: Sequence[float]) -> float:
    """The largest sum of amounts in any 60 s, the first of each left out: it was paid before the 60 s began."""
    timed = sorted(zip(sent, amounts, strict=True))
    return max(
        sum(amount for at, amount in timed[first + 1 :] if at - start < 60) for first, (start, _) in enumerate(timed)
    )


@given(st.integers(1, 8), st.lists(st.tuples(st.floats(0, 5), ENDS), min_size=1, max_size=60))
@example(2, [(1.0, "answered")] * 60)  # so many answers in a row are hardly ever drawn
def test_never_more_than_the_ceiling_are_in_flight(ceiling: int, requests: list[tuple[float, str]]) -> None:
    limiter = Limiter(ceiling, None, None)
    running = 0

    async def send(seconds: float, end: str) -> None:
        nonlocal running
        async with limiter.slot(1) as slot:
            running += 1
            assert running <= limiter.in_flight <= ceiling
            await asyncio.sleep(seconds)
            say(slot, end)
            running -= 1

    in_simulated_time(*(send(*request) for request in requests))
    assert limiter.in_flight == 0


def test_a_limit_below_those_in_flight_lets_them_end_and_nobody_in_until_enough_have() -> None:
    limiter = Limiter(4, None, None)
    first = [use(limiter, seconds=seconds, end="refused") for seconds in (1, 1, 5, 9)]
    sent = in_simulated_time(*first, *(use(limiter, seconds=1) for _ in range(2)))
    # Two refusals take one place of four, so of the two that leave at second 1 only one is replaced at once.
    assert sent[4:] == at_seconds(1, 2)


@pytest.mark.parametrize(("end", "limit"), [("answered", 8), ("refused", 6), ("failed", 8)])
def test_only_a_refusal_lowers_the_limit(end: str, limit: float) -> None:
    limiter = Limiter(8, None, None)
    in_simulated_time(*(use(limiter, end=end) for _ in range(4)))
    assert limiter.concurrency == limit


@given(PER_MINUTE, st.integers(1, 200))
def test_requests_a_minute_hold_over_any_minute_and_are_used_up(per_minute: float, count: int) -> None:
    limiter = Limiter(1000, per_minute, None)
    sent = in_simulated_time(*(use(limiter) for _ in range(count)))
    assert most_in_a_minute(sent, [1] * count) <= per_minute + max(1, per_minute / 60) + 1e-3
    assert max(sent) <= count * 60 / per_minute + 1e-3


@given(PER_MINUTE, st.lists(st.integers(0, 2000), min_size=1, max_size=60))
def test_tokens_a_minute_hold_over_any_minute_and_are_used_up(per_minute: float, tokens: list[int]) -> None:
    limiter = Limiter(1000, None, per_minute)
    sent = in_simulated_time(*(use(limiter, amount) for amount in tokens))
    assert most_in_a_minute(sent, tokens) <= per_minute + max(1, per_minute / 60) + 1e-3
    assert max(sent) <= sum(tokens) * 60 / per_minute + 1e-3


def test_a_start_sends_one_seconds_worth_and_not_a_minutes() -> None:
    limiter = Limiter(1000, 600, None)
    sent = in_simulated_time(*(use(limiter) for _ in range(100)))
    assert sum(second < 0.05 for second in sent) == 10


def test_below_one_a_second_requests_go_one_by_one() -> None:
    limiter = Limiter(10, 6, None)
    assert in_simulated_time(*(use(limiter) for _ in range(4))) == at_seconds(0, 10, 20, 30)


def test_a_request_above_a_whole_minutes_tokens_goes_through_after_the_minutes_that_it_is_worth() -> None:
    limiter = Limiter(4, None, 600)
    # The bucket takes one second's worth, 10 tokens, at once.
    assert in_simulated_time(use(limiter, 6000), use(limiter, 10)) == at_seconds(599, 600)


def test_small_requests_do_not_overtake_a_large_one_at_the_rate() -> None:
    limiter = Limiter(100, None, 6000)
    sent = in_simulated_time(use(limiter, 5000), *(use(limiter, 1) for _ in range(99)))
    assert sent == sorted(sent)


def test_tokens_above_the_estimate_are_charged_to_the_next_request() -> None:
    limiter = Limiter(1, None, 600)
    sent = in_simulated_time(use(limiter, 10, true=110), use(limiter, 10), use(limiter, 10))
    assert sent == at_seconds(0, 11, 12)


def test_tokens_below_the_estimate_are_let_off_the_next_request() -> None:
    limiter = Limiter(1, None, 600)
    sent = in_simulated_time(use(limiter, 110, true=10), use(limiter, 100), use(limiter, 10))
    assert sent == at_seconds(10, 10, 11)


@pytest.mark.parametrize("estimate", [4000, 1000, 250])
@pytest.mark.parametrize("seed", range(3))
def test_true_tokens_meet_the_rate_however_wrong_the_estimate_is(estimate: int, seed: int) -> None:
    limiter, draw, rate = Limiter(64, None, 240_000), random.Random(seed), 240_000
    sent = in_simulated_time(*(use(limiter, estimate, 1000, draw.uniform(1, 3)) for _ in range(1200)))
    settled = sorted(second for second in sent if second > 60)
    assert len(settled) * 1000 * 60 / (settled[-1] - settled[0]) == pytest.approx(rate, rel=0.05)
    assert most_in_a_minute(settled, [1000] * len(settled)) < 1.1 * rate


def test_answers_after_a_lull_let_no_burst_through() -> None:
    limiter = Limiter(1000, None, 60_000)

    async def later() -> float:
        await asyncio.sleep(120)
        return await use(limiter, 1000)

    early = (use(limiter, 1000, true=0, seconds=100) for _ in range(60))
    sent = in_simulated_time(*early, *(later() for _ in range(100)))
    # Ten seconds' worth is kept, one lies in the bucket.
    assert sum(120 < second < 120.5 for second in sent) == 11


def test_waiting_requests_go_in_the_order_in_which_they_came_and_retries_before_them() -> None:
    limiter, order = Limiter(1, None, None), []

    async def row(name: str, ends: Sequence[str]) -> None:
        for before, end in zip(["answered", *ends], ends, strict=False):
            async with limiter.slot(1, again=before == "refused") as slot:
                order.append(name)
                await asyncio.sleep(1)
                say(slot, end)
            await asyncio.sleep(1.5 * (end == "refused"))

    refused = (row(name, ["refused", "answered"]) for name in "ab")
    in_simulated_time(*refused, *(row(name, ["answered", "answered"]) for name in "cde"))
    # At second 2.5, when "a" comes back, "c" has the place; at 3.5, when "b" does, "a" has it. "d" and "e" wait.
    assert "".join(order) == "abcabdecde"


@given(
    st.integers(1, 3),
    st.sampled_from([None, 60.0]),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 8)), min_size=1, max_size=30),
)
def test_a_cancelled_request_leaves_its_place_wherever_it_stood(
    ceiling: int, rate: float | None, requests: list[tuple[int, int]]
) -> None:
    limiter = Limiter(ceiling, rate, None)

    async def main() -> None:
        tasks = [asyncio.create_task(use(limiter, seconds=seconds)) for seconds, _ in requests]
        for task, (_, cancelled_at) in zip(tasks, requests, strict=True):
            # Whole seconds, so that many fall into the very moment in which a place is given.
            asyncio.get_running_loop().call_later(cancelled_at, task.cancel)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, float | asyncio.CancelledError) for end in ended)
        assert limiter.in_flight == 0
        await asyncio.gather(*(use(limiter) for _ in range(ceiling)))

    run_simulated(main())


def test_a_place_given_in_the_moment_of_the_cancellation_goes_to_the_next() -> None:
    limiter = Limiter(1, None, None)

    async def main() -> None:
        async with limiter.slot(1):
            given, following = (asyncio.create_task(use(limiter)) for _ in range(2))
            await asyncio.sleep(0)
        given.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given
        await following
        assert limiter.in_flight == 0

    run_simulated(main())


def test_a_request_cancelled_while_it_waits_for_tokens_is_not_charged_for_them() -> None:
    limiter = Limiter(2, None, 600)

    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await use(limiter, 10_000)
        return await use(limiter, 10)

    assert run_simulated(main()) == pytest.approx(1, abs=1e-3)


def test_an_error_inside_the_slot_passes_and_leaves_the_place() -> None:
    limiter = Limiter(1, None, None)

    async def main() -> None:
        async with limiter.slot(1):
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        run_simulated(main())
    assert limiter.in_flight == 0
