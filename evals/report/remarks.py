"""What the figures of a condition do not show by themselves."""

from evals.judge.summary import read_verdicts
from evals.report.contents import Contents, Scored, set_name, words
from outline import is_english

_SHOWN = 12
_MANY = 0.1
"""Share of the verdicts asked for from which those that could not be read are remarked upon."""


def remarks(contents: Contents) -> list[str]:
    """Return the remarks on all conditions, and on their judge."""
    found = [remark for each in contents.scored for remark in (*_of_sampling(contents, each), *of_condition(each))]
    return [*found, *_of_another_contract(contents), *_of_other_languages(contents), *_of_judge(contents)]


def of_condition(scored: Scored) -> list[str]:
    """Return what is to be known of one: saved answers, a grammar, what was cut, never ended, or is missing."""
    said, row = words()["remarks"], scored.row
    found = [said["saved"].format(name=row.name)] if scored.result.subject.entry.completions else []
    if row.constrained and row.n:
        found.append(said["constrained"].format(name=row.name))
    if row.constrained and row.broken_truncated:
        shown = ", ".join(str(id + 1) for id in row.broken_truncated[:_SHOWN])
        more = ", ..." if len(row.broken_truncated) > _SHOWN else ""
        count = len(row.broken_truncated)
        found.append(said["broken_truncated"].format(name=row.name, count=count, questions=shown + more))
    for key in ("compliant_truncated", "unanswered"):
        if count := getattr(row, key):
            found.append(said[key].format(name=row.name, count=count))
    if row.error or row.unscored:
        key = "error" if row.error else "unscored"
        found.append(said[key].format(name=row.name, unscored=row.unscored, error=row.error))
    return found


def _of_sampling(contents: Contents, scored: Scored) -> list[str]:
    """Say that an endpoint samples by its own section, where `how` calls all models greedy."""
    endpoint = scored.result.subject.entry.endpoint
    if not endpoint or endpoint.temperature == 0 or (contents.config.generation.temperature and endpoint.temperature):
        return []
    key = "untold" if endpoint.temperature is None else "warm"
    return [words()["remarks"][key].format(name=scored.row.name, temperature=endpoint.temperature)]


def _of_another_contract(contents: Contents) -> list[str]:
    """Say where answers are held against a contract that their questions do not ask for."""
    found = []
    tasks = {each.row.task: each.result.condition.task for each in contents.scored}
    for name in (name for name, task in tasks.items() if task.options.instruction == "asked"):
        asked = contents.evaluation.questions[name]
        if count := sum(bool(each.system) and contents.spec.instruction() not in each.system for each in asked):
            found.append(words()["remarks"]["another_contract"].format(task=name, count=count, n=len(asked)))
    return found


def _of_other_languages(contents: Contents) -> list[str]:
    found = []
    for name in contents.sets:
        asked = contents.questions(name)
        if count := sum(not is_english(each.reference or each.user) for each in asked):
            said = words()["remarks"]["other_language"]
            found.append(said.format(count=count, n=len(asked), questions=set_name(name)))
    return found


def _of_judge(contents: Contents) -> list[str]:
    read, unread = read_verdicts(contents.judge) if contents.judge else (0, {})
    count = sum(unread.values())
    if not unread or count < _MANY * (read + count):
        return []
    reasons = ", ".join(f"{reason}: {times}" for reason, times in unread.items())
    return [words()["remarks"]["judge"].format(read=read, asked=read + count, reasons=reasons)]


def how(contents: Contents) -> str:
    """Return in a sentence or two whose questions were asked, and how the completions were made that were made here."""
    generation, said = contents.config.generation, words()
    asked = said["asked"].format(questions=contents.config.questions)
    if all(each.result.subject.entry.completions for each in contents.scored):
        return asked
    values = generation.model_dump()
    sampling = said["sampled"] if generation.temperature else said["greedy"]
    penalty = "" if generation.repetition_penalty == 1 else said["penalty"]
    made = said["how"].format(
        **values,
        precision=said["precision"].get(generation.dtype, generation.dtype),
        sampling=sampling.format(**values),
        penalty=penalty.format(**values),
    )
    return f"{asked} {made}"


def contract(contents: Contents) -> str:
    """Return the structure contract in one sentence."""
    said, spec = words()["leads"], contents.spec
    return said["contract"].format(
        min_depth=spec.min_depth,
        max_children=spec.max_children,
        alone="" if spec.allow_prose else said["only"],
        top=said["top"].format(max_roots=spec.max_roots) if spec.max_roots else "",
    )
