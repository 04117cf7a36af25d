"""Which structure GRPO rewards, as a plugin of Axolotl: `plugins: [training.rewards.structure.StructurePlugin]`.

It gives a config the key `spec`, the YAML file of the structure, as the configs of `prep` and `evals` have one.
"""

from typing import Any

from axolotl.integrations.base import BasePlugin
from pydantic import BaseModel

from outline import DEFAULT_SPEC, StructureSpec
from training.rewards.form import hold_to


class StructureArgs(BaseModel):
    """The keys that the plugin adds to Axolotl's."""

    spec: str = str(DEFAULT_SPEC)


class StructurePlugin(BasePlugin):
    """Has `training.rewards.compliance` hold answers against the config's `spec`."""

    def get_input_args(self) -> str:
        """Return where Axolotl finds the keys."""
        return f"{__name__}.{StructureArgs.__name__}"

    def register(self, cfg: Any) -> None:
        """Take the config's `spec`, in each process of a run, before Axolotl has checked the config."""
        hold_to(StructureSpec.load(cfg.get("spec") or DEFAULT_SPEC))
