"""Criteria of one run as a table that is also a mapping."""

from collections.abc import Mapping

from spec_lab._base import Info


class CriteriaValues(dict[str, float]):
    """Name → number, in order; shown as a table of one row.

    Args:
        values: The criteria.
        title: At which point they stand.
    """

    def __init__(self, values: Mapping[str, float], title: str | None = None):
        super().__init__(values)
        self.title = title

    @property
    def info(self) -> Info:
        """The table."""
        return Info({name: [value] for name, value in self.items()}, self.title)

    @property
    def text(self) -> str:
        """The table as text."""
        return self.info.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.info.html
