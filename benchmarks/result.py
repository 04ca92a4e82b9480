"""A row of the table: the rounds of both sides, and the result."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median


@dataclass(frozen=True)
class Row:
    """One comparison of this service (`what`, `ours`) with another way (`against`, `theirs`).

    `ours` and `theirs` are the results of the rounds in `unit`. The two sides took turns. `reach` and `beyond` are the
    aims for the ratio of ours to theirs, or for our median if there is no `theirs`. `at_most` says that less is better.
    `cpu` are the CPU milliseconds per operation of both sides, or None where they were not measured.
    """

    what: str
    against: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    reach: float | None = None
    beyond: float | None = None
    at_most: bool = False
    cpu: tuple[float | None, float | None] = (None, None)
    note: str = field(default="")

    def measured(
        self,
        ours: Sequence[float],
        theirs: Sequence[float] = (),
        cpu: tuple[float | None, float | None] = (None, None),
    ) -> "Row":
        """The row with these rounds."""
        return replace(self, ours=ours, theirs=theirs, cpu=cpu)

    @property
    def ratio(self) -> float:
        """The ratio of our median to theirs, or our median if there is no other side."""
        return median(self.ours) / median(self.theirs) if self.theirs else median(self.ours)

    @property
    def verdict(self) -> str:
        """The result against the aims: "beyond", "reached" or "missed". Empty for a row without aims."""
        if self.reach is None:
            return ""
        if self.beyond is not None and self._comes_to(self.beyond):
            return "beyond"
        return "reached" if self._comes_to(self.reach) else "missed"

    def _comes_to(self, aim: float) -> bool:
        return self.ratio <= aim if self.at_most else self.ratio >= aim

    def document(self) -> dict[str, object]:
        """The row for the JSON file."""
        return {
            "what": self.what,
            "against": self.against,
            "unit": self.unit,
            "ours": [round(value, 4) for value in self.ours],
            "theirs": [round(value, 4) for value in self.theirs],
            "ratio": round(self.ratio, 4),
            "reach": self.reach,
            "beyond": self.beyond,
            "at_most": self.at_most,
            "verdict": self.verdict,
            "cpu_ms": self.cpu,
            "note": self.note,
        }
