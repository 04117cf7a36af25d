"""A config against Axolotl's own JSON schema, with unknown keys refused: Axolotl drops those without a word."""

import importlib.metadata
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from settings import UserError, write_text
from training.strict import find_problems

logger = logging.getLogger(__name__)


def check_config(name: str, config: Mapping[str, Any]) -> None:
    """Raise `UserError` with every key of `config` that Axolotl does not know and every value that it refuses.

    The schema is made once for each version of Axolotl and set of plugins, and kept in the environment's folder.
    """
    kept = _kept_schema(config)
    if kept.is_file():
        schema = json.loads(kept.read_text(encoding="utf-8"))
    else:
        schema = ask_axolotl({name: config})[name]["schema"]
        _keep(kept, schema)
    _refuse(name, find_problems(config, schema))


def check_thoroughly(configs: Mapping[str, Mapping[str, Any]]) -> None:
    """Like `check_config` for several configs, and with Axolotl's own rules on which values go together."""
    answers = ask_axolotl(configs)
    for name, config in configs.items():
        schema = answers[name]["schema"]
        _keep(_kept_schema(config), schema)
        _refuse(name, find_problems(config, schema) or answers[name]["problems"])


def ask_axolotl(configs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return `{"schema": JSON schema, "problems": [message]}` for each config; takes 10 to 30 seconds of imports."""
    with tempfile.TemporaryDirectory() as folder:
        request, answer = Path(folder, "request.json"), Path(folder, "answer.json")
        request.write_text(json.dumps(configs), encoding="utf-8")
        command = [sys.executable, "-m", "training.axolotl_probe", str(request), str(answer)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise UserError(f"Axolotl could not be asked about the configs:\n{done.stdout[-2000:].strip()}")
        return json.loads(answer.read_text(encoding="utf-8"))


def _kept_schema(config: Mapping[str, Any]) -> Path:
    plugins = "+".join(sorted(config.get("plugins") or []))
    version = importlib.metadata.version("axolotl")
    return Path(sys.prefix, "axolotl-schema", f"{version}-{plugins or 'plain'}.json")


def _keep(path: Path, schema: dict[str, Any]) -> None:
    try:
        write_text(path, json.dumps(schema))
    except UserError as error:
        logger.info("the schema is made anew each time: %s", error)


def _refuse(name: str, problems: list[str]) -> None:
    if problems:
        unknown = any("is not a key of Axolotl" in problem for problem in problems)
        hint = "keys of a plugin are known where `plugins` names it; KEY=null takes one out of a run"
        raise UserError("\n".join(f"{name}: {problem}" for problem in problems), hint=hint if unknown else None)
