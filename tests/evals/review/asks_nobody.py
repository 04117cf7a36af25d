"""Start the server over the run that the argument names, ask it for a screen, print which addresses were sought."""

import sys
from pathlib import Path

asked = []


def hook(name: str, values: object) -> None:
    if name in ("socket.connect", "socket.getaddrinfo"):
        asked.append((name, values))


def main(folder: Path) -> None:
    sys.addaudithook(hook)  # before the first import
    from settings import disable_telemetry

    disable_telemetry()
    from starlette.testclient import TestClient

    from evals.review.plan import choose_pairs, make_study
    from evals.review.run import load_run
    from evals.review.server import Review, create_app
    from evals.review.store import RatingStore

    run = load_run(folder)
    study = make_study(run, choose_pairs(run, None), 10, 0, 0)
    review = Review(run, study, RatingStore(folder / "review.sqlite"))
    with TestClient(create_app(review, "127.0.0.1", None), "http://localhost") as here:
        assert (
            here.post("/api/show", json={"rater": "anna", "study": study.digest[:16], "position": 0}).status_code == 200
        )
    print(asked)


main(Path(sys.argv[1]))
