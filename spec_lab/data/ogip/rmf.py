"""OGIP responses (RMF, RSP, RSP2, ARF) read into plain arrays; the standard is CAL/GEN/92-002 with its addendum.

`read_matrix` reads the MATRIX and EBOUNDS extensions, `read_area` the SPECRESP one. Energies are in `energy_tables`, the packed
rows in `matrix_rows`, several matrices of one file in `matrix_parts`. The classes are in `response`.
"""

from typing import Any, NoReturn

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.annotations import FileLike, GivenVersion, GivenWhole
from spec_lab.data.energies import OVERRIDE, refuse_bad
from spec_lab.data.file_warnings import note
from spec_lab.data.files import check_index, file_name, split_row
from spec_lab.data.ogip.column_units import areas
from spec_lab.data.ogip.energy_tables import channel_edges, find_ebounds, photon_edges
from spec_lab.data.ogip.fits_tables import TableHDU, open_fits
from spec_lab.data.ogip.matrix_parts import Part, add_up, are_alternatives, summed
from spec_lab.data.ogip.matrix_rows import unpack

MATRIX_NAMES = ("MATRIX", "SPECRESP MATRIX", "SPECRESP_MATRIX", "RSP_MATRIX")
HAIR = 0.1  # of the largest area; a value further below zero is no slip


def read_matrix(file: FileLike, version: GivenVersion = None) -> dict[str, Any]:
    """Read a redistribution or response matrix.

    Args:
        file: Path (also `path{n}`), or binary file object.
        version: Which matrix of a file that holds several (RSP2): its EXTVER, counted from 1; "sum" adds all of them up. By
            default they are summed where the file shows that they are parts of one, and asked for otherwise.

    Returns:
        `elo, ehi` [e] keV ascending; `emin, emax` [ch] keV; `matrix` [e, ch]; `channels` [ch]; `name`; `kind`
        (HDUCLAS3: REDIST, DETECTOR, FULL or empty).

    Raises:
        DataError: Names file, HDU and column of what cannot be used.
    """
    file, braces = split_row(file)
    name = file_name(file)
    tables = open_fits(file)
    version = version if braces is None else braces + 1
    if version != "sum":
        check_index(f"the version of {name}", version)
    chosen = _chosen(tables, version, name)
    table = chosen[0]
    channels, emin, emax = channel_edges(find_ebounds(tables, table, name), table)
    parts = [_part(each, channels) for each in chosen]
    kind = str(table.keyword("HDUCLAS3", "")).upper()
    if len(parts) > 1 and version is None:
        if not add_up(parts, kind == "REDIST"):
            _ask(chosen, version, name)
        done = "they are parts of one response and are summed"
        note(name, f"{len(parts)} matrices over one EBOUNDS", done, f"choose one as ({name!r}, n) if they are not")
    elo, ehi, matrix = summed(parts)
    declared = table.whole("DETCHANS")
    if declared is not None and declared != channels.size:
        found = f"DETCHANS = {declared}, while EBOUNDS has {channels.size} channels"
        note(table.where, found, f"read as {channels.size} channels", OVERRIDE)
    return {
        "elo": elo, "ehi": ehi, "emin": emin, "emax": emax, "channels": channels, "matrix": matrix, "kind": kind,
        "name": name if version in (None, "sum") else f"{name}{{{version}}}",
    }  # fmt: skip


def _part(table: TableHDU, channels: np.ndarray) -> Part:
    elo, ehi, rows = photon_edges(table)
    return Part(elo, ehi, unpack(table, channels)[rows])


def read_area(file: FileLike, row: GivenWhole = None) -> dict[str, Any]:
    """Read an effective area: `elo, ehi` [e] keV ascending, `area` [e] cm², `name`."""
    file, braces = split_row(file)
    name = file_name(file)
    found = [t for t in open_fits(file) if t.has("SPECRESP")]
    row = braces if row is None else row
    check_index(f"the row of {name}", row)
    if not found:
        raise DataError(f"{name} has no SPECRESP extension", hint="An effective area (ARF) has a column SPECRESP.")
    if not 0 <= (row or 0) < len(found) or (row is None and len(found) > 1):
        raise DataError(f"{name} holds {len(found)} effective areas", got=row, hint=f"Choose one: '{name}{{1}}'.")
    table = found[row or 0]
    elo, ehi, order = photon_edges(table)
    area = areas(table, "SPECRESP")
    if area.shape != (table.rows,):
        raise DataError(f"{table.where} column SPECRESP must have one value an energy", got=list(area.shape))
    area = _judged_area(f"{table.where} column SPECRESP", area)
    return {"elo": elo, "ehi": ehi, "area": area[order], "name": name}


def _judged_area(where: str, area: np.ndarray) -> np.ndarray:
    """Areas a hair below zero (where a model of the detector has no sensitivity) are zero, aloud."""
    refuse_bad(where, area, negative=False)
    if area.size and 0 > area.min() >= -HAIR * area.max():
        note(
            where, f"{np.sum(area < 0)} values below zero, down to {area.min():.3g} cm²", "taken as 0", "mend the file"
        )
        return np.maximum(area, 0.0)
    refuse_bad(where, area)
    return area


def _chosen(tables: list[TableHDU], version: int | str | None, name: str) -> list[TableHDU]:
    """The matrix that is meant, or all of them where they may be parts of one."""
    found = [t for t in tables if t.name in MATRIX_NAMES] or [
        t for t in tables if t.has("MATRIX") and t.has("F_CHAN") and t.has("N_GRP")
    ]
    if not found:
        held = [t.name for t in tables]
        raise DataError(f"{name} has no response matrix", got=held, allowed=", ".join(MATRIX_NAMES))
    if version == "sum" or (version is None and len(found) == 1):
        return found
    if version is None and sum(t.name == "EBOUNDS" for t in tables) == 1 and not are_alternatives(found):
        return found
    versions = _versions(found)
    if version not in versions:
        _ask(found, version, name)
    return [found[versions.index(version)]]


def _versions(found: list[TableHDU]) -> list[int]:
    versions = [t.whole("EXTVER", 1) or 0 for t in found]
    return versions if len(set(versions)) == len(versions) else list(range(1, len(found) + 1))


def _ask(found: list[TableHDU], version: int | str | None, name: str) -> NoReturn:
    versions = _versions(found)
    hint = f"Alternatives (of times or directions) are chosen by EXTVER, ({name!r}, {versions[0]})"
    if len(found) > 1:
        hint += f"; parts of one response add up, Response.from_file({name!r}, 'sum')"
    allowed = ", ".join(map(str, versions))
    raise DataError(f"{name} holds {len(found)} matrices", got=version, allowed=allowed, hint=f"{hint}.")
