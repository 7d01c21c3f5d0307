"""Spectra, responses, areas, tables and texts changed at random: read into sound numbers, or refused with a sentence, soon.

pytest -m thorough tests/thorough          (SPEC_LAB_BUDGET: seconds a test, 60; SPEC_LAB_SEED: 1)
"""

import gzip
import random
import re
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from thorough_budget import budget, seed, within_seconds

from spec_lab._base import SpecLabError
from spec_lab.data import Auxiliary, Background, DataUnit, Response, Source
from spec_lab.models import atable

sys.path += [str(Path(__file__).resolve().parents[1] / folder) for folder in ("data", ".")]
from data_files import COUNTS, EDGES, N, arf, matrix_hdu, pha, pha_hdu, save, table
from data_files import rsp as write_rsp
from table_file import write_table

pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(0)]
BLOCK = 2880  # bytes of FITS
SECONDS = 2.0  # of the processor, for a file of some kilobytes
MEMORY = 1e9  # bytes that all tries together may add to the peak
NUMBERS = [
    "0",
    "-1",
    "1",
    "7",
    "99999",
    "2147483648",
    "1E30",
    "-1.5",
    "NaN",
    "1D300",
    "T",
    "F",
    "'x'",
    "''",
    "'keV'",
    "'1PJ(9)'",
]
WORDS = [
    "nan",
    "inf",
    "-1",
    "0",
    "1e400",
    "abc",
    "",
    "#",
    ",",
    "\t",
    "\x00",
    "1;2",
    "exposure = x",
    "🜁",
    "9" * 400,
    "1_0",
    "0x10",
]


def originals(folder):
    """Small good files, by name."""
    flags = [
        ("QUALITY", "I", np.zeros(N)),
        ("GROUPING", "I", np.tile([1, -1], N // 2)),
        ("STAT_ERR", "E", np.sqrt(COUNTS)),
    ]
    pha(folder / "plain.pha", columns=flags[:2], header={"BACKFILE": "none", "RESPFILE": "none"})
    pha(folder / "rate.pha", COUNTS / 100, column="RATE", form="D", columns=flags[2:], header={"POISSERR": False})
    save(folder / "both.pha", pha_hdu(), pha_hdu(COUNTS // 2, header={"HDUCLAS2": "BKG"}))
    rows = lambda values: np.stack([values, values])  # noqa: E731
    two = [("SPEC_NUM", "I", [1, 2]), ("CHANNEL", f"{N}I", rows(1 + np.arange(N))), ("COUNTS", f"{N}I", rows(COUNTS))]
    two += [("BACKGROUND_UP", f"{N}I", rows(COUNTS // 3)), ("BACKGROUND_DOWN", f"{N}I", rows(COUNTS // 4))]
    header = {"EXPOSURE": 9.0, "BACKSCAL": 1.0, "BACKSCUP": 2.0, "BACKSCDN": 2.0, "POISSERR": True, "DETCHANS": N}
    save(folder / "two.pha2", table(two, header, "SPECTRUM"))
    write_rsp(folder / "ragged.rsp")
    write_rsp(folder / "fixed.rsp", storage="fixed")
    save(folder / "bare.rmf", matrix_hdu(name="SPECRESP MATRIX"))
    arf(folder / "area.arf")
    write_table(folder / "table.mod", additive=True)
    lines = [f"{a:g} {b:g} {n}" for a, b, n in zip(EDGES[:-1], EDGES[1:], COUNTS, strict=True)]
    (folder / "plain.txt").write_text("# exposure = 10\n" + "\n".join(lines) + "\n")
    (folder / "named.csv").write_text(
        "emin,emax,counts\n# exposure=10\n" + "\n".join(s.replace(" ", ",") for s in lines)
    )
    np.savez(folder / "arrays.npz", counts=COUNTS, emin=EDGES[:-1], emax=EDGES[1:], exposure=10.0)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def changed_card(content, rng):
    """One card of one header says something else, or another name."""
    at = 80 * rng.randrange(1 + len(content) // 80)
    cards = [m.start() for m in re.finditer(rb"[A-Z_0-9]{1,8} *= ", content) if m.start() % 80 == 0]
    at = rng.choice(cards) if cards and rng.random() < 0.9 else at
    key = content[at : at + 8]
    how = rng.random()
    if how < 0.7:
        card = key + f"= {rng.choice(NUMBERS):>20}".encode()
    elif how < 0.8:
        card = b"COMMENT gone"
    elif how < 0.9:
        card = (
            rng.choice([b"EXPOSURE", b"TFORM2  ", b"EXTNAME ", b"TLMIN4  ", b"BACKSCAL", b"TNULL2  "])
            + content[at + 8 : at + 80]
        )
    else:
        card = bytes(rng.randrange(256) for _ in range(80))
    return content[:at] + card.ljust(80)[:80] + content[at + 80 :]


def changed_numbers(content, rng):
    """Some bytes, mostly those of a table, are others."""
    made = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 8, 64])):
        at = rng.randrange(len(made))
        made[at : at + rng.choice([1, 2, 4, 8])] = rng.choice(
            [
                bytes([rng.randrange(256)]),
                b"\x7f\xc0\0\0",
                b"\x7f\xf8" + b"\0" * 6,
                b"\xff\xff",
                b"\x80\0\0\0",
                b"\x7f\x80\0\0",
            ]
        )
    return bytes(made)


def changed_length(content, rng):
    """Cut, doubled or exchanged: of blocks and of bytes."""
    how, at = rng.randrange(5), rng.randrange(len(content) + 1)
    block = BLOCK * rng.randrange(1 + len(content) // BLOCK)
    if how == 0:
        return content[:at]
    if how == 1:
        return content[:block] + content[block + BLOCK :]
    if how == 2:
        return content[:block] + content[block : block + BLOCK] * 2 + content[block + BLOCK :]
    if how == 3:
        return content + bytes(rng.randrange(256) for _ in range(rng.choice([1, 80, BLOCK])))
    return content[:at] + content[at + rng.choice([1, 80, 1000]) :]


def changed_text(content, rng):
    """One token, line or byte of a text."""
    tokens = re.split(rb"([\s,;=#]+)", content)
    at = rng.randrange(len(tokens))
    how = rng.random()
    if how < 0.6:
        tokens[at] = rng.choice(WORDS).encode()
    elif how < 0.8:
        tokens.insert(at, tokens[rng.randrange(len(tokens))])
    else:
        del tokens[at]
    return b"".join(tokens)


def mutated(name, content, rng):
    """The content with one to three changes; now and then compressed, whole or cut."""
    text = name.endswith((".txt", ".csv"))
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        change = (
            changed_text
            if text and rng.random() < 0.8
            else rng.choice([changed_card, changed_numbers, changed_numbers, changed_length])
        )
        if text and change is changed_card:
            change = changed_numbers
        content = change(content, rng) or b" "
    if rng.random() < 0.1:
        content = gzip.compress(content, 1)
        content = content if rng.random() < 0.5 else changed_numbers(content, rng)
    return content


def use(path, good):
    """Read a file and work with it."""
    if path.suffix == ".mod":
        repr(atable(path)())
        return
    if path.suffix in (".rsp", ".rmf"):
        made = Response.from_file(path)
        assert np.isfinite(made.matrix).all() and (np.diff(np.r_[made.elo, made.ehi[-1]]) > 0).all(), (
            "an unsound matrix"
        )
        repr(made), made._repr_html_()
        unit = DataUnit(src=Source.from_file(good / "plain.pha"), rsp=made, stat="cstat")
    elif path.suffix == ".arf":
        made = Auxiliary.from_file(path)
        assert np.isfinite(made.area).all(), "an unsound area"
        unit = DataUnit(src=str(good / "plain.pha"), rmf=str(good / "ragged.rsp"), arf=made, stat="cstat")
    else:
        row = 0 if path.suffix == ".pha2" else None
        made = Source.from_file(path, row)
        assert made.exposure > 0 and np.isfinite(made.exposure), "an unsound exposure"
        Background.from_file(path, row)
        src = path if row is None else (path, row)
        rsp = "ideal" if path.suffix in (".txt", ".csv", ".npz") else str(good / "ragged.rsp")
        unit = DataUnit(src=src, rsp=rsp, stat="cstat")
    repr(made), repr(unit), unit._repr_html_()
    channels = unit.channels()
    for name in ("S", "B", "alpha", "emin", "emax"):
        assert np.isfinite(getattr(channels, name)).all(), f"{name} of the channels is not finite"
    assert (channels.emin < channels.emax).all() and channels.S.min(initial=0) >= 0, "unsound channels"


def test_a_changed_spectrum_is_read_or_refused_with_a_sentence(tmp_path):
    good, changed = tmp_path / "good", tmp_path / "changed"
    good.mkdir(), changed.mkdir()
    files = originals(good)
    for name in files:
        use(good / name, good) if name != "bare.rmf" else None
    end, tries, outcomes, slowest = time.monotonic() + budget(), 0, {"works": 0, "refused": 0}, 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while time.monotonic() < end:
        rng = random.Random(f"{seed()}/spectra/{tries}")
        tries += 1
        name = rng.choice(list(files))
        path = changed / name
        path.write_bytes(mutated(name, files[name], rng))
        began = time.process_time()
        try:
            with within_seconds(SECONDS):
                use(path, good)
            outcomes["works"] += 1
        except SpecLabError as error:
            assert len(str(error)) < 2000, f"try {tries - 1}, {name}: a sentence of {len(str(error))} letters"
            outcomes["refused"] += 1
        except BaseException as error:
            raise AssertionError(f"try {tries - 1}, {name}: {type(error).__name__}: {error}") from error
        slowest = max(slowest, time.process_time() - began)
        added = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak)
        assert added < MEMORY, f"try {tries - 1}, {name}: {added / 1e6:.0f} MB"
    print(f"{tries} changed spectra, {outcomes}, the slowest {slowest:.2f} s of the processor")
    assert all(outcomes.values())
