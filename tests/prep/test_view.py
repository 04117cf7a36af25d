"""What `prep.view` works out before a browser sees it: the run's rows, alignment, findings, the page's text."""

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from outline import StructureSpec
from prep.__main__ import main as prep
from prep.view.__main__ import main
from prep.view.align import align, words_of
from prep.view.findings import UNCOVERED, UNPLACED, examine
from prep.view.payload import number_kinds, row_payload
from prep.view.run import read_run
from settings import UserError, write_jsonl, write_text
from tests.prep.conftest import make_rows, outline_of

HOSTILE = '</script><script>window.hit = 1</script><img src=x onerror="window.hit = 1"> \u2028 <!-- & "'
REPLY = "take losartan 50 mg once daily and do not stop it suddenly drink three glasses of water every morning"
KEPT = (
    "- **Recommendation**\n  - Medicine\n    - Take losartan 50 mg once daily\n    - Do not stop it suddenly\n"
    "  - Drink three glasses of water"
)
REFUSED = (
    "Here it is:\n\n- Advice\n  - Medicine\n    - Take losartan 70 mg once daily\n    - Stop it suddenly\n"
    "    - Eat purple carrots\n  - Drink three glasses of water every morning"
)


def given(number: int, **fields: Any) -> dict[str, Any]:
    """A row of the Arrow dataset that was kept, of words that no other has."""
    row = make_rows(1, seed=100 + number)[0]
    severity = ("low severity", "medium severity", "high severity", "")[number % 4]
    arrow = {**row, "Status": severity, "_original_doctor": row["Doctor"], "_conversion_success": True}
    return {**arrow, "Doctor": outline_of(row["Doctor"]), **fields}


def unconverted(number: int, reply: str | None, **fields: Any) -> dict[str, Any]:
    return given(number, Doctor=reply, _original_doctor=reply, _conversion_success=False, **fields)


def failure(index: int, kind: str, *attempts: Mapping[str, Any], status: str = "failed") -> dict[str, Any]:
    reason = f"{kind}, says the gate"
    return {"index": index, "status": status, "kind": kind, "reason": reason, "attempts": list(attempts)}


def attempt(answer: str, *violations: str, error: str | None = None) -> dict[str, Any]:
    requests = [{"error": error, "seconds": 1.25, "response": {}}] if error else []
    return {"fingerprint": "f", "answer": answer, "violations": list(violations), "requests": requests}


ROWS = [
    given(0, Doctor=KEPT, _original_doctor=REPLY, Patient="my pressure is 150"),
    unconverted(1, REPLY),
    unconverted(2, "rest"),
    unconverted(3, None),
    given(4, Description=HOSTILE, Patient=HOSTILE, Status=HOSTILE, Doctor=f"- {HOSTILE}\n  - a\n    - b"),
    unconverted(5, f"🩺🩺 {HOSTILE} take 75 mg"),
    *(given(number) for number in range(6, 40)),
]
WIDE = "- a\n  - b\n" + "\n".join(f"    - take {word}" for word in "losartan once daily stop drink water".split())
FAILURES = [
    failure(1, "fidelity", attempt(WIDE, error="HTTP 500"), attempt(REFUSED, "coverage: 12% of it", "cut off: it was")),
    failure(2, "not enough content"),
    failure(3, "null reply", status="skipped"),
    failure(5, HOSTILE, attempt(f"- {HOSTILE}\n- 🩺 take 99 mg", f"empty: {HOSTILE}")),
]


def leave(out: Path, rows: Sequence[Mapping[str, Any]], failures: Sequence[Mapping[str, Any]]) -> Path:
    """Leave in `out` what a prep run leaves there."""
    import datasets

    datasets.disable_progress_bars()
    datasets.Dataset.from_list([dict(row) for row in rows]).save_to_disk(out / "processed/hierarchical_dataset")
    write_jsonl(out / "failed.jsonl", failures)
    manifest = {"source": HOSTILE, "teacher": {"name": "openai", "model": "a-model"}}
    write_text(out / "manifest.json", json.dumps(manifest))
    return out


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leave(tmp_path_factory.mktemp("run"), ROWS, FAILURES)


@pytest.fixture
def view(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the command and return the page's text."""
    monkeypatch.chdir(root)

    def run(out: Path, *arguments: str) -> str:
        assert main([str(out), *arguments]) == 0
        return (out / "view.html").read_text("utf-8")

    return run


def embedded(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("seed", range(20))
def test_a_copied_stretch_is_found_exactly(seed: int) -> None:
    chance = random.Random(seed)
    words = [row["Description"] for row in make_rows(12, seed)]
    reply = " and then ".join(words)
    picked = chance.sample(words, 5)
    aligned = align(reply, [text.capitalize() for text in picked])
    found = [[reply[start:end] for start, end in spans] for spans in aligned.spans]
    assert found == [[text] for text in picked]
    assert aligned == align(reply, [text.capitalize() for text in picked])
    # Every content word is either in a span or uncovered, and none is both.
    covered = {at for spans in aligned.spans for start, end in spans for at in range(start, end)}
    uncovered = {at for start, end in aligned.uncovered for at in range(start, end)}
    for word in words_of(reply):
        if word.content:
            assert (word.start in covered) != (word.start in uncovered)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("Losartan: 50 mg, once daily, take it", ["take losartan 50 mg once daily"]),
        ("3 glasses of water", ["three glasses of water"]),
        ("Losartan, with water", ["losartan", "water"]),
        ("Morning: drink water", ["drink three glasses of water every morning"]),
        ("Eat purple carrots", []),
        ("", []),
        ("- * -", []),
    ],
)
def test_a_reworded_point_is_found_where_most_of_its_words_are(point: str, expected: list[str]) -> None:
    spans = align(REPLY, [point]).spans[0]
    assert [REPLY[start:end] for start, end in spans] == expected


def test_of_equal_places_each_copy_is_taken_once() -> None:
    reply = "rest in bed then rest in bed"
    assert align(reply, ["Rest in bed"] * 2).spans == (((0, 11),), ((17, 28),))


def test_findings_stand_at_their_words(spec: StructureSpec) -> None:
    found = examine(REPLY, "", REFUSED, spec, ["coverage: 12% of it", "list_only: not any more"])
    kinds = [finding.kind for finding in found.findings]
    lost = {REPLY[mark.start : mark.end] for mark in found.marks if kinds[mark.finding].startswith("fidelity: lost")}
    invented = {point.text[mark.start : mark.end] for point in found.points for mark in point.marks}
    assert any("50" in text for text in lost)
    assert any(text.startswith("not") and "stop" in text for text in lost)
    assert len(invented) == 1
    assert "70" in min(invented)
    placed = {point.text: [kinds[number] for number in point.findings] for point in found.points if point.findings}
    assert placed == {"Here it is:": ["structure: list_only"], "Eat purple carrots": [UNPLACED]}
    assert kinds.count("refused: coverage") == 1


def test_what_the_gate_recorded_is_not_told_twice(spec: StructureSpec) -> None:
    first = examine(REPLY, "", REFUSED, spec)
    structure = [f"list_only: {finding.message}" for finding in first.findings if "list_only" in finding.kind]
    assert len(structure) == 1
    assert examine(REPLY, "", REFUSED, spec, structure) == first


def test_an_outline_of_the_replys_own_words_has_no_finding(spec: StructureSpec) -> None:
    found = examine(REPLY, "", KEPT, spec)
    assert [finding.kind for finding in found.findings] == [UNCOVERED]
    assert [REPLY[mark.start : mark.end] for mark in found.marks] == ["every morning"]
    fenced = examine(REPLY, "", f"```\n{KEPT.replace('- ', '• ')}\n```", spec)
    assert fenced.points == found.points


def test_every_row_is_in_the_page_as_it_is(out: Path, view: Callable[..., str]) -> None:
    rows = embedded(view(out))["rows"]
    assert [row["index"] for row in rows] == list(range(len(ROWS)))
    assert [row["reply"] for row in rows] == [row["_original_doctor"] for row in ROWS]
    assert [row["status"] for row in rows[:6]] == ["kept", "failed", "failed", "skipped", "kept", "failed"]
    assert [len(row["attempts"]) for row in rows[:6]] == [1, 2, 0, 0, 1, 1]
    assert rows[1]["attempts"][0]["requests"] == ["error after 1.2 s: HTTP 500"]


def test_the_page_loads_nothing_and_no_text_ends_its_script(out: Path, view: Callable[..., str]) -> None:
    page = view(out)
    assert page.count("</script>") == page.count("<script") == 2
    assert "<img" not in page
    assert not re.search(r"""(src|href)\s*=|@import|url\(|https?:""", page.replace("img src=x", ""))


def test_an_unfinished_run_says_so(out: Path, tmp_path: Path, view: Callable[..., str]) -> None:
    assert "not finished" not in view(out)
    unfinished = leave(tmp_path / "run", ROWS[:4], [])
    (unfinished / "manifest.json").unlink()
    page = view(unfinished)
    assert "This run is not finished" in page
    assert embedded(page)["rows"][1]["kind"] == "unknown"


def test_another_spec_makes_other_findings(tmp_path: Path, view: Callable[..., str]) -> None:
    out = leave(tmp_path / "run", ROWS[:1], [])
    (tmp_path / "deep.yml").write_text("{min_depth: 4, max_children: 5, max_roots: 5, allow_prose: false}")
    assert embedded(view(out))["kinds"] == [UNCOVERED]
    assert embedded(view(out, "--spec", str(tmp_path / "deep.yml")))["kinds"] == ["structure: min_depth", UNCOVERED]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda out: None, "there is no such folder"),
        (lambda out: out.mkdir(), "holds no processed/hierarchical_dataset"),
        (lambda out: (out / "processed/hierarchical_dataset").mkdir(parents=True), "failed.jsonl"),
        (lambda out: leave(out, ROWS[:1], []) and (out / "manifest.json").write_text("{"), "no manifest"),
        (
            lambda out: (
                leave(out, ROWS[:1], [])
                and next(out.rglob("*.arrow")).write_bytes(b"\xff\xff\xff\xff\x10\x00\x00\x00broken")
            ),
            "the dataset cannot be read",
        ),
    ],
)
def test_what_cannot_be_shown_is_one_message(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], Any], message: str
) -> None:
    monkeypatch.chdir(root)
    damage(tmp_path / "out")
    with pytest.raises(UserError, match=message):
        main([str(tmp_path / "out")])
    assert not (tmp_path / "out/view.html").exists()


def test_the_command_shows_what_a_run_left(tmp_path: Path, root: Path, view: Callable[..., str]) -> None:
    config = ["--config", "configs/prep-sample.yml", f"out={tmp_path}"]
    assert prep([*config, "--limit", "20"]) == 0
    page = embedded(view(tmp_path, *config[:2]))
    spec = StructureSpec.load()
    rows = [row_payload(row, spec) for row in read_run(tmp_path).rows]
    kinds = number_kinds(rows)
    assert page == {"kinds": kinds, "rows": rows}
    assert len(rows) == 20
    # The offline teacher copies: each of its points stands in the reply.
    assert not any("findings" in point for row in rows for tried in row["attempts"] for point in tried["points"])
