"""A model card from what was measured, and from what lies beside the weights."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.config import folder_name
from evals.entries import ModelEntry
from evals.measures import measures
from evals.pages import templates
from evals.report.contents import Contents, Scored, set_name
from evals.report.leads import leading
from evals.report.remarks import how, of_condition
from evals.report.text import interval_text, sentence, value_text
from outline import is_english
from settings import read_yaml
from settings.model_folder import ADAPTER, told

CARD = "MODEL_CARD.md"


@dataclass(frozen=True)
class Origin:
    """What the files beside the weights say of a model; None and empty where they say nothing."""

    base: str | None
    adapter: bool
    settings: dict[str, str]
    data: tuple[str, ...]


def cards(contents: Contents) -> dict[Path, str]:
    """Return the card of each local model by its path below the run's folder; checkpoints get none of their own."""
    found: dict[str, list[Scored]] = {}
    for each in contents.scored:
        if each.result.subject.entry.path and each.row.step is None and each.row.n:
            found.setdefault(each.row.model, []).append(each)
    return {Path(folder_name(name)) / CARD: card(contents, name, scored) for name, scored in found.items()}


def card(contents: Contents, name: str, scored: Sequence[Scored]) -> str:
    """Return a model's card: front matter for the Hugging Face hub, what it is, what was measured, its limits."""
    origin = read_origin(scored[0].result.subject.entry)
    front = yaml.safe_dump(_front(contents, name, origin, scored), sort_keys=False, allow_unicode=True)
    page = templates(Path(__file__).with_name("page"), keep_trailing_newline=True).get_template("model_card.md.j2")
    return page.render(
        front=front,
        name=name,
        origin=origin,
        instruction=contents.spec.instruction(),
        how=how(contents),
        run=contents.config.run,
        said=_sentences(contents, {each.row.name for each in scored}),
        sets=[(set_name(each.row.question_set), each.row, _figures(each)) for each in scored],
        remarks=[remark for each in scored for remark in of_condition(each)],
    )


def read_origin(entry: ModelEntry) -> Origin:
    """Return what config.yml (a training run's) and adapter_config.json tell."""
    folder = entry.adapter or entry.path
    assert folder is not None
    adapter, run = folder / ADAPTER, folder / "config.yml"
    config: dict[str, Any] = dict(read_yaml(run)) if run.is_file() else {}
    base = config.get("base_model")
    if not base and adapter.is_file():
        base = json.loads(adapter.read_text(encoding="utf-8")).get("base_model_name_or_path")
    if not base and entry.adapter and entry.path:
        base = entry.path
    return Origin(
        base=str(base) if base else None,
        adapter=adapter.is_file(),
        settings=told(config),
        data=tuple(str(each["path"]) for each in config.get("datasets") or [] if each.get("path")),
    )


def _front(contents: Contents, name: str, origin: Origin, scored: Sequence[Scored]) -> dict[str, Any]:
    on_hub = origin.base and origin.base.count("/") == 1 and not Path(origin.base).exists()
    return {
        **({"base_model": origin.base} if on_hub else {}),
        **({"language": "en"} if _asked_in_english(contents) else {}),
        "pipeline_tag": "text-generation",
        "library_name": "peft" if origin.adapter else "transformers",
        "tags": ["outline", *(["lora"] if origin.adapter else [])],
        "model-index": [{"name": name, "results": [_index(contents, each) for each in scored]}],
    }


def _asked_in_english(contents: Contents) -> bool:
    """Whether most questions of the run's first set read as English, which is all that can be told of a language."""
    asked = contents.questions(next(iter(contents.sets)))
    return 2 * sum(is_english(each.reference or each.user) for each in asked) >= len(asked)


def _index(contents: Contents, scored: Scored) -> dict[str, Any]:
    own = scored.result.condition.task.options.own_questions
    return {
        "task": {"type": "text-generation", "name": scored.row.task},
        "dataset": {"type": own or str(contents.config.questions), "name": set_name(scored.row.question_set)},
        "metrics": [
            {"type": key, "name": measures()[key].heading, "value": round(figure.value, 4)}
            for key, figure in scored.row.figures.items()
            if measures()[key].columns
        ],
    }


def _sentences(contents: Contents, names: set[str]) -> list[str]:
    """What the run says of the model beside another, where it was made to compare the two."""
    return [
        sentence(pair, family.measure, contents.config.statistics.confidence)
        for family in contents.compared.families
        for pair in leading(contents, family)
        if names & {pair.comparison.first, pair.comparison.second}
    ]


def _figures(scored: Scored) -> list[tuple[str, str, str, str]]:
    found = scored.row.figures
    return [
        (measure.heading, value_text(measure, figure.value), interval_text(measure, figure), measure.note)
        for key, measure in measures().items()
        if (figure := found.get(key))
    ]
