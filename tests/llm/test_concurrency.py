import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulated_time import run_simulated
from llm.concurrency import Concurrency
from llm.limiter import Limiter

CEILING = 256
SERVICE = 0.5
"""Mean seconds of an answer; a refusal comes in a fiftieth of that."""


@dataclass(frozen=True)
class Outcome:
    """How one request ended, when (seconds), and the limit after it."""

    at: float
    refused: bool
    limit: float


def work_off(rows: int, has_room: Callable[[int, float], bool], seed: int = 0) -> list[Outcome]:
    """Bring all rows through a server that answers where `has_room(answers under way, seconds)`; refused ones retry."""
    draw = random.Random(seed)
    outcomes: list[Outcome] = []
    busy = 0

    async def row(limiter: Limiter) -> None:
        nonlocal busy
        refused = True
        while refused:
            async with limiter.slot(1) as slot:
                refused = not has_room(busy, asyncio.get_running_loop().time())
                busy += not refused
                await asyncio.sleep(SERVICE / 50 if refused else draw.uniform(0.5, 1.5) * SERVICE)
                busy -= not refused
                slot.refused() if refused else slot.answered(1)
                outcomes.append(Outcome(asyncio.get_running_loop().time(), refused, limiter.concurrency))
            await asyncio.sleep(refused)

    async def main() -> None:
        limiter = Limiter(CEILING, None, None)
        await asyncio.gather(*(row(limiter) for _ in range(rows)))

    run_simulated(main())
    return outcomes


def share_refused(outcomes: list[Outcome]) -> float:
    return sum(outcome.refused for outcome in outcomes) / len(outcomes)


@pytest.mark.parametrize("seed", range(3))
def test_two_per_cent_refused_at_random_leave_the_limit_at_its_ceiling(seed: int) -> None:
    draw = random.Random(seed)
    outcomes = work_off(5000, lambda busy, now: draw.random() > 0.02, seed)
    assert 0.01 < share_refused(outcomes) < 0.03
    assert min(outcome.limit for outcome in outcomes) > 0.9 * CEILING


@pytest.mark.parametrize("capacity", [10, 20, 100])
def test_a_full_server_is_kept_full_and_rarely_refuses(capacity: int) -> None:
    outcomes = work_off(800 + 20 * capacity, lambda busy, now: busy < capacity)
    settled = [outcome for outcome in outcomes if 4 < outcome.at < outcomes[-1].at - 4]
    assert len(settled) > 5 * capacity
    assert all(capacity <= outcome.limit < 2 * capacity for outcome in settled)
    assert share_refused(settled) < 0.1


def test_the_first_overload_is_over_within_two_refusals_a_place_too_many() -> None:
    outcomes = work_off(1000, lambda busy, now: busy < 20)
    early = [outcome for outcome in outcomes if outcome.at < SERVICE]
    assert sum(outcome.refused for outcome in early) <= 2.1 * (CEILING - 20)
    assert early[-1].limit < 25


def test_capacity_that_came_back_is_found_within_twenty_answer_times() -> None:
    outcomes = work_off(6000, lambda busy, now: busy < 20 or now > 20)
    assert max(outcome.limit for outcome in outcomes if 10 < outcome.at < 20) < 40
    found = next(outcome.at for outcome in outcomes if outcome.at > 20 and outcome.limit == CEILING)
    assert found - 20 < 20 * SERVICE
    assert all(outcome.limit == CEILING for outcome in outcomes if outcome.at > found)


def test_windows_full_of_refusals_halve_the_limit_down_to_one() -> None:
    places = Concurrency(CEILING)
    for expected in [128, 64, 32, 16, 8, 4, 2, 1, 1]:
        for _ in range(int(places.limit)):
            places.refused()
        assert places.limit == expected


def test_from_an_eighth_of_the_ceiling_it_is_back_within_fourteen_clean_windows() -> None:
    places = Concurrency(CEILING)
    places.in_flight = CEILING
    while places.limit > CEILING / 8:
        places.refused()
    for _ in range(14):
        for _ in range(int(places.limit)):
            places.answered()
    assert places.limit == CEILING


def test_answers_to_fewer_requests_than_are_allowed_do_not_raise_the_limit() -> None:
    places = Concurrency(CEILING)
    for _ in range(CEILING):
        places.refused()
    places.in_flight = CEILING // 4
    for _ in range(CEILING):
        places.answered()
    assert places.limit == CEILING / 2


@given(st.integers(1, 50), st.lists(st.booleans(), max_size=200))
def test_the_limit_stays_between_one_and_the_ceiling(ceiling: int, outcomes: list[bool]) -> None:
    places = Concurrency(ceiling)
    places.in_flight = ceiling
    for refused in outcomes:
        places.refused() if refused else places.answered()
        assert 1 <= places.limit <= ceiling
