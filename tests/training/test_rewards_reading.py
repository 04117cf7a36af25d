"""Which passages of an answer say something of their own."""

import pytest

from training.rewards.reading import read

PROMPT = [
    {"role": "system", "content": "Answer as an outline."},
    {"role": "user", "content": "since then i have a dry tickly cough all day"},
]
FIRST = "ask your doctor for losartan tomorrow morning"


@pytest.mark.parametrize(
    ("second", "own"),
    [
        ("no syrup will cure it", True),
        (FIRST, False),
        ("Tomorrow morning, ask the doctor for losartan.", False),
        ("ask your doctor for losartan tomorrow evening", True),
        ("you have had a dry tickly cough all day", False),
        ("...", False),
    ],
)
def test_a_copy_a_shuffled_copy_and_the_prompt_again_are_not_its_own(second: str, own: bool) -> None:
    answer = [{"role": "assistant", "content": f"- {FIRST}\n- {second}"}]
    assert read(PROMPT, answer).own == ((FIRST, second) if own else (FIRST,))
