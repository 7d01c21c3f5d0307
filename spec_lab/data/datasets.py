"""Data to begin with: small simulated sets that travel with the package, and real public ones that are fetched.

`load("burst")` and `load("ccd")` need nothing but the package (made by `notebooks/make_demo_data.py`). `fetch("3c273")` finds the
real files in the folder named by SPEC_LAB_DATA, in `../shared/data` beside a checkout, or downloads them once with
pooch from the commits named here; every file is checked against its SHA-256 before it is used.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from spec_lab._base import DataError, require
from spec_lab.data.collection import Data
from spec_lab.data.spectrum import Background, Source
from spec_lab.data.unit import DataUnit

DEMO = Path(__file__).parent / "demo"
DEMOS = {"burst": ("na", "bg"), "ccd": ("ccd",)}
_BAYSPEC = "https://raw.githubusercontent.com/jyangch/bayspec/acedf0503fd91fe06c29009a4a46f36f25652a31/examples"
_SHERPA = (
    "https://raw.githubusercontent.com/sherpa/sherpa-test-data/1b026cbaceb8c86f13952b0df2194537d8b07992/sherpatest"
)

# name → file → (where it comes from, SHA-256)
ORIGINS: dict[str, dict[str, tuple[str, str]]] = {
    "grb-me-he": {
        "me.src": (f"{_BAYSPEC}/ME/me.src", "e8abc61076ba9083decac57871eb74d2bf1ab7b191ef9f9596c5cf4813a62513"),
        "me.bkg": (f"{_BAYSPEC}/ME/me.bkg", "83ba116d0f9a2f2c3bf7bd68d1ebe13d68e03338beda31b4845732d109484669"),
        "me.rsp": (f"{_BAYSPEC}/ME/me.rsp", "c6196bb5b0dd0e7dcda850802333346fb15f770bd89473de39300f030d155b12"),
        "he.src": (f"{_BAYSPEC}/HE/he.src", "375871b97579ec656e32e5f64b29f40b623bb83619e84bc3ea5eaab0c1d2cc65"),
        "he.bkg": (f"{_BAYSPEC}/HE/he.bkg", "e97dc61c74434735b4cbed8549cb4e23ac2cb06db59402f5998a661b9824ec13"),
        "he.rsp": (f"{_BAYSPEC}/HE/he.rsp", "68db7f27f007bc41d6d75c4eb690a3cb7053ab9c21aad571a40129ada3c14e3c"),
    },
    "3c273": {
        "3c273.pi": (f"{_SHERPA}/3c273.pi", "fb7059981ab2683d303459b8346b86592cdbb7a274426b7b38cf6b194dc812b2"),
        "3c273_bg.pi": (f"{_SHERPA}/3c273_bg.pi", "339f36dd36f532267d4f0d5f1869729af18acaa204906511310e128bf7349d9a"),
        "3c273.rmf": (f"{_SHERPA}/3c273.rmf", "a671505503d2c8b1ed660e08a1c2387cc90124344da6a5d311702cceab8ea513"),
        "3c273.arf": (f"{_SHERPA}/3c273.arf", "a6fa0e62a5b1892164c9bdf88d8fdf0f48ab7b2dd1924aeb2b3b41efd93249e2"),
    },
}


def names() -> tuple[str, ...]:
    """Every name that `load` and `paths` know; the first ones need no network."""
    return (*DEMOS, *ORIGINS)


def paths(name: str) -> dict[str, Path]:
    """File name to path of one set; real sets are fetched if need be.

    Raises:
        DataError: No such set, or it cannot be had.
    """
    if name in DEMOS:
        return {path.name: path for path in sorted((DEMO / name).iterdir())}
    return fetch(name)


def fetch(name: str) -> dict[str, Path]:
    """File name to path of one real, public set: local copies first, else downloaded into pooch's cache.

    Raises:
        DataError: No such set, a file with another content than published, or no way to get it.
    """
    if name not in ORIGINS:
        raise DataError("there is no such data set", got=name, allowed=", ".join(names()))
    found = _local(name)
    return found if found is not None else {file: _download(name, file) for file in ORIGINS[name]}


def load(name: str) -> Data:
    """One data set, ready to be fitted: statistic, windows and grouping as they are usually chosen for it.

    `burst`: units na, bg (pgstat). `ccd`: unit ccd (cstat, 0.4-8 keV, grouped to 1 background count or more).
    `grb-me-he`: units me, he. `3c273`: unit 3c273 (0.5-7 keV).

    Raises:
        DataError: No such set, or it cannot be had.
    """
    if name == "burst":
        windows = {"na": [10, 900], "bg": [250, 38000]}
        return Data([(unit, _demo("burst", unit, stat="pgstat", notc=windows[unit])) for unit in DEMOS["burst"]])
    if name == "ccd":
        return Data([("ccd", _demo("ccd", "ccd", stat="cstat", notc=[0.4, 8.0], grpg={"min_evt": 5, "min_bkg": 1}))])
    files = paths(name)
    if name == "3c273":
        src = Source.from_file(files["3c273.pi"], poisson=True)  # its POISSERR = F is known to be wrong
        bkg = Background.from_file(files["3c273_bg.pi"], poisson=True)
        kept: dict[str, Any] = {"stat": "cstat", "notc": [0.5, 7.0], "notc_mode": "overlap"}
        return Data([(name, DataUnit(src, bkg, rmf=files["3c273.rmf"], arf=files["3c273.arf"], **kept))])  # type: ignore[arg-type]
    windows = {"me": [8, 900], "he": [300, 38000]}
    return Data([(unit, _burst(files, unit, windows[unit])) for unit in windows])


def _demo(name: str, unit: str, **choices: Any) -> DataUnit:
    return DataUnit(DEMO / name / f"{unit}.pha", name=unit, **choices)  # type: ignore[arg-type]


def _burst(files: dict[str, Path], unit: str, notc: Any) -> DataUnit:
    src = Source.from_file(files[f"{unit}.src"], poisson=True)  # POISSERR = F on integer counts, again
    return DataUnit(src, files[f"{unit}.bkg"], rsp=files[f"{unit}.rsp"], notc=notc, name=unit)  # type: ignore[arg-type]


def _local(name: str) -> dict[str, Path] | None:
    """The set in a local folder, every file checked; None where no folder holds all of it."""
    named = os.environ.get("SPEC_LAB_DATA")
    for root in [Path(named)] if named else [Path(__file__).resolve().parents[3] / "shared" / "data"]:
        found = {file: root / name / file for file in ORIGINS[name]}
        if all(path.is_file() for path in found.values()):
            for file, path in found.items():
                _check(path, ORIGINS[name][file][1])
            return found
    return None


def _check(path: Path, expected: str) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != expected:
        hint = "Delete or replace this file."
        raise DataError(f"{path.name} is not the published file", got=digest, allowed=f"SHA-256 {expected}", hint=hint)


def _download(name: str, file: str) -> Path:
    pooch = require("pooch", "datasets.fetch")
    url, digest = ORIGINS[name][file]
    folder = Path(pooch.os_cache("spec_lab")) / name
    try:
        return Path(pooch.retrieve(url, known_hash=f"sha256:{digest}", fname=file, path=folder, progressbar=False))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        hint = "Offline? Set SPEC_LAB_DATA to a folder that holds it, or use datasets.load('burst') or load('ccd')."
        raise DataError(f"{name}/{file} cannot be downloaded ({reason})", got=url, hint=hint) from error
