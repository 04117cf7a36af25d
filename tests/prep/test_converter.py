import asyncio
from collections.abc import Container, Sequence
from typing import Any

import pytest

from llm.journal import Asked
from outline import StructureSpec
from prep.config import Gate as Limits
from prep.consultation import Consultation
from prep.conversion import Conversion, Turn
from prep.converter import Converter
from prep.gate import Gate
from prep.teachers import Answer, NoAnswer
from settings import UserError
from tests.prep.conftest import consultation, outline_of

REPLY = "rest well tonight and drink warm water then see your doctor"


class Scripted:
    """A teacher that answers well, but for the rows in `faults`; it remembers how many it had in hand at once.

    It has the answers to `settled_before` and to `left` at hand: those of the runs before.
    """

    name, concurrency = "scripted", 4

    def __init__(
        self,
        faults: dict[int, Exception | list[str]],
        settled_before: Container[int] = (),
        left: Container[int] = (),
        pause: float = 0.001,
    ) -> None:
        self.faults = faults
        self.pause = pause
        self.settled_before = settled_before
        self.left = left
        self.order: list[int] = []
        self.settled: list[int] = []
        self.in_hand = self.most = 0

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer | None:
        if len(turns) == 3:
            return None
        self.order.append(row.index)
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        if self.asked(row) == "never":
            await asyncio.sleep(self.pause * (row.index % 3))
        self.in_hand -= 1
        fault = self.faults.get(row.index)
        if isinstance(fault, Exception):
            raise fault
        return Answer(fault[len(turns)] if fault else outline_of(row.reply), f"{row.index}/{len(turns)}")

    def asked(self, row: Consultation) -> Asked:
        if row.index in self.left:
            return "lately"
        return "before" if row.index in self.settled_before else "never"

    def settle(self, row: Consultation) -> None:
        self.settled.append(row.index)

    def requests(self, row: Consultation) -> Sequence[dict[str, Any]]:
        return [{"error": "HTTP 500", "about": row.index}]


def convert(spec: StructureSpec, teacher: Scripted, rows: Sequence[Consultation]) -> list[Conversion]:
    """Return the conversions in the order of the rows."""
    gate = Gate(spec, Limits(tries=3, min_coverage=0.5, max_expansion=2, min_success=0))
    found: list[Conversion] = []
    asyncio.run(Converter(teacher, gate).run(rows, found.append))
    return sorted(found, key=lambda conversion: conversion.index)


def rows(count: int) -> list[Consultation]:
    return [consultation(f"{REPLY} number {index + 20}", index) for index in range(count)]


def test_every_row_has_its_own_result(spec: StructureSpec) -> None:
    found = convert(spec, Scripted({}), rows(30))
    assert [conversion.consultation.index for conversion in found] == list(range(30))
    assert all(str(conversion.consultation.index + 20) in str(conversion.outline) for conversion in found)


def test_no_more_rows_are_in_hand_than_the_teacher_takes(spec: StructureSpec) -> None:
    # Long enough that a busy machine fills all places before the first answer comes.
    teacher = Scripted({}, pause=0.05)
    convert(spec, teacher, rows(30))
    assert teacher.most == 4


@pytest.mark.parametrize(
    ("fault", "kind", "retriable"),
    [(NoAnswer("no answer", "HTTP 500", True), "no answer", True), (ZeroDivisionError("oops"), "fault", True)],
)
def test_a_failing_row_touches_no_other(spec: StructureSpec, fault: Exception, kind: str, retriable: bool) -> None:
    found = convert(spec, Scripted({3: fault, 7: fault}), rows(12))
    assert [conversion.consultation.index for conversion in found if conversion.status != "kept"] == [3, 7]
    assert (found[3].kind, found[3].retriable) == (kind, retriable)
    assert found[3].outline is None
    assert found[3].failure()["requests"] == [{"error": "HTTP 500", "about": 3}]
    assert not found[4].requests


def test_rows_that_no_run_asked_about_come_first_then_those_that_were_left(spec: StructureSpec) -> None:
    """What was settled waits until no place is free, and is looked at beside them."""
    teacher = Scripted({}, settled_before=range(10), left=range(10, 20))
    assert len(convert(spec, teacher, rows(30))) == 30
    assert set(teacher.order[:4]) == {20, 21, 22, 23}
    assert teacher.order.index(9) > teacher.order.index(10)
    assert sorted(teacher.order) == list(range(30))


def test_short_replies_come_last_however_early_they_are_read(spec: StructureSpec) -> None:
    """Two rows are read for each that begins, until eight are held."""
    teacher = Scripted({})
    convert(spec, teacher, [consultation(f"{REPLY} {'again ' * index}", index) for index in range(40)])
    assert teacher.order[-8:] == [14, 12, 10, 8, 6, 4, 2, 0]


def test_what_goes_over_the_wire_does_not_wait_for_recorded_answers(spec: StructureSpec) -> None:
    """Row 60 needs six turns of the event loop; no more rows than that are judged in the meantime."""
    ended: list[int] = []

    class Slow(Scripted):
        async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer | None:
            for _ in range(6 * (row.index == 60)):
                await asyncio.sleep(0)
            return await super().answer(row, turns)

    gate = Gate(spec, Limits(tries=3, min_coverage=0.5, max_expansion=2, min_success=0))
    converter = Converter(Slow({}, left=range(60)), gate)
    asyncio.run(converter.run(rows(61), lambda conversion: ended.append(conversion.index)))
    assert len(ended) == 61
    assert ended.index(60) < 12


def test_a_row_is_settled_once_nothing_more_is_to_be_asked_about_it(spec: StructureSpec) -> None:
    faults = {1: NoAnswer("no answer", "HTTP 500", True), 2: ["prose", "prose", "prose"], 3: ZeroDivisionError("oops")}
    teacher = Scripted(faults)
    convert(spec, teacher, [*rows(5), consultation(None, 5)])
    assert sorted(teacher.settled) == [0, 2, 4]


def test_a_bad_outline_is_repaired_within_the_tries(spec: StructureSpec) -> None:
    good = outline_of(f"{REPLY} number 20")
    (kept,) = convert(spec, Scripted({0: ["prose", "- flat", good]}), rows(1))
    assert kept.status == "kept"
    assert [bool(turn.findings) for turn in kept.turns] == [True, True, False]


def test_a_row_that_is_never_good_fails_with_every_answer(spec: StructureSpec) -> None:
    (failed,) = convert(spec, Scripted({0: ["prose", "", "- flat"]}), rows(1))
    assert (failed.status, failed.kind, failed.retriable) == ("failed", "min_depth", False)
    assert [attempt["answer"] for attempt in failed.failure()["attempts"]] == ["prose", "", "- flat"]
    assert all(attempt["violations"] for attempt in failed.failure()["attempts"])


def test_rows_without_a_reply_are_skipped_unasked(spec: StructureSpec) -> None:
    teacher = Scripted({})
    found = convert(spec, teacher, [consultation(None, 0), consultation("  ", 1)])
    assert [(conversion.status, conversion.kind) for conversion in found] == [
        ("skipped", "null reply"),
        ("skipped", "blank reply"),
    ]
    assert teacher.most == 0


def test_a_user_error_ends_the_run_once(spec: StructureSpec) -> None:
    with pytest.raises(UserError, match="the key is wrong"):
        convert(spec, Scripted({index: UserError("the key is wrong") for index in range(9)}), rows(9))


def test_an_error_behind_the_rows_ends_the_run_with_what_is_under_way(spec: StructureSpec) -> None:
    """So does an unreadable source: what was begun is paid for, and comes to its end."""
    teacher = Scripted({})

    def broken():
        yield from rows(3)
        raise UserError("the source cannot be read")

    gate = Gate(spec, Limits(tries=3, min_coverage=0.5, max_expansion=2, min_success=0))
    ended: list[Conversion] = []
    with pytest.raises(UserError, match="cannot be read"):
        asyncio.run(Converter(teacher, gate).run(broken(), ended.append))
    assert [conversion.status for conversion in ended] == ["kept"] * len(teacher.order)
    assert teacher.in_hand == 0


def test_requests_that_do_not_end_hold_up_a_stop_for_a_while_only(
    spec: StructureSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hanging(Scripted):
        async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer | None:
            if row.index == 1:
                await asyncio.Event().wait()
            return await super().answer(row, turns)

    monkeypatch.setattr("llm.lanes._GRACE", 0.05)
    teacher = Hanging({0: UserError("the key is wrong")})
    with pytest.raises(UserError, match="the key is wrong"):
        convert(spec, teacher, rows(9))
    assert len(teacher.order) < 9
