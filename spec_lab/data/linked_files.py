"""The companions that the header of a source names: BACKFILE, RESPFILE, ANCRFILE, and backgrounds in the source's own file.

They are looked for beside the source, also gzipped, for every slot that the user left empty. A background may lie in the same
file, as an extension with HDUCLAS2 = BKG, or beside the counts, as the columns BACKGROUND_UP and BACKGROUND_DOWN of Chandra's
grating spectra.
"""

from pathlib import Path
from typing import Any

from spec_lab._base import DataError
from spec_lab.data.annotations import FileAndRow, FileLike, GivenWhole
from spec_lab.data.file_warnings import note
from spec_lab.data.files import file_name, folder_of, same_file_name, split_row
from spec_lab.data.spectrum import Background, Source

BESIDE = "BACKGROUND_UP"  # the key of a link to the columns beside the counts


def is_none(value: object) -> bool:
    """Whether this is OGIP's word for no file."""
    return isinstance(value, str) and value.strip().lower() == "none"


def followed(source: Source, src: FileAndRow, given: dict[str, Any]) -> dict[str, Any]:
    """What to put into the empty slots: files, `(file, row)`, or a background.

    Args:
        source: The source as read.
        src: What it was read from: a path, `(file, row)`, or a file object.
        given: What the user put into `bkg`, `rmf`, `arf`, `rsp`.

    Raises:
        DataError: Names every file that is not there, and what to pass instead.
    """
    file, row = split_row(src[0] if isinstance(src, tuple) else src)
    row = src[1] if isinstance(src, tuple) else row
    links = dict(source.links)
    found: dict[str, Any] = {}
    missing: list[tuple[str, str, str]] = []
    for slot, key in _wanted(links, given).items():
        place = _place(links[key], file, source, slot, key) if key in links else None
        if place is None and slot == "bkg" and key in links:
            place = _own_background(file, row, source, links[key])
        if place is not None:
            found[slot] = place
        elif key in links and folder_of(file) is not None and not (slot == "bkg" and same_file_name(links[key], file)):
            missing.append((slot, key, links[key]))
    if missing:
        _refuse(source, missing)
    if given["bkg"] is None and "bkg" not in found and BESIDE in links:
        found["bkg"] = Background.from_columns_beside(file, row)
    return found


def _wanted(links: dict[str, str], given: dict[str, Any]) -> dict[str, str]:
    """The keywords that fill the empty slots."""
    wanted = {"bkg": "BACKFILE"} if given["bkg"] is None else {}
    if all(given[slot] is None for slot in ("rmf", "rsp")):
        has_area = "ANCRFILE" in links if given["arf"] is None else not is_none(given["arf"])
        wanted["rmf" if has_area else "rsp"] = "RESPFILE"
    if given["arf"] is None and given["rsp"] is None:
        wanted["arf"] = "ANCRFILE"
    return wanted


def _place(name: str, file: FileLike, source: Source, slot: str, key: str) -> str | tuple[FileLike, int] | None:
    """Where a named file is; None where it is not. A spectrum in the source's own file is `(file, row)`."""
    path, row = split_row(name)
    if row is not None and same_file_name(path, file):
        return file, row
    folder = folder_of(file)
    if folder is None:
        note(
            f"source {source.name!r}",
            f"{key} names {name!r}, but a file object has no folder",
            "left out",
            f"give {slot}",
        )
        return None
    for candidate in (folder / path, folder / f"{path}.gz", folder / Path(path).name, folder / f"{Path(path).name}.gz"):
        if candidate.is_file() and not (slot == "bkg" and same_file_name(candidate.name, file)):
            return f"{candidate}" + ("" if row is None else f"{{{row + 1}}}")
    return None


def _own_background(file: FileLike, row: GivenWhole, source: Source, named: str) -> tuple[FileLike, int] | None:
    """The BKG spectrum in the source's own file, where BACKFILE leads to none; None where there is not just one."""
    from spec_lab.data.ogip.pha import background_rows

    rows = background_rows(file, row)
    where = f"source {source.name!r}"
    if len(rows) == 1:
        note(
            where,
            f"BACKFILE names {named!r}, which is not there",
            "the BKG extension of its own file is taken",
            "give bkg",
        )
        return file, rows[0]
    if rows:
        named = ", ".join(f"{i + 1}" for i in rows)
        hint = f"Choose one, bkg='{file_name(file)}{{{rows[0] + 1}}}', or bkg='none' to go without."
        raise DataError(f"{where}: its file holds several backgrounds", got=f"spectra {named}", hint=hint)
    if same_file_name(named, file):
        note(where, "BACKFILE names the source itself, and there is no background in it", "left out", "give bkg")
    return None


def _refuse(source: Source, missing: list[tuple[str, str, str]]) -> None:
    hints = {
        "bkg": "Give bkg=..., or bkg='none' to go without.",
        "arf": "Give arf=..., or arf='none' if the response has its area in it.",
        "rmf": "Give rmf=..., or a full response as rsp=....",
        "rsp": "Give rsp=..., or rmf=... with arf=....",
    }
    named = " and ".join(f"{key} = {name!r}" for _, key, name in missing)
    plural = "name files that are not there" if len(missing) > 1 else "names a file that is not there"
    keys = " and ".join(key for _, key, _ in missing)
    hint = " ".join(hints[slot] for slot, _, _ in missing)
    raise DataError(f"{keys} of {source.name!r} {plural}", got=named, hint=hint)
