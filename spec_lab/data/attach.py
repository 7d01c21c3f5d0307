"""Whatever a user puts into a slot of a unit becomes the object that belongs there.

An object stays as it is; a path, `path{n}`, `(file, n)`, `"path:n"` or a file object is read. When the source is read from a
file, what its header names fills every slot that was left empty (`linked_files`): explicit arguments win, and "none" keeps a
slot empty.
Without a response there is no unit: a detector that tells every energy is taken only where `rsp="ideal"` asks for it.
"""

import os
from typing import TYPE_CHECKING, Any, cast

from spec_lab._base import DataError
from spec_lab.data.annotations import FileAndRow
from spec_lab.data.assembly import Part
from spec_lab.data.files import numbered
from spec_lab.data.linked_files import followed, is_none
from spec_lab.data.response import Auxiliary, Redistribution, Response, ideal_response
from spec_lab.data.sky.balrog import BalrogResponse
from spec_lab.data.spectrum import Background, Source, Spectrum

Parts = tuple[Source, Background | None, Redistribution | None, Auxiliary | None, Response | BalrogResponse | None]
if TYPE_CHECKING:
    GivenSpectrum = Spectrum | FileAndRow | None
    GivenResponse = Response | BalrogResponse | FileAndRow | None
    GivenArea = Auxiliary | FileAndRow | None
else:  # `load` judges in words of its own
    GivenSpectrum = GivenResponse = GivenArea = Any
_KINDS: dict[str, type] = {
    "src": Source, "bkg": Background, "rmf": Redistribution, "arf": Auxiliary, "rsp": Response,
}  # fmt: skip


def attach(src: GivenSpectrum, bkg: GivenSpectrum, rmf: GivenResponse, arf: GivenArea, rsp: GivenResponse) -> Parts:
    """Turn the five slots into objects.

    Raises:
        DataError: A slot holds something else, or a file cannot be read.
    """
    src, bkg, rmf = numbered(src), numbered(bkg), numbered(rmf)
    arf, rsp = numbered(arf), numbered(rsp)
    source = load("src", src)
    if not isinstance(source, Source):
        raise DataError("a unit needs a source", hint="Give src as a `Source` or a path.")
    given = {"bkg": bkg, "rmf": rmf, "arf": arf, "rsp": rsp}
    if not isinstance(src, Spectrum) and src is not None and source.links:
        given |= followed(source, cast(FileAndRow, src), given)
    ideal = isinstance(rsp, str) and rsp.strip().lower() == "ideal"
    loaded = {slot: load(slot, value) for slot, value in given.items() if not (ideal and slot == "rsp")}
    if ideal:
        loaded["rsp"] = ideal_response(source)
    _check_response(source, loaded)
    return cast(Parts, (source, loaded["bkg"], loaded["rmf"], loaded["arf"], loaded["rsp"]))


def load(slot: str, value: GivenSpectrum | GivenResponse | GivenArea) -> Part | None:
    """The object for one slot; None for None and "none"."""
    kind = _KINDS[slot]
    if value is None or is_none(value):
        return None
    if (
        isinstance(value, kind)
        or (slot == "rmf" and isinstance(value, Response))
        or (slot == "rsp" and isinstance(value, BalrogResponse))
    ):
        return cast(Part, value)
    if isinstance(value, Spectrum) and issubclass(kind, Spectrum):  # a source may serve as a background
        return kind(**value.to_dict())
    if isinstance(value, tuple):
        if len(value) != 2 or isinstance(value[1], bool) or not isinstance(value[1], int):
            raise DataError(f"{slot} = (file, n) needs a whole number n", got=value)
        return kind.from_file(*value)
    if isinstance(value, str | os.PathLike) or callable(getattr(value, "read", None)):
        return kind.from_file(value)
    raise DataError(f"{slot} cannot be used", got=value, allowed=f"{kind.__name__}, path, (file, n) or binary file")


def _check_response(source: Source, loaded: dict[str, Any]) -> None:
    if loaded["rmf"] is not None or loaded["rsp"] is not None:
        return
    hint = "Give rsp=..., or rmf=... with arf=...; a RESPFILE in the header of a source given as a path is followed."
    if source.emin is not None:
        hint += (
            " rsp='ideal' takes a detector of 1 cm² that tells every energy, with the channel energies of the spectrum."
        )
    alone = {} if loaded["arf"] is None else {"got": "an arf alone"}
    raise DataError(f"source {source.name!r} has no response", hint=hint, **alone)
