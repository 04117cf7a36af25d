"""What an hour of a card costs, from configs/prices.yml."""

import datetime
from pathlib import Path

from settings import Settings, load_config

PRICES = Path("configs/prices.yml")


class Prices(Settings):
    """US dollars an hour for one GPU by the planner's name of it; `date` and `source` say when and whence."""

    date: datetime.date
    """The day that they are of."""
    source: str
    """Whence they are, as the plan tells it."""
    hourly: dict[str, float]
    """By the name of a card, as `just plan --gpu` takes it."""


def read_prices() -> Prices:
    """The prices; raises `UserError` for a file that cannot be read or holds something else."""
    return load_config(PRICES, Prices)
