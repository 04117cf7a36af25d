import asyncio
from collections.abc import Sequence

import pytest

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
    """A teacher that answers well, but for the rows in `faults`; it remembers how many it had in hand at once."""

    name, concurrency, repairs = "scripted", 4, True

    def __init__(self, faults: dict[int, Exception | list[str]]) -> None:
        self.faults = faults
        self.in_hand = self.most = 0

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer:
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        await asyncio.sleep(0.001 * (row.index % 3))
        self.in_hand -= 1
        fault = self.faults.get(row.index)
        if isinstance(fault, Exception):
            raise fault
        return Answer(fault[len(turns)] if fault else outline_of(row.reply), f"{row.index}/{len(turns)}")


def convert(spec: StructureSpec, teacher: Scripted, rows: Sequence[Consultation]) -> list[Conversion]:
    gate = Gate(spec, Limits(tries=3, min_coverage=0.5, max_expansion=2))
    return asyncio.run(Converter(teacher, gate).run(rows, lambda conversion: None))


def rows(count: int) -> list[Consultation]:
    return [consultation(f"{REPLY} number {index + 20}", index) for index in range(count)]


def test_results_come_in_the_order_of_the_rows_and_each_has_its_own(spec: StructureSpec) -> None:
    found = convert(spec, Scripted({}), rows(30))
    assert [conversion.consultation.index for conversion in found] == list(range(30))
    assert all(str(conversion.consultation.index + 20) in str(conversion.outline) for conversion in found)


def test_no_more_rows_are_in_hand_than_the_teacher_takes(spec: StructureSpec) -> None:
    teacher = Scripted({})
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
