import random
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmarks.teacher_server import Fates, Latency, Shares, outline_of, see
from outline import StructureSpec, check_compliance, check_fidelity
from settings import read_jsonl
from tests.benchmarks.conftest import REPLY, messages

SHARES = Shares(rate_limit=0.1, server_error=0.1, reset=0.1, truncated=0.1, flat=0.1)
REQUESTS = [(f"{REPLY} case {number}", times) for number in range(300) for times in (1, 2)]


def fates_of(requests: list[tuple[str, int]], seed: int) -> dict[tuple[str, int], tuple[str, float]]:
    fates = Fates(seed, Latency(median=2, sigma=0.5), SHARES)
    acts = {ask: fates(see({"messages": messages(ask[0])}, ""), ask[1]) for ask in requests}
    return {ask: (act.fault, act.delay) for ask, act in acts.items()}


def test_the_same_seed_gives_the_same_fates_in_another_order() -> None:
    shuffled = random.Random(3).sample(REQUESTS, len(REQUESTS))
    assert fates_of(REQUESTS, 1) == fates_of(shuffled, 1)
    assert fates_of(REQUESTS, 1) != fates_of(REQUESTS, 2)


def test_faults_come_in_their_shares_and_latencies_about_their_median() -> None:
    fates = fates_of(REQUESTS, 1)
    counts = Counter(fault for fault, _ in fates.values())
    assert 0.4 < counts[""] / len(fates) < 0.6
    assert all(0.05 < counts[name] / len(fates) < 0.15 for name, share in SHARES.model_dump().items() if share)
    delays = sorted(delay for fault, delay in fates.values() if fault != "rate_limit")
    assert 1.8 < delays[len(delays) // 2] < 2.2
    assert all(delay == 0 for fault, delay in fates.values() if fault == "rate_limit")


def test_a_question_is_answered_in_the_same_way_again() -> None:
    fates = Fates(1, shares=Shares(flat=0.5))
    for number in range(20):
        seen = see({"messages": messages(f"{REPLY} case {number}")}, "")
        assert len({fates(seen, times).content for times in range(1, 5)}) == 1


def test_the_order_of_a_messages_fields_does_not_count() -> None:
    turned = [dict(reversed(message.items())) for message in messages()]
    assert see({"messages": messages()}, "").key == see({"messages": turned}, "").key


def test_latency_is_log_normal() -> None:
    latency = Latency(median=8, sigma=0.5)
    assert latency.at(0.5) == pytest.approx(8)
    assert latency.at(0.8413447) == pytest.approx(8 * 2.718281828**0.5)
    assert Latency().at(0.99) == 0


def test_shares_beyond_everything_are_refused() -> None:
    with pytest.raises(ValidationError, match="at most 1"):
        Shares(reset=0.6, hang=0.6)


def test_outlines_of_all_sample_replies_pass(root: Path, spec: StructureSpec) -> None:
    """Some of the shortest, of ten words with an amount in the middle, have no three points."""
    replies = [row["Doctor"] for row in read_jsonl(root / "data/sample/consultations.jsonl") if row["Doctor"]]
    refused = [reply for reply in replies if not passes(reply, spec)]
    assert len(refused) <= 0.01 * len(replies)


def passes(reply: str, spec: StructureSpec) -> bool:
    outline = outline_of(reply)
    report = check_fidelity(reply, outline)
    return check_compliance(outline, spec).compliant and bool(report.faithful) and report.coverage == 1


TICKET = "Ticket (high): no network\nI saw this:\nerror 809\n\nThe engineer's reply:\nUnplug the dock and wait"


@pytest.mark.parametrize(
    ("prompt", "marker", "reply"),
    [
        (TICKET, None, "Unplug the dock and wait"),
        (f"{TICKET}\nThen do:\nrestart", None, "restart"),
        (f"{TICKET}\nThen do:\nrestart", "The engineer's reply", "Unplug the dock and wait\nThen do:\nrestart"),
        ("it hurts\n\nDoctor's reply:\nTake this:\ntea", None, "Take this:\ntea"),
        ("rest and drink", None, "rest and drink"),
    ],
)
def test_the_reply_is_found_in_the_prompt_of_any_subject(prompt: str, marker: str | None, reply: str) -> None:
    said = [{"role": "system", "content": "Answer:\nso"}, {"role": "user", "content": prompt}]
    assert Fates(marker=marker)(see({"messages": said}, ""), 1).content == outline_of(reply)
