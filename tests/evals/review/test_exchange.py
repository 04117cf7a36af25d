"""Ratings leave as files and come back as they were."""

import json
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.review.plan import Study
from evals.review.ratings import AXES, VERDICTS, Rating
from evals.review.report.__main__ import main
from evals.review.report.exchange import argilla_records, export, export_argilla, import_
from evals.review.run import ReviewRun
from evals.review.store import RatingStore
from outline import extract_answer
from settings import UserError, read_jsonl, write_jsonl
from tests.evals.review.results import HOSTILE, NAMES
from tests.evals.review.simulated import rating, simulate

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["=1+1", "'=x", "''", "-5", 'a,b\r\n"c"', "\ufeff", "\0", HOSTILE]
)


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_what_is_exported_comes_back_as_it_was(
    tmp_path: Path, run: ReviewRun, study: Study, suffix: str, data: st.DataObject
) -> None:
    verdict = st.sampled_from(list(VERDICTS))
    made = [
        rating(
            study,
            rater,
            showing,
            {axis: data.draw(verdict) for axis in AXES},
            comment=data.draw(TEXTS),
            seconds=data.draw(st.floats(0, 1e6)),
        )
        for rater in ("=anna", "ben")
        for showing in study.showings(rater)[:2]
    ]
    path, database = tmp_path / f"r.{suffix}", tmp_path / "back.sqlite"
    export(made, path)
    database.unlink(missing_ok=True)
    store = RatingStore(database)
    assert import_(path, run, store) == len(made)
    assert import_(path, run, store) == 0
    assert store.ratings() == sorted(made, key=lambda each: (each.rater, each.position))
    store.claim(study)
    store.close()
    for left in tmp_path.glob("back.sqlite*"):
        left.unlink()


def test_a_csv_holds_no_formula(tmp_path: Path, study: Study) -> None:
    showing = study.showings("anna")[0]
    texts = ["=1+1", "+1", "-1", "@x", "\t=1"]
    export(
        [rating(study, "a", showing, dict.fromkeys(AXES, "tie"), comment=text) for text in texts], tmp_path / "r.csv"
    )
    for line in (tmp_path / "r.csv").read_text().split("\n")[1:-1]:
        assert not any(cell.startswith(('"=', '"+', '"-', '"@', '"\t')) for cell in line.split(","))


@pytest.fixture
def made(study: Study) -> list[Rating]:
    return simulate(study, ["anna", "ben"], dict.fromkeys(NAMES, 0.0), tie=0.2, seed=4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"overall": "best"}, "row 2: overall: must be 'left', 'tie', 'both_bad' or 'right', got 'best'"),
        ({"position": -1}, "row 2: position: must be greater than or equal to 0, got -1"),
        ({"extra": 1}, "row 2: extra: Extra inputs are not permitted"),
        ({"left": "other"}, "row 2: the run 'trial' has no such pair"),
        ({"question": 99}, "row 2: the run 'trial' has no such pair"),
        ({"study": "0"}, "row 2: this rating is of another study"),
    ],
)
def test_a_wrong_row_is_named_and_none_is_taken(
    tmp_path: Path, run: ReviewRun, made: list[Rating], change: dict[str, object], message: str
) -> None:
    export(made, tmp_path / "r.jsonl")
    rows = read_jsonl(tmp_path / "r.jsonl")
    write_jsonl(tmp_path / "r.jsonl", [rows[0], rows[1] | change, *rows[2:]])
    store = RatingStore(tmp_path / "back.sqlite")
    with pytest.raises(UserError) as raised:
        import_(tmp_path / "r.jsonl", run, store)
    assert message in str(raised.value)
    assert (store.ratings(), store.study()) == ([], {})


def test_files_of_other_kinds_are_refused(tmp_path: Path, run: ReviewRun, made: list[Rating]) -> None:
    store = RatingStore(tmp_path / "back.sqlite")
    (tmp_path / "r.jsonl").write_text("")
    (tmp_path / "r.csv").write_bytes(b"\xff\xfe")
    for name, message in (
        ("r.xlsx", "files named .jsonl or .csv"),
        ("r.jsonl", "no ratings"),
        ("r.csv", "cannot be read"),
    ):
        with pytest.raises(UserError, match=message):
            import_(tmp_path / name, run, store)
    with pytest.raises(UserError, match=r"\.json or \.jsonl"):
        export_argilla(made, run, tmp_path / "r.csv")


def test_argilla_gets_one_record_a_pair_with_every_raters_answers(
    tmp_path: Path, run: ReviewRun, study: Study, made: list[Rating]
) -> None:
    made[0] = replace(made[0], comment="a note")
    records = argilla_records(made, run)
    assert len(records) == len(study.items)
    for record in records:
        assert set(record) == {"id", "fields", "metadata", "suggestions", "responses", "vectors"}
        assert set(AXES) <= set(record["responses"]) <= {*AXES, "comment"}
        for axis in AXES:
            users = [uuid.UUID(each["user_id"]) for each in record["responses"][axis]]
            assert len(users) == len(set(users)) == 2
            assert {each["value"] for each in record["responses"][axis]} <= {"a", "b", "tie", "both_bad"}
        for letter in "ab":
            name = record["metadata"][f"condition_{letter}"]
            answer = extract_answer(run.completions[name][record["metadata"]["question"]])
            assert record["fields"][f"answer_{letter}"] == answer
    first = next(each for each in records if each["metadata"]["question"] == made[0].question)
    answer = first["responses"]["overall"][0]["value"]
    said = {"a": sorted(NAMES)[0], "b": sorted(NAMES)[1]}.get(answer, answer)
    assert said == made[0].preferred("overall")
    export_argilla(made, run, tmp_path / "r.json")
    export_argilla(made, run, tmp_path / "r.jsonl")
    assert json.loads((tmp_path / "r.json").read_text()) == read_jsonl(tmp_path / "r.jsonl") == records


def test_ratings_of_two_machines_come_together(folder: Path, tmp_path: Path, study: Study, made: list[Rating]) -> None:
    here = RatingStore(folder / "review.sqlite")
    here.claim(study)
    for each in made:
        if each.rater == "anna":
            here.put(each)
    here.close()
    export([each for each in made if each.rater == "ben"], tmp_path / "ben.csv")
    arguments = ["--import", str(tmp_path / "ben.csv"), "--export", str(tmp_path / "all.jsonl")]
    assert main(["--run", str(folder), *arguments]) == 0
    assert len(read_jsonl(tmp_path / "all.jsonl")) == len(made)
    assert RatingStore(folder / "review.sqlite").ratings() == made
