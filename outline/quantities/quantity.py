"""A statement of how much, how often, when or which: what `readings` finds and `matching` compares."""

from dataclasses import dataclass, field
from decimal import Decimal

from outline.quantities.amounts import alike
from outline.quantities.units import Unit


@dataclass(slots=True)
class Quantity:
    """What a number, a date or a word such as "daily" says, and where.

    `keys` are what it may mean: two quantities agree when they share one. `implied` are what it means with a unit or a
    period that stands nearby. `supports` are what it does not say but can stand for in the other text, as "twice daily"
    does for a 2; `allows` are what it can only stand for as the source of an outline, as "every 6 hours" does for a
    wait of 6. `parts` are the numbers of a share ("3 in 10") or of an amount in two units, which may stand apart in the
    other text.
    """

    start: int
    end: int
    form: str
    """Its normal form, for people and prompts."""
    keys: set[str]
    supports: set[str] = field(default_factory=set)
    number: str = ""
    """Its number in digits, where it shows one."""
    numbers: set[str] = field(default_factory=set)
    """The numbers that say the same: 14 and 2 for 14 days."""
    stated: bool = True
    """False for what only supports: "both", "at bedtime"."""
    value: Decimal | None = None
    of: Unit | None = None
    """Its unit; a bare number takes what unit is implied."""
    period: tuple[Decimal, Unit] | None = None
    """The period of a rate: 2 weeks for "every fortnight"."""
    bare: bool = False
    """Whether it has no unit of its own, so that what is implied may be its unit or its period."""
    counts: bool = False
    """Whether it counts what a noun behind it names, and so has no other unit."""
    ranks: bool = False
    """Whether it is an ordinal."""
    name: bool = False
    """Whether it is a name with a figure, such as "b12"."""
    shares: bool = False
    """Whether it is a share such as "1 in 10"; its value is then the part of the whole."""
    sign: str = ""
    parts: tuple["Quantity", ...] = ()
    implied: set[str] = field(default_factory=set)
    allows: set[str] = field(default_factory=set)

    def agrees(self, other: "Quantity", shared: str) -> bool:
        """Whether the two, who share a key, do not differ in the sign or, by their number alone, in the unit."""
        if self.sign and other.sign and self.sign != other.sign:
            return False
        if self.shares and other.shares and self.value != other.value:
            # Rounding makes a percent of a share, and no other share.
            return False
        if self.of is None or other.of is None or not shared[0].isdigit():
            return True
        return alike(self.of.name, other.of.name)

    @property
    def is_number(self) -> bool:
        """Whether it is a plain number, an ordinal or a share, not an amount of something, a rate or a date."""
        plain = self.form in (self.number, f"{self.sign}{self.number}")
        return plain or self.ranks or self.shares

    @property
    def forms(self) -> frozenset[str]:
        """Its normal forms, such as "5" and "5mg"."""
        return frozenset(filter(None, (self.number, self.form)))
