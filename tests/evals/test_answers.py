import pytest

from evals.answers import extract_answer, opens_thinking, repeated_share


@pytest.mark.parametrize(
    ("completion", "answer"),
    [
        ("- a\n  - b", "- a\n  - b"),
        ("", ""),
        ("<think>plan</think>\n\n- a", "- a"),
        ("plan that the prompt opened</think>- a", "- a"),
        ("<think></think>\n- a", "- a"),
        ("<think>one</think>- a<think>two</think>- b", "- b"),
        ("<think>- a\n  - b\n    - c", None),
        ("- a\n<think>second thoughts", None),
        ("<think>one</think>- a<think>two", None),
        ("<think>done</think>", ""),
        ("  - indented as it came", "  - indented as it came"),
        ("</think>\n  - the indent of the first line stays", "  - the indent of the first line stays"),
        ("a < b and <thinking>", "a < b and <thinking>"),
    ],
)
def test_answer_is_what_follows_the_last_think_block(completion: str, answer: str | None) -> None:
    assert extract_answer(completion) == answer


@pytest.mark.parametrize(
    ("prompt", "opens"),
    [("<|Assistant|>", False), ("<|Assistant|><think>\n", True), ("<think></think>\n\n", False), ("", False)],
)
def test_prompt_that_ends_inside_a_think_block_is_seen(prompt: str, opens: bool) -> None:
    assert opens_thinking(prompt) is opens


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0.0),
        ("one two three", 0.0),
        ("a b c d e f", 0.0),
        ("rest it now please " * 10, 1 - 4 / 37),
        ("go " * 8, 0.8),
    ],
)
def test_repeated_share_counts_the_grams_seen_before(text: str, share: float) -> None:
    assert repeated_share(text) == pytest.approx(share)
