"""Energies as plain data: which units notice everything, though their instrument is usually fitted between other energies."""

import numpy as np

from spec_lab.data import DataUnit, energies_text, usual_windows
from spec_lab.fit import Setup
from spec_lab.session.view_model import UsualEnergies, Window


def usual_energies(setup: Setup) -> UsualEnergies | None:
    """`view.usual`, or None where every unit has energies that somebody chose."""
    found = [
        (name, told)
        for pair in setup.pairs
        for name, unit in zip(pair.data.names, pair.data.units, strict=True)
        if unit.notc is None and (told := _told(unit)) is not None
    ]
    if not found:
        return None
    units: list[tuple[str, list[Window]]] = [(name, list(windows)) for name, (_, _, windows) in found]
    lines = {f"{instrument} is usually fitted at {energies}" for _, (instrument, energies, _) in found}
    names = ", ".join(name for name, _ in found)
    return {"text": f"{names}: all energies are noticed. {'; '.join(sorted(lines))}.", "units": units}


def _told(unit: DataUnit) -> tuple[str, str, tuple[Window, ...]] | None:
    usual = usual_windows(unit)
    if usual is None:
        return None
    instrument, windows = usual
    groups = unit.all_channels()
    inside = np.zeros(groups.size, dtype=bool)
    for low, high in windows:
        inside |= (groups.emin >= low) & (groups.emax <= high)
    if not inside.any() or inside.all():
        return None
    return instrument.name, energies_text(windows), windows
