"""Several units fitted by one model: `Data`, an ordered, immutable mapping from names to `DataUnit`s."""

import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from spec_lab._base import DataError, Info, nearest, plain, write_tables
from spec_lab.data.documented import DataNames
from spec_lab.data.grouping import describe_grouping
from spec_lab.data.quantities import data_quantities
from spec_lab.data.unit import DataUnit
from spec_lab.tree import FrozenStructError, Struct, field

_FIELDS = ("units", "names")


@data_quantities
class Data(DataNames, Struct):
    """Named units in order.

    Args:
        units: A unit, pairs `[(name, unit), …]`, or a mapping.

    Raises:
        DataError: Not units, none at all, or a name twice.

    Nothing derived is kept here, so a changed unit cannot leave anything stale: `data.replace(na=unit)`.
    """

    units: tuple[DataUnit, ...] = field()  # once constructed; given in any of the spellings above
    names: tuple[str, ...] = field(static=True, default=())

    def __post_init__(self) -> None:
        if self.names and isinstance(self.units, tuple) and all(isinstance(u, DataUnit) for u in self.units):
            pairs = list(zip(self.names, self.units, strict=True))
        else:
            pairs = _pairs(self.units)
        names = [name for name, _ in pairs]
        if not pairs:
            raise DataError("data need at least one unit")
        if len(set(names)) < len(names):
            raise DataError("two units have the same name", got=names, hint="Give each unit a name of its own.")
        if set(names) & set(_FIELDS):
            raise DataError("a unit may not be called that", got=names, allowed="anything but units, names")
        self.units = tuple(unit for _, unit in pairs)
        self.names = tuple(names)

    def __getitem__(self, name: str | int) -> DataUnit:
        if isinstance(name, int | np.integer):
            if not -len(self.units) <= name < len(self.units):
                raise DataError("there is no such unit", got=name, allowed=f"0 to {len(self.units) - 1}, or a name")
            return self.units[name]
        if name not in self.names:
            near = nearest(name, self.names)
            raise DataError("there is no such unit", got=name, allowed=", ".join(self.names), hint=near)
        return self.units[self.names.index(name)]

    def __setitem__(self, name: str, unit: DataUnit) -> None:
        given = f"{name}=unit" if str(name).isidentifier() else f"**{{{name!r}: unit}}"
        raise FrozenStructError(f"Data is immutable: use data.replace({given}), which returns the changed copy.")

    def __delitem__(self, name: str) -> None:
        raise FrozenStructError(f"Data is immutable: use data.without({name!r}), which returns the changed copy.")

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        """Names in order, as a mapping does."""
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.units)

    def items(self) -> Iterator[tuple[str, DataUnit]]:
        """Names and units in order."""
        return iter(zip(self.names, self.units, strict=True))

    def replace(self, **units: DataUnit) -> Self:
        """The same data with some units exchanged or added, by name."""
        if units.keys() & set(_FIELDS):
            return super().replace(**units)
        return type(self)({**dict(self.items()), **units})

    def without(self, name: str) -> Self:
        """The same data without one unit."""
        self[name]
        return type(self)([(key, unit) for key, unit in self.items() if key != name])

    def save(self, savepath: str | Path) -> None:
        """Write `data.json`, the rows of `info`, into a folder (made if missing)."""
        write_tables(savepath, {"data": self.info})

    @property
    def info(self) -> Info:
        """Name, noticed energies, statistic, grouping and time of every unit."""
        return Info({
            "Name": self.names,
            "Noticing": [unit.noticing for unit in self.units],
            "Statistic": [unit.stat for unit in self.units],
            "Grouping": [describe_grouping(unit.grpg) for unit in self.units],
            "Time": [None if unit.time is None else plain(unit.time, 15) for unit in self.units],
        })  # fmt: skip

    def __repr__(self) -> str:
        units = "; ".join(f"{name}: {unit.stat}, {unit.noticing}" for name, unit in self.items())
        return f"<Data {units}>"

    def _repr_html_(self) -> str:
        shown = (
            f"<details><summary>{html.escape(name)}</summary>{unit._repr_html_()}</details>"
            for name, unit in self.items()
        )
        return self.info.html + "".join(shown)


def _pairs(given: Any) -> list[tuple[str, DataUnit]]:
    if isinstance(given, DataUnit):
        return [(given.name or "unit", given)]
    pairs = list(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(pairs, list | tuple):
        raise DataError("data are made of units", got=given, allowed="a unit, [(name, unit), …] or {name: unit}")
    for pair in pairs:
        ok = isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], str)
        if not ok or not isinstance(pair[1], DataUnit):
            raise DataError("data are made of (name, unit)", got=pair)
    return [(name, unit) for name, unit in pairs]
