"""The card of what is pushed: a dataset's from its manifest, a model's from its run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from settings import UserError, read_yaml
from settings.model_folder import is_here, told
from training.render import data_digest
from training.use.models import RUN, Model

MANIFEST = "manifest.json"

_NO_ADVICE = (
    "This model studies how to keep a structure. It is no medical device and no source of advice, medical or any "
    "other: its answers may be wrong in ways that harm."
)


def dataset_card(folder: Path, manifest: Mapping[str, Any], pairs: list[str], licence: str | None) -> str:
    """Return the card of a prepared dataset: the one that `prep` wrote, with its licence, its pairs and its origin.

    `pairs`: the names of the preference files that are pushed too.
    """
    front, body = _parted((folder / "chat/README.md").read_text(encoding="utf-8"))
    source = _public(manifest["source"])
    body = body.replace(manifest["source"], source)
    if licence:
        front["license"] = licence
    if pairs:
        files = [{"split": Path(name).stem, "path": name} for name in pairs]
        front["configs"].append({"config_name": "preferences", "data_files": files})
    teacher = manifest["teacher"]
    rows = {
        "source": f"`{source}`, SHA-256 `{manifest['inputs']['source']}`",
        "teacher": f"`{teacher['name']}`" + (f", model `{teacher['model']}`" if teacher.get("model") else ""),
        "rows kept": f"{manifest['rows']['kept']} of {manifest['rows']['total']}",
        "requests to the teacher": manifest["usage"]["total"]["requests"],
        "cost, US dollars": f"{manifest['usage']['total']['dollars']:.2f}",
        "made with": ", ".join(f"{name} {version}" for name, version in manifest["versions"].items() if version),
    }
    return _joined(front, f"{body.rstrip()}\n\n## How it was made\n\n{_table(rows)}\n")


def _public(source: str) -> str:
    """Return the name of a source: of a file by its full path without the folders, which are this machine's affair."""
    return Path(source).name if Path(source).is_absolute() else source


def model_card(model: Model, licence: str | None, repository: str, system: str) -> str:
    """Return the card of a model that was trained here; raises `UserError` where its run is not beside it."""
    folder = model.folder
    if not (folder / RUN).is_file():
        raise UserError(
            f"{folder}: {RUN} is not there, so the card could not say how this model was trained",
            hint="`just train`, `just merge` and `just export` leave it beside the weights",
        )
    run = read_yaml(folder / RUN)
    base = str(run.get("base_model"))
    front: dict[str, Any] = {
        **({} if is_here(base) else {"base_model": base}),
        "language": "en",
        "pipeline_tag": "text-generation",
        "library_name": {"adapter": "peft", "gguf": "gguf"}.get(model.kind, "transformers"),
        "tags": ["outline", *(["lora"] if model.kind == "adapter" else [])],
        **({"license": licence} if licence else {}),
    }
    settings = {f"`{key}`": f"`{value}`" for key, value in told(run).items()}
    sections = [
        f"# {repository.rpartition('/')[2]}",
        f"`{base}`, trained to answer a question as a hierarchical outline: one nested Markdown list, "
        f"the answer first. {_WHAT[model.kind]}",
        _NO_ADVICE,
        f"## How to ask it\n\nWith the chat template of the tokenizer, greedily, under the system message that it was "
        f"trained with:\n\n> {system}",
        f"## Training\n\n{_table(settings)}",
        f"## Data\n\n{_data(run)}",
    ]
    return _joined(front, "\n\n".join(sections) + "\n")


_WHAT = {
    "folder": "These are all of its weights.",
    "adapter": "This is a LoRA adapter: it needs its base model.",
    "gguf": "This is a GGUF for llama.cpp and, by the Modelfile beside it, for Ollama; `outline.gbnf` holds an answer "
    "to the structure.",
}


def _data(run: Mapping[str, Any]) -> str:
    """What the run was trained on, from the manifest beside it, if both are still here and the same."""
    paths = [Path(str(dataset.get("path"))) for dataset in run.get("datasets") or []]
    lines = [f"Trained on {', '.join(f'`{path.name}`' for path in paths)}."]
    unchanged = Path(str(run.get("dataset_prepared_path"))).name == data_digest(run)
    for path in paths:
        manifest = path.parent.parent / MANIFEST
        if unchanged and manifest.is_file():
            made = json.loads(manifest.read_text(encoding="utf-8"))
            teacher, rows = made["teacher"], made["rows"]
            lines.append(
                f"Made from `{_public(made['source'])}` by the teacher `{teacher.get('model', teacher['name'])}`: "
                f"{rows['kept']} of {rows['total']} rows were kept."
            )
    return " ".join(lines)


def _parted(card: str) -> tuple[dict[str, Any], str]:
    _, front, body = card.split("---\n", 2)
    return yaml.safe_load(front), body


def _joined(front: Mapping[str, Any], body: str) -> str:
    return f"---\n{yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True)}---\n\n{body.lstrip()}"


def _table(rows: Mapping[str, object]) -> str:
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())])
