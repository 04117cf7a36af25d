"""From a run's folder to the text of the page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outline import StructureSpec
from prep.__main__ import main as prep
from prep.view.__main__ import main
from prep.view.findings import UNCOVERED
from prep.view.payload import number_kinds, row_payload
from prep.view.run import read_run
from settings import UserError
from tests.prep.view.rows import ROWS, embedded, leave


def test_every_row_is_in_the_page_as_it_is(out: Path, view: Callable[..., str]) -> None:
    rows = embedded(view(out))["rows"]
    assert [row["index"] for row in rows] == list(range(len(ROWS)))
    assert [row["reply"] for row in rows] == [row["_original_doctor"] for row in ROWS]
    assert [row["status"] for row in rows[:6]] == ["kept", "failed", "failed", "skipped", "kept", "failed"]
    assert [len(row["attempts"]) for row in rows[:6]] == [1, 2, 0, 0, 1, 1]
    # What the gate found stands among the findings; any other reason is told as it is.
    assert [row["reason"] for row in rows[:3]] == ["", "", "no answer, says the gate"]
    assert rows[2]["requests"] == ["for attempt 1: error after 1.2 s: HTTP 500", "answered after 2.0 s"]


def test_the_page_loads_nothing_and_no_text_ends_its_script(out: Path, view: Callable[..., str]) -> None:
    page = view(out)
    assert page.count("</script>") == page.count("<script") == 2
    assert "<img" not in page
    assert not re.search(
        r"""(src|href)\s*=|@import|url\(|https?:""", page.replace("img src=x", "").replace("a href=", "")
    )


def test_an_unfinished_run_says_so(out: Path, tmp_path: Path, view: Callable[..., str], capsys) -> None:
    assert "not finished" not in view(out)
    unfinished = leave(tmp_path / "run", ROWS[:4], [])
    (unfinished / "manifest.json").unlink()
    page = view(unfinished)
    assert "This run is not finished" in page
    assert "these rows may be of one before it" in " ".join(capsys.readouterr().out.split())
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
    with pytest.raises(UserError, match=r"made to keep another structure than configs/it-support/outline\.yml"):
        main([str(tmp_path), "--config", "configs/it-support/prep.yml"])
    assert main([str(tmp_path), "--spec", "configs/it-support/outline.yml"]) == 0
    # The offline teacher copies: each of its points stands in the reply.
    assert not any("findings" in point for row in rows for tried in row["attempts"] for point in tried["points"])
