"""What the figures of a condition do not show by themselves."""

from evals.report.contents import Contents, Scored, words

_SHOWN = 12


def remarks(contents: Contents) -> list[str]:
    """Return the remarks on all conditions."""
    return [remark for each in contents.scored for remark in of_condition(each)]


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


def how(contents: Contents) -> str:
    """Return in a sentence or two how the completions were made."""
    generation, said = contents.config.generation, words()
    values = generation.model_dump()
    sampling = said["sampled"] if generation.temperature else said["greedy"]
    penalty = "" if generation.repetition_penalty == 1 else said["penalty"]
    return said["how"].format(
        **values,
        questions=contents.config.questions,
        precision=said["precision"].get(generation.dtype, generation.dtype),
        sampling=sampling.format(**values),
        penalty=penalty.format(**values),
    )


def contract(contents: Contents) -> str:
    """Return the structure contract in one sentence."""
    said, spec = words()["leads"], contents.spec
    return said["contract"].format(
        min_depth=spec.min_depth,
        max_children=spec.max_children,
        alone="" if spec.allow_prose else said["only"],
        top=said["top"].format(max_roots=spec.max_roots) if spec.max_roots else "",
    )
