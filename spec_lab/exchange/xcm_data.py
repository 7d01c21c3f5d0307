"""The data of an XSPEC script: which files, which channels, which statistic, as `DataUnit`s.

Integers of `ignore` and `notice` are channels of the grouped spectrum, counted from 1, every group of the file's flags among
them; numbers with a point are energies in keV, and a channel that such a range touches belongs to it (XSPEC manual, `ignore`).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from spec_lab._base import DataError
from spec_lab.data import DataUnit, Source, from_flags
from spec_lab.exchange.xcm_text import XcmCommand

STATISTICS = {"chi": "chi2", "cstat": "cstat", "lstat": "lstat", "pgstat": "pgstat_xspec", "pstat": "pstat"}
WEIGHTS = ("standard", "gehrels", "churazov", "model")
_SLOTS = {"response": "response", "arf": "area", "backgrnd": "background"}
_PLACE = re.compile(r"(?:(\d+):)?(\d+)")
_END = r"\*\*|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?"
_SPECTRA = re.compile(r"(\*\*|\d+)(?:-(\*\*|\d+))?:")
_RANGE = re.compile(rf"(?P<low>{_END})?(?:(?P<dash>-)(?P<high>{_END})?)?")
_EDGE = 1e-6  # relative: edges are single-precision numbers in many files


class Choice(NamedTuple):
    """Channels that a command notices or ignores.

    Attributes:
        keep: Whether it notices.
        low: First channel, or lower energy in keV; None is an open end.
        high: Last channel, or upper energy.
        energy: Whether these are energies.
    """

    keep: bool
    low: float | None = None
    high: float | None = None
    energy: bool = False


class Loaded(NamedTuple):
    """A spectrum of a script.

    Attributes:
        group: Its data group, from 1.
        file: As the script names it.
        command: The line that names it.
        files: Of `response`, `area` and `background`: (name or "none", the line that says so).
        statistic: XSPEC's word.
        choices: What was noticed and ignored, in order.
    """

    group: int
    file: str
    command: XcmCommand
    statistic: str
    files: dict[str, tuple[str, XcmCommand]]
    choices: tuple[Choice, ...] = ()


Spectra = tuple[Loaded, ...]


def with_data(spectra: Spectra, command: XcmCommand, statistic: str) -> Spectra:
    """After a `data` command."""
    found = list(spectra)
    group, number = (found[-1].group if found else 1), len(found) + 1
    if command.text.lower() == "none":
        return ()
    for word in _several_rows(command):
        place = _PLACE.fullmatch(word)
        if place:
            group, number = int(place[1] or group), int(place[2])
            continue
        if word.lower() == "none":
            command.refuse("a spectrum cannot be taken away again here")
        if not 1 <= number <= len(found) + 1:
            command.refuse("spectra are numbered one after the other", allowed=f"1 to {len(found) + 1}")
        loaded = Loaded(group, word, command, statistic, {})
        found[number - 1 : number] = [loaded]
        number += 1
    if sorted({each.group for each in found}) != list(range(1, 1 + len({each.group for each in found}))):
        command.refuse("data groups are numbered one after the other, from 1")
    return tuple(found)


def _several_rows(command: XcmCommand) -> Iterator[str]:
    """The words of a `data` command, a file with several rows, `file{1-3,5}`, once for each."""
    for word in re.sub(r"\s*:\s*", ":", command.text).split():
        word = word.rstrip(",")
        rows = re.fullmatch(r"(.*)\{([\d,\-]+)\}", word)
        if not rows or rows[2].isdigit():
            yield word
            continue
        for part in rows[2].split(","):
            first, _, last = part.partition("-")
            for row in range(int(first), int(last or first) + 1):
                yield f"{rows[1]}{{{row}}}"


def with_file(spectra: Spectra, command: XcmCommand) -> Spectra:
    """After a command `response`, `arf` or `backgrnd`."""
    slot, number, found = _SLOTS[command.name], 1, list(spectra)
    for word in re.sub(r"\s*:\s*", ":", command.text).split():
        place = _PLACE.fullmatch(word)
        if place:
            number = int(place[2])
            if place[1] not in (None, "1"):
                command.refuse("a second source with a response of its own cannot be held")
            continue
        if not 1 <= number <= len(found):
            command.refuse("there is no such spectrum", allowed=f"1 to {len(found)}" if found else "none: no data yet")
        files = {**found[number - 1].files, slot: (word.rstrip(","), command)}
        found[number - 1] = found[number - 1]._replace(files=files)
        number += 1
    return tuple(found)


def with_statistic(spectra: Spectra, command: XcmCommand, word: str, where: str) -> Spectra:
    """After `statistic word where`, `where` such as `1-2,4` or "" for all."""
    numbers = set(range(1, len(spectra) + 1))
    if where:
        numbers = set()
        for part in where.replace(" ", "").split(","):
            first, _, last = part.partition("-")
            ends = [len(spectra) if end == "**" else int(end) if end.isdigit() else 0 for end in (first, last or first)]
            numbers |= set(range(1 if first == "**" else ends[0], ends[1] + 1))
        if not numbers or not numbers <= set(range(1, len(spectra) + 1)):
            command.refuse("the spectra of the statistic are not there", allowed=f"1 to {len(spectra)}")
    return tuple(each._replace(statistic=word) if i in numbers else each for i, each in enumerate(spectra, start=1))


def with_choices(spectra: Spectra, command: XcmCommand, chosen: range | None) -> tuple[Spectra, range]:
    """After `ignore` or `notice`; also the spectra it named last, which the next one without a name means, too."""
    keep, found = command.name == "notice", list(spectra)
    chosen = range(1, 2) if chosen is None else chosen
    text = re.sub(r"\s*([:,-])\s*", r"\1", command.text)
    for word in re.split(r"[\s,]+", text.strip(",")):
        if word.lower() == "bad":
            continue  # bad channels never enter a fit here
        named = _SPECTRA.match(word)
        if named:
            first = 1 if named[1] == "**" else int(named[1])
            last = len(found) if "**" in (named[1], named[2]) else int(named[2] or first)
            chosen, word = range(first, last + 1), word[named.end() :]
            if not 1 <= first <= last <= len(found):
                command.refuse(
                    "there is no such spectrum", allowed=f"1 to {len(found)}" if found else "none: no data yet"
                )
        choice = Choice(keep) if word.lower() == "all" else _choice(keep, word, command)
        for number in range(1, len(found) + 1) if word.lower() == "all" else chosen:
            if number > len(found):
                command.refuse("there are no data yet")
            found[number - 1] = found[number - 1]._replace(choices=(*found[number - 1].choices, choice))
    return tuple(found), chosen


def _choice(keep: bool, word: str, command: XcmCommand) -> Choice:
    match = _RANGE.fullmatch(word)
    if match is None or not word or word == "-":
        command.refuse(f"{word!r} is no range of channels", allowed="3, 1-14, 0.5-7.0, 7.0-**, bad, all, 1-2:**-0.3")
    low, high = match["low"], match["high"] if match["dash"] else match["low"]
    energy = any(end and re.search(r"[.eE]", end) for end in (low, high))
    numbers = [None if end in (None, "**") else float(end) for end in (low, high)]
    if None not in numbers and numbers[0] > numbers[1]:  # type: ignore[operator]
        command.refuse(f"the range {word!r} ends before it begins")
    return Choice(keep, numbers[0], numbers[1], energy)


def make_unit(loaded: Loaded, folder: Path, name: str) -> DataUnit:
    """The unit of a spectrum, noticing what the script leaves.

    Raises:
        DataError: A file is missing or cannot be used, or no channel is left; the line is named.
    """
    source = _found(loaded.file, folder, loaded.command, (".pha", ".pi"))
    given = {slot: _found(file, folder, command) for slot, (file, command) in loaded.files.items()}
    with loaded.command.reading():
        unit = DataUnit(
            src=source, bkg=given.get("background"), stat=STATISTICS[loaded.statistic], name=name, bad_mode="skip",
            **_response(source, given),
        )  # pyright: ignore[reportArgumentType]  # fmt: skip
        return _noticing(unit, loaded)


def _found(file: str, folder: Path, command: XcmCommand, endings: tuple[str, ...] = ()) -> str:
    """Where a named file is."""
    if file.lower() == "none":
        return "none"
    path = folder / Path(file).expanduser()
    bare = Path(re.sub(r"\{\d+\}$", "", str(path)))
    for candidate, shown in ((bare, str(path)), *((Path(f"{bare}{end}"), f"{path}{end}") for end in endings)):
        if candidate.is_file():
            return shown
    hint = f"Names are looked up beside the script, in {folder}." if not Path(file).is_absolute() else None
    command.refuse(f"there is no file {file!r}", hint=hint)


def _response(source: str, given: dict[str, str]) -> dict[str, str]:
    """The arguments of a unit for response and area; what the script leaves open comes from the header of the source."""
    response, area = given.get("response"), given.get("area")
    if response == "none":
        raise DataError("a spectrum without response cannot be fitted", hint="Name its response.")
    if response is None:
        return {} if area is None else {"arf": area}
    if area is None and any(key == "ANCRFILE" for key, _ in Source.from_file(source).links):
        return {"rmf": response}
    return {"rsp": response} if area in (None, "none") else {"rmf": response, "arf": area}


def _noticing(unit: DataUnit, loaded: Loaded) -> DataUnit:
    """The unit with the windows that leave exactly the channels that the script leaves."""
    wanted = kept(unit, loaded.choices)
    if wanted.all():
        return unit
    if not wanted.any():
        raise DataError(f"no good channel of {loaded.file} is left", hint="Look at its ignore and notice.")
    (first, last), _ = unit.groups()
    ends = np.stack([first, last])
    low, high = unit.response.emin[ends].min(axis=0), unit.response.emax[ends].max(axis=0)
    steps = np.flatnonzero(np.diff(np.concatenate([[0], wanted.astype(int), [0]])))
    windows = [[low[i:j].min(), high[i:j].max()] for i, j in steps.reshape(-1, 2)]
    unit = unit.replace(notc=windows, notc_mode="inside")
    if not np.array_equal(unit.groups()[1], wanted):
        raise DataError(f"the channels noticed in {loaded.file} are no windows of energy", hint="Its channels overlap.")
    return unit


def kept(unit: DataUnit, choices: tuple[Choice, ...]) -> np.ndarray:
    """`b[c]` Which of a unit's good groups a series of choices leaves."""
    numbers = channel_numbers(unit)
    (first, last), _ = unit.groups()
    ends = np.stack([first, last])
    low, high = unit.response.emin[ends].min(axis=0), unit.response.emax[ends].max(axis=0)
    keep = np.ones(numbers.size, dtype=bool)
    for choice in choices:
        least = -np.inf if choice.low is None else choice.low
        most = np.inf if choice.high is None else choice.high
        if choice.energy:
            meant = (high > least * (1 + _EDGE)) & (low < most * (1 - _EDGE))
        else:
            meant = (numbers >= least) & (numbers <= most)
        keep[meant] = choice.keep
    return keep


def channel_numbers(unit: DataUnit, flags: np.ndarray | None = None) -> np.ndarray:
    """`i[c]` XSPEC's number of each good group: all groups of the file's flags are counted, from 1.

    Args:
        unit: Whose groups.
        flags: `i[ch]` the flags of the file, where they are not those of the unit's source.
    """
    flags = np.asarray(unit.src.grouping if flags is None else flags)
    begin, _ = from_flags(flags)
    (first, _), _ = unit.groups()
    known = unit.response.channels
    index = first if flags.size == known.size else np.searchsorted(unit.src.channels, known[first])
    return np.searchsorted(begin, index, side="right")
