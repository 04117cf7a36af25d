"""What an hour of a card costs, from configs/prices.yml."""

import datetime
from pathlib import Path

from settings import Settings, load_config

PRICES = Path("configs/prices.yml")


class Prices(Settings):
    """US dollars an hour for one GPU by the planner's name of it; `date` and `source` say when and whence."""

    date: datetime.date
    source: str
    hourly: dict[str, float]


def read_prices(path: Path = PRICES) -> Prices:
    """The prices at `path`; raises `UserError` for a file that cannot be read or holds something else."""
    return load_config(path, Prices)
