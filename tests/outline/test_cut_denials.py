"""A denial that two points share is lost: each is read alone."""

import pytest

from outline import check_fidelity


@pytest.mark.parametrize(
    ("cue", "denied"),
    [
        ("Do not let anyone", "stop it in pregnancy"),
        ("Do not let your sister", "stop the insulin"),
        ("The tablet will not", "cure the virus"),
        ("So much milk gives her hardly any", "iron"),
        ("There is no need to", "give it up"),
        ("You must never", "double the evening dose"),
        ("The scan shows no", "fracture of the wrist"),
    ],
)
@pytest.mark.parametrize(
    "points", ["- {cue}\n- {denied}", "- {denied}\n- {cue}", "- Care\n  - {denied}\n- Rest\n  - {cue}"]
)
def test_a_denial_parted_from_what_it_denies_is_a_finding(cue: str, denied: str, points: str) -> None:
    outline = points.format(cue=cue, denied=denied.capitalize())
    report = check_fidelity(f"{cue} {denied}.", outline)
    assert report.lost_negations or report.invented_negations, outline


@pytest.mark.parametrize(
    ("source", "outline"),
    [
        ("Do not drive or drink.", "- Do not\n  - Drive\n  - Drink"),
        ("A root canal would not help; a spray would.", "- What would help\n  - A spray\n  - A root canal would not"),
        ("Is surgery needed? It is not. Rest for a week.", "- Surgery is not\n- Rest for a week"),
        ("Honey does nothing at night.", "- Honey\n  - It does nothing at night"),
        ("Do not let your sister stop the insulin.", "- Your sister must not stop the insulin"),
        ("Do not let anybody stop the insulin.", "- Let nobody stop the insulin"),
        (
            "I'd rather not use oxycodone, and you shouldn't need it.",
            "- Oxycodone: I'd rather not; you shouldn't need it",
        ),
        ("Do not let the fever worry you, take the tablet.", "- Take the tablet\n- Do not let the fever worry you"),
    ],
)
def test_a_heading_that_denies_and_a_whole_denial_are_none(source: str, outline: str) -> None:
    report = check_fidelity(source, outline)
    assert not report.lost_negations + report.invented_negations, report.feedback()
