"""The progress of a generation, as it is told where there is no terminal."""

from evals.progress import GenerationProgress
from settings import console


def told(*steps: int) -> str:
    progress = GenerationProgress("[m]", total=5, done=1)
    with console.capture() as printed, progress:
        for tokens in steps:
            progress.stepped(tokens)
        progress.completed(2)
    return printed.get().strip()


def test_a_model_that_is_not_stepped_here_has_no_rate() -> None:
    assert told() == "[m]: 3 of 5 questions"


def test_a_model_in_this_process_has_a_rate() -> None:
    said = told(4, 8)
    assert said.startswith("[m]: 3 of 5 questions, 12 tokens, ")
    assert said.endswith(" a second")
