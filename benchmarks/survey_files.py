"""Every spectrum and response of some folders or packages, read one by one: what comes out, and what is said.

`python benchmarks/survey_files.py FOLDER_OR_ARCHIVE ...` takes folders, wheels, zip and tar files, and prints one line a file:
its kind, whether it was read (quietly, aloud or not at all), what it holds, and the first words that were said. Spectra are
also made into units, following their headers and with a response beside them whose name begins alike.
"""

import argparse
import collections
import os
import tarfile
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from spec_lab._base import SpecLabError
from spec_lab.data import Auxiliary, Background, DataUnit, Response, Source
from spec_lab.data.ogip.fits_tables import open_fits

SUFFIXES = ("pha", "pi", "pha2", "bak", "bkg", "src", "rmf", "rsp", "rsp2", "arf", "grmf", "garf", "fit", "fits")


class Outcome(NamedTuple):
    """One file, tried."""

    file: str
    kind: str
    verdict: str
    result: str
    words: str
    seconds: float


def unpacked(place: Path, into: Path) -> Path:
    """A folder with the files of a place, which may be an archive."""
    if place.is_dir():
        return place
    target = into / place.name
    if zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            for name in filter(_is_ours, archive.namelist()):
                archive.extract(name, target)
    else:
        with tarfile.open(place) as archive:
            for member in archive:
                if member.isfile() and _is_ours(member.name):
                    archive.extract(member, target, filter="data")
    return target


def _is_ours(name: str) -> bool:
    return name.lower().removesuffix(".gz").rpartition(".")[2] in SUFFIXES


def tried(file: str, kind: str, action: Callable[[], Any]) -> Outcome:
    """What an action gives, and what it says."""
    begun = time.perf_counter()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            result, verdict = repr(action()).strip("<>"), "read"
        except SpecLabError as error:
            result, verdict = str(error), "refused"
        except Exception as error:  # what must not happen: that is what the survey is for
            result, verdict = f"{type(error).__name__}: {error}", "BARE ERROR"
    words = " ".join(str(w.message).replace("\n", " ") for w in said)
    if verdict == "read" and words:
        verdict = "read aloud"
    return Outcome(file, kind, verdict, result, words, time.perf_counter() - begun)


def survey(folder: Path) -> Iterator[Outcome]:
    """Every file below a folder."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and _is_ours(p.name)):
        name = str(path.relative_to(folder))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tables = open_fits(path)
        except SpecLabError as error:
            yield Outcome(name, "?", "refused", str(error), "", 0.0)
            continue
        if any(t.has("MATRIX") for t in tables):
            count = sum(t.has("MATRIX") for t in tables)
            yield tried(name, "response", lambda path=path: Response.from_file(path))
            if count > 1:
                yield tried(f"{name} (1)", "response", lambda path=path: Response.from_file(path, 1))
        elif any(t.has("SPECRESP") for t in tables):
            yield tried(name, "area", lambda path=path: Auxiliary.from_file(path))
        elif any(_is_spectrum(t) for t in tables):
            yield from _spectrum(path, name, tables)
        else:
            yield Outcome(name, "other", "left", ", ".join(t.name for t in tables), "", 0.0)


def _is_spectrum(table: Any) -> bool:
    return table.name == "SPECTRUM" or str(table.keyword("HDUCLAS1", "")).upper() == "SPECTRUM"


def _spectrum(path: Path, name: str, tables: list[Any]) -> Iterator[Outcome]:
    is_background = any(str(t.keyword("HDUCLAS2", "")).upper() == "BKG" for t in tables if _is_spectrum(t))
    kind: type = Background if is_background else Source
    first = tried(name, kind.__name__.lower(), lambda: kind.from_file(path))
    given: Any = path
    if first.verdict == "refused" and "holds" in first.result:
        given = (path, 0)
        first = tried(f"{name} (0)", kind.__name__.lower(), lambda: kind.from_file(path, 0))
    yield first
    if first.verdict.startswith("read") and kind is Source:
        yield tried(name, "unit", lambda: DataUnit(given, stat="cstat"))
        rsp, arf = _neighbours(path)
        if rsp is not None:
            more = {"rmf": rsp, "arf": arf} if arf is not None else {"rsp": rsp}
            yield tried(f"{name} + {rsp.name}", "unit", lambda: DataUnit(given, "none", stat="cstat", **more))


def _neighbours(path: Path) -> tuple[Path | None, Path | None]:
    """A response and an area beside a spectrum whose names begin alike: those that share most letters."""
    stem = path.name.split(".")[0].split("_")[0].lower()
    near = [p for p in sorted(path.parent.iterdir()) if p.name.lower().startswith(stem)]
    near.sort(key=lambda p: -len(os.path.commonprefix([p.name.lower(), path.name.lower()])))  # noqa: RUF071
    pick = lambda *ends: next((p for p in near if p.suffix.lower() in ends), None)  # noqa: E731
    whole = pick(".rsp", ".rsp2")
    return (whole, None) if whole is not None else (pick(".rmf"), pick(".arf"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("places", nargs="+", type=Path, metavar="FOLDER_OR_ARCHIVE")
    parser.add_argument("--width", type=int, default=150, help="columns of what is said")
    chosen = parser.parse_args()
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    with tempfile.TemporaryDirectory() as into:
        for place in chosen.places:
            print(f"\n## {place.name}")
            for one in survey(unpacked(place, Path(into))):
                counts[one.kind, one.verdict] += 1
                print(
                    f"{one.verdict:10s} {one.kind:10s} {one.seconds:5.1f} s  {one.file}: {one.result[: chosen.width]}"
                )
                if one.words:
                    print(f"{'':30s}said: {one.words[: chosen.width]}")
    print("\n## In all")
    for (kind, verdict), count in sorted(counts.items()):
        print(f"{kind:10s} {verdict:10s} {count}")


if __name__ == "__main__":
    main()
