"""What libraries read at import: no log lines and progress bars but ours, and threads that wait asleep."""

import logging
import os

_LOUD = ("bitsandbytes", "lm_eval", "torch.utils._pytree")


def quiet_libraries() -> None:
    """Set it; call before torch is imported for the first time. Imports transformers."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    # Read when torch loads its OpenMP: threads that wait sleep. Spinning ones take the core from the thread they wait
    # for wherever two virtual cores share a real one, and a run then takes several times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import transformers

    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
