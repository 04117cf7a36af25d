"""What Axolotl leaves of a LoRA under `rl: dpo`, as its plugin: `plugins: [training.dpo.AdapterAlonePlugin]`."""

from pathlib import Path
from typing import Any

from axolotl.integrations.base import BasePlugin


class AdapterAlonePlugin(BasePlugin):
    """Leaves the adapter alone in the output folder, as an SFT run does.

    Axolotl (0.19, `save_trained_model`) saves the model beside the adapter as well, whose layers TRL has by then
    wrapped: the weights have names that no model has (`q_proj.base_layer.weight`). The folder would pass for a whole
    model, and transformers would load it without an error, with random weights in every layer that the adapter is over.
    """

    def post_train(self, cfg: Any, model: Any) -> None:
        """Remove those weights; Axolotl calls this once before it saves and once after."""
        if not cfg.adapter:
            raise ValueError(f"{type(self).__name__} is for a run with an adapter")
        if cfg.local_rank == 0:
            for path in Path(cfg.output_dir).glob("model*.safetensors*"):
                path.unlink(missing_ok=True)  # another machine may share the folder
