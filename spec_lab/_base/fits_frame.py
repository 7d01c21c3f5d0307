"""The frame of a FITS file, looked at before anything in it is believed.

A header is a few bytes that claim sizes: of tables, rows and columns. Here each claim is compared with what the file holds,
HDU by HDU while it is read, so that a damaged or forged one ends in a sentence instead of in hours or gigabytes. What the tables
mean is no matter of this file.
"""

import gzip
import os
import re
from typing import Any, BinaryIO, NamedTuple, NoReturn

from spec_lab._base.errors import DataError

MOST_BYTES = 2**31  # of all HDUs together
MOST_INFLATED = 300  # times its gzipped size; spectra and responses stay below 100
FREELY_INFLATED = 10**8
_BLOCK, _CARD = 2880, 80
_MOST_BLOCKS = 2000  # of a header: 70 000 cards
_BYTES = {"L": 1, "B": 1, "I": 2, "J": 4, "K": 8, "A": 1, "E": 4, "D": 8, "C": 8, "M": 16, "P": 8, "Q": 16}
_FORM = re.compile(r"(\d*)([LXBIJKAEDCMPQ])")
_AGAIN = "Get the whole file again."


class Content(NamedTuple):
    """A binary stream at its beginning, out of its gzip stream if it lies in one.

    Attributes:
        stream: What is read.
        size: Bytes of the file as it is stored.
        zipped: Whether the file is gzipped.
    """

    stream: BinaryIO | gzip.GzipFile
    size: int
    zipped: bool

    @classmethod
    def of(cls, stream: Any) -> "Content":
        """What an open binary file holds from where it stands."""
        begin = stream.tell()
        size = stream.seek(0, os.SEEK_END) - begin
        stream.seek(begin)
        zipped = stream.read(2) == b"\x1f\x8b"
        stream.seek(begin)
        return cls(gzip.GzipFile(fileobj=stream) if zipped else stream, size, zipped)


def read_hdus(content: Content, name: str) -> bytes:
    """All HDUs of a file.

    Args:
        content: Where it is read from, at its beginning.
        name: Of the file, for messages.

    Raises:
        DataError: A header that does not end, claims that do not fit the file, something that is no HDU, or too much of it.
    """
    most = MOST_BYTES
    if content.zipped:
        most = min(MOST_BYTES, max(FREELY_INFLATED, MOST_INFLATED * content.size))
    held: list[bytes] = []
    total = 0
    while header := _header(content, name, len(held) // 2):
        where = f"{name} HDU {len(held) // 2}"
        length = _data_length(_cards(header), where)
        total += len(header) + length
        if not content.zipped and total > content.size:
            claim = f"its header claims {length} bytes, and {max(content.size - total + length, 0)} are there"
            raise DataError(f"{where} is truncated or damaged: {claim}", hint=_AGAIN)
        if total > most:
            raise DataError(f"{where} is too large", got=f"{total / 1e6:.0f} MB", allowed=f"{most / 1e6:.0f} MB")
        data = content.stream.read(length)
        if len(data) < length:
            raise DataError(f"{where} is truncated", got=f"{len(data)} of {length} bytes", hint=_AGAIN)
        held += [header, data]
    return b"".join(held)


def _header(content: Content, name: str, number: int) -> bytes:
    """The blocks of the next header; empty at the end of the file."""
    blocks: list[bytes] = []
    while len(blocks) < _MOST_BLOCKS:
        block = content.stream.read(_BLOCK)
        if not block and not blocks:
            return b""
        if not blocks and number and not block.startswith(b"XTENSION"):
            what = f"{name} is damaged: what follows its HDU {number - 1} is no HDU (truncated, or bytes were added)"
            raise DataError(what, hint=_AGAIN)
        if len(block) < _BLOCK:
            raise DataError(f"{name} HDU {number} is truncated: its header does not end", hint=_AGAIN)
        blocks.append(block)
        if any(block[i : i + 8].rstrip() == b"END" for i in range(0, _BLOCK, _CARD)):
            return b"".join(blocks)
    raise DataError(f"{name} HDU {number} is damaged: its header does not end", got=f"{_MOST_BLOCKS * _BLOCK} bytes")


def _cards(header: bytes) -> dict[str, str]:
    """Keyword to the text of its value; the first card of a keyword counts."""
    cards: dict[str, str] = {}
    for i in range(0, len(header), _CARD):
        card = header[i : i + _CARD].decode("latin-1")
        if card[8:10] == "= ":
            cards.setdefault(card[:8].strip(), card[10:].strip())
    return cards


def _data_length(cards: dict[str, str], where: str) -> int:
    """How many bytes follow a header, padded to whole blocks."""
    axes = _whole(cards, "NAXIS", where, 999)
    bits = abs(_whole(cards, "BITPIX", where, 64, least=-64))
    sizes = [_whole(cards, f"NAXIS{i + 1}", where) for i in range(axes)]
    if "BINTABLE" in cards.get("XTENSION", ""):
        _check_columns(cards, sizes, where)
    length = 1
    for size in sizes:
        length *= size
    length = (
        bits // 8 * _whole(cards, "GCOUNT", where, default=1) * (_whole(cards, "PCOUNT", where, default=0) + length)
    )
    return 0 if not axes else -(-length // _BLOCK) * _BLOCK


def _check_columns(cards: dict[str, str], sizes: list[int], where: str) -> None:
    """The formats of the columns must fill the row, no more."""
    fields = _whole(cards, "TFIELDS", where, 999)
    if len(sizes) != 2:
        _refuse(where, "NAXIS", len(sizes), "2 for a table")
    width = 0
    for i in range(1, fields + 1):
        text = cards.get(f"TFORM{i}", "").split("/")[0].strip().strip("'").strip().upper()
        match = _FORM.match(text)
        if match is None:
            _refuse(where, f"TFORM{i}", text or "nothing", "a format such as 1E or PI(3)")
        count = int(match[1]) if match[1] else 1
        width += -(-count // 8) if match[2] == "X" else count * _BYTES[match[2]]
    if width > sizes[0]:
        _refuse(where, "NAXIS1", sizes[0], f"{width}, as wide as its columns")


def _whole(
    cards: dict[str, str], key: str, where: str, most: int = 2**62, least: int = 0, default: int | None = None
) -> int:
    if key not in cards and default is not None:
        return default
    text = cards.get(key, "nothing").split("/")[0].strip().strip("'").strip()
    match = re.fullmatch(r"[-+]?\d{1,18}", text)
    if match is None or not least <= int(text) <= most:
        _refuse(where, key, text, f"a whole number from {least} to {most}")
    return int(text)


def _refuse(where: str, key: str, value: object, allowed: str) -> NoReturn:
    raise DataError(f"{where} is damaged: keyword {key}", got=value, allowed=allowed, hint=_AGAIN)
