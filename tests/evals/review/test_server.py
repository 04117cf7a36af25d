"""What the server answers to whom."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from evals.review.access import HEADERS, read_token
from evals.review.plan import Study
from evals.review.ratings import AXES
from evals.review.run import ReviewRun
from evals.review.screen import answer
from evals.review.server import Review, create_app
from evals.review.store import RatingStore
from settings import UserError
from tests.evals.review.results import NAMES

TOKEN = "correct horse battery staple"
VERDICTS = dict.fromkeys(AXES, "left")


@pytest.fixture
def rating(study: Study) -> dict[str, Any]:
    """What a page of this study sends."""
    named = {"rater": "anna", "study": study.digest[:16], "position": 0}
    return {**named, "verdicts": VERDICTS, "comment": "", "seconds": 3.2, "sent": 10}


@pytest.fixture
def client(tmp_path: Path, run: ReviewRun, study: Study) -> Callable[..., TestClient]:
    store = RatingStore(tmp_path / "r.sqlite")
    store.claim(study)

    def make(host: str = "127.0.0.1", token: str | None = None) -> TestClient:
        return TestClient(create_app(Review(run, study, store), host, token), base_url="http://127.0.0.1:1")

    return make


def screen_of(rating: dict[str, Any], position: int) -> dict[str, Any]:
    return {"rater": rating["rater"], "study": rating["study"], "position": position}


def test_a_rating_is_stored_and_comes_back(client: Callable[..., TestClient], rating: dict[str, Any]) -> None:
    here = client()
    entered = here.post("/api/enter", json={"rater": "  an \n na "}).json()
    assert (entered["rater"], entered["total"], entered["done"]) == ("an na", 12, [])
    assert here.post("/api/rate", json=rating).json() == {"done": [0]}
    assert here.post("/api/rate", json=rating).json() == {"done": [0]}
    shown = here.post("/api/show", json=screen_of(rating, 0)).json()
    assert shown["rating"] == {"verdicts": VERDICTS, "comment": ""}
    assert here.post("/api/enter", json={"rater": "anna"}).json()["done"] == [0]
    assert here.post("/api/enter", json={"rater": "ben"}).json()["done"] == []


def test_no_response_names_a_condition_or_shows_a_think_block(
    client: Callable[..., TestClient], rating: dict[str, Any]
) -> None:
    here = client()
    pages = [here.get(path) for path in ("/", "/review.js", "/answers.js", "/review.css", "/icon.svg")]
    pages += [here.post("/api/enter", json={"rater": "anna"}), here.post("/api/rate", json=rating)]
    pages += [here.post("/api/show", json=screen_of(rating, at)) for at in range(12)]
    pages += [here.get("/nothing"), here.post("/api/show", json=screen_of(rating, 99))]
    for page in pages:
        assert not re.search("|".join((*NAMES, "quillon", "zephyrine", "trial")), page.text + str(page.headers))
        sent = {name.lower(): value for name, value in page.headers.items()}
        assert all(sent[name.lower()] == value for name, value in HEADERS.items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdicts": {"overall": "left"}}, "a rating says of each of structure"),
        ({"verdicts": dict.fromkeys(AXES, "best")}, "one of left, tie, both_bad, right"),
        ({"position": 12}, "there are 12 screens"),
        ({"position": -1}, "greater than or equal to 0"),
        ({"rater": " "}, "a name has 1 to 64 characters"),
        ({"rater": "a\u202eb"}, "characters that can be read"),
        ({"comment": "x" * 4001}, "at most 4000 characters"),
        ({"comment": "\ud800"}, "unicode"),
        ({"seconds": "nan"}, "less than or equal to 604800"),
        ({"study": "0" * 16}, "other answers are rated here now"),
        ({"extra": 1}, "not permitted"),
    ],
)
def test_a_wrong_rating_is_refused_in_one_line(
    client: Callable[..., TestClient], rating: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    headers = {"content-type": "application/json"}
    response = client().post("/api/rate", content=json.dumps({**rating, **change}), headers=headers)
    assert 400 <= response.status_code < 500
    assert message in response.json()["error"]
    assert client().post("/api/enter", json={"rater": "anna"}).json()["done"] == []


def test_a_rating_that_cannot_be_kept_is_not_acknowledged(
    tmp_path: Path, run: ReviewRun, study: Study, rating: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    store = RatingStore(tmp_path / "r.sqlite")
    store.close()
    here = TestClient(create_app(Review(run, study, store), "127.0.0.1", None), base_url="http://127.0.0.1")
    response = here.post("/api/rate", json=rating)
    assert response.status_code == 503
    assert response.json() == {"error": "Not saved: the server cannot keep ratings now. Save again."}
    assert "r.sqlite: the ratings cannot be kept here" in caplog.text


def test_without_the_token_nothing_of_the_study_is_told(
    client: Callable[..., TestClient], rating: dict[str, Any]
) -> None:
    here = client("0.0.0.0", TOKEN)
    for path in ("enter", "show", "rate"):
        assert here.post(f"/api/{path}", json=rating).status_code == 401
    assert here.post("/api/token", json={"token": TOKEN[:-1]}).status_code == 401
    given = here.post("/api/token", json={"token": f" {TOKEN}\n"})
    assert given.status_code == 200
    assert TOKEN not in given.headers["set-cookie"]
    assert re.search("httponly.*samesite=strict", given.headers["set-cookie"], re.IGNORECASE)
    assert here.post("/api/enter", json={"rater": "anna"}).status_code == 200
    here.cookies.set("review", "guess")
    assert here.post("/api/enter", json={"rater": "anna"}).status_code == 401


def test_other_sites_and_large_requests_are_refused(client: Callable[..., TestClient]) -> None:
    here = client()
    assert here.get("/", headers={"host": "evil.example"}).status_code == 421
    assert here.get("/", headers={"host": "[::1]:7860"}).status_code == 200
    assert here.post("/api/enter", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    json_type = {"content-type": "application/json"}
    assert here.post("/api/enter", content=iter([b"{}"]), headers=json_type).status_code == 411
    assert here.post("/api/enter", content=b" " * 70_000, headers=json_type).status_code == 413
    assert client("0.0.0.0", TOKEN).get("/", headers={"host": "review.example"}).status_code == 200


def test_the_server_asks_nobody(folder: Path, root: Path) -> None:
    """From its first import to an answered call: no address is looked up and none connected to."""
    script = Path(__file__).with_name("asks_nobody.py")
    environment = {**os.environ, "PYTHONPATH": str(root)}
    ended = subprocess.run(
        [sys.executable, script, folder], capture_output=True, text=True, check=True, env=environment
    )
    assert ended.stdout == "[]\n"


def test_only_loopback_goes_without_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_token("127.0.0.1", None, None) is None
    monkeypatch.setenv("RATERS", TOKEN)
    monkeypatch.setenv("SHORT", "secret")
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    assert read_token("0.0.0.0", "RATERS", None) == read_token("127.0.0.1", None, file) == TOKEN
    for arguments, message in (
        (("0.0.0.0", None, None), "raters need a token"),
        (("0.0.0.0", "SHORT", None), "at least 16 characters, got 6"),
        (("0.0.0.0", "ABSENT", None), "at least 16 characters, got 0"),
        (("0.0.0.0", None, tmp_path / "none"), "No such file"),
    ):
        with pytest.raises(UserError, match=message) as raised:
            read_token(*arguments)
        assert "secret" not in str(raised.value)


def test_an_answer_is_its_blocks_in_reading_order() -> None:
    text = "<think>a\n- b</think>Here:\n\n- **One**\n  - two\n    - three\n- four\n\nafter\n\n1. five"
    shown = answer(text)
    assert "think" not in shown["raw"]
    assert shown["blocks"] == [
        {"prose": "Here:"},
        {"points": [(1, "**One**"), (2, "two"), (3, "three"), (1, "four")]},
        {"prose": "after"},
        {"points": [(1, "five")]},
    ]
    assert answer("<think>never ends") == {"raw": None, "blocks": []}
    assert answer("") == {"raw": "", "blocks": []}
