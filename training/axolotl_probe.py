"""Ask the installed Axolotl about configs, in a process of its own: `python -m training.axolotl_probe REQUEST ANSWER`.

Importing Axolotl takes many seconds, prints, and changes libraries under way; plugins register themselves for good.
REQUEST is a JSON object of name → config, ANSWER becomes one of name → {"schema": ..., "problems": [...]}.
"""

import functools
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema

GPU = {"bf16": True, "fp8": False, "tf32": True, "n_gpu": 1, "compute_capability": "sm_90"}
"""What Axolotl is told that the machine has: a config is checked for its own sake, not for the machine at hand."""


class _SchemaGenerator(GenerateJsonSchema):
    """`axolotl config-schema` gives up on enums and defaults that are torch dtypes (0.19); YAML cannot hold those."""

    def encode_default(self, dft: Any) -> Any:
        try:
            return super().encode_default(dft)
        except ValueError:
            return str(dft)

    def enum_schema(self, schema: Any) -> Any:
        schema = schema.copy()
        schema["members"] = [member for member in schema["members"] if isinstance(member.value, (str, int, float))]
        return super().enum_schema(schema)


def main(request: Path, answer: Path) -> None:
    """Write for each config the JSON schema that its plugins make of Axolotl's, and what Axolotl says against it."""
    configs = json.loads(request.read_text(encoding="utf-8"))
    answers = {
        name: {"schema": _schema(tuple(config.get("plugins") or ())), "problems": _problems(config)}
        for name, config in configs.items()
    }
    answer.write_text(json.dumps(answers), encoding="utf-8")


@functools.cache
def _schema(plugins: tuple[str, ...]) -> dict[str, Any]:
    from axolotl.utils.config import merge_input_args
    from axolotl.utils.schemas.config import AxolotlInputConfig

    _register(plugins)
    model = merge_input_args()[1] if plugins else AxolotlInputConfig
    return model.model_json_schema(schema_generator=_SchemaGenerator)


def _problems(config: dict[str, Any]) -> list[str]:
    import torch
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault

    _register(config.get("plugins") or ())
    environment = {"torch_version": torch.__version__.split("+")[0]}
    try:
        validate_config(DictDefault(json.loads(json.dumps(config))), GPU, environment)
    except ValidationError as error:
        return [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}".lstrip(": ") for e in error.errors()]
    except ValueError as error:
        return [str(error)]
    return []


def _register(plugins: Sequence[str]) -> None:
    from axolotl.integrations.base import PluginManager

    manager = PluginManager.get_instance()
    manager.plugins.clear()
    for plugin in plugins:
        manager.register(plugin)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
