"""Headers that claim too much, bombs and giants: a sentence that names the file, within two seconds and little memory."""

import gzip
import io
import os
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
from data_files import COUNTS, pha, rsp

from spec_lab._base import DataError
from spec_lab.data import Response, Source

KINDS = {"pha": Source, "rsp": Response}


def with_card(content, key, value):
    """The file with one card of its first extension changed."""
    at = content.index(f"{key:<8}=".encode(), content.index(b"XTENSION"))
    return content[:at] + f"{key:<8}= {value:>20}".ljust(80).encode() + content[at + 80 :]


@pytest.fixture
def originals(tmp_path):
    return {"pha": pha(tmp_path / "good.pha").read_bytes(), "rsp": rsp(tmp_path / "good.rsp").read_bytes()}


def refused(path, kind, words):
    """Reading a file ends in a sentence that names it, soon and in little memory."""
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        with pytest.raises(DataError, match=words) as caught:
            kind.from_file(path)
        taken, peak = time.perf_counter() - begun, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.name in str(caught.value)
    assert taken < 2.0 and peak < 3e8


CLAIMS = [
    ("TFIELDS", "999999999999"), ("TFIELDS", "-1"), ("TFIELDS", "1000"), ("TFIELDS", "'many'"), ("NAXIS1", "2147483648"),
    ("NAXIS1", "1"), ("NAXIS2", "99999999999"), ("NAXIS2", "9" * 18), ("NAXIS", "999999"), ("NAXIS", "1"), ("PCOUNT", "9" * 15),
    ("GCOUNT", "9" * 15), ("BITPIX", "640000"), ("TFORM1", "'999999999E'"), ("TFORM2", "'9Z'"), ("TFORM1", "''"),
]  # fmt: skip


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize(("key", "value"), CLAIMS)
def test_a_header_may_not_claim_what_is_not_there(tmp_path, originals, suffix, key, value):
    path = tmp_path / f"forged.{suffix}"
    path.write_bytes(with_card(originals[suffix], key, value))
    refused(path, KINDS[suffix], r"HDU 1 is (damaged|truncated|too large)")
    zipped = tmp_path / f"forged.{suffix}.gz"
    zipped.write_bytes(gzip.compress(path.read_bytes()))
    refused(zipped, KINDS[suffix], r"HDU 1 is (damaged|truncated|too large)")


def test_a_header_must_end(tmp_path, originals):
    path = tmp_path / "endless.pha"
    path.write_bytes(originals["pha"][:2880].replace(b"END     ", b"COMMENT ") + b" " * 2880 * 3000)
    refused(path, Source, "HDU 0 is damaged: its header does not end")


@pytest.mark.parametrize("tail", [b"\0", b" ", b"x"])
def test_a_gzip_bomb_is_not_inflated(tmp_path, originals, tail):
    path = tmp_path / "bomb.pha.gz"
    with gzip.open(path, "wb", compresslevel=6) as stream:
        stream.write(originals["pha"])
        for _ in range(100):
            stream.write(tail * (1 << 20))
    refused(path, Source, "what follows its HDU 1 is no HDU")


def test_a_gzip_bomb_behind_an_honest_header_is_not_inflated(tmp_path, originals):
    path = tmp_path / "bomb.pha.gz"
    with gzip.open(path, "wb", compresslevel=6) as stream:
        whole = with_card(originals["pha"], "PCOUNT", str(1 << 40))
        stream.write(whole + b"\0" * (1 << 20))
    refused(path, Source, r"HDU 1 is too large; got '1\d+ MB'; allowed: 100 MB")


def test_a_sparse_giant_is_not_read(tmp_path, originals):
    path = tmp_path / "giant.pha"
    path.write_bytes(originals["pha"])
    os.truncate(path, 3 << 30)
    refused(path, Source, "what follows its HDU 1 is no HDU")
    path.write_bytes(with_card(originals["pha"], "PCOUNT", str((3 << 30) // 2880 * 2880)))
    os.truncate(path, path.stat().st_size + (3 << 30))
    refused(path, Source, r"HDU 1 is too large; got '3\d+ MB'; allowed: 2147 MB")


def test_texts_and_archives_have_a_limit(tmp_path):
    text = tmp_path / "long.txt.gz"
    with gzip.open(text, "wb") as stream:
        for _ in range(80):
            stream.write(b"1 2 3\n" * (1 << 17) + b" " * (1 << 18))
    refused(text, Source, "is too large; got 'more than 64 MB'")
    bomb = tmp_path / "bomb.npz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("counts.npy", "w") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": (10**7,)})
        for _ in range(80):
            stream.write(b"\0" * 1_000_000)
    refused(bomb, Source, "is too large; got '80 MB'")


def test_whole_files_are_still_read(tmp_path, originals):
    for content in (originals["pha"], gzip.compress(originals["pha"])):
        stream = io.BytesIO(b"before" + content)
        stream.seek(6)
        assert Source.from_file(stream).counts.tolist() == COUNTS.tolist() and stream.tell() == 6
