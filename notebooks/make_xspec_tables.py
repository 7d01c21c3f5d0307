"""Write the golden tables of XSPEC 12.15 that `tests/models/test_models_xspec.py` reads: `python notebooks/make_xspec_tables.py`.

Needs a Python with NumPy and `xspectrampoline` (GPL-3; it carries XSPEC's model functions), which spec_lab itself never
imports: make it an environment of its own. Each XSPEC model runs in a process of its own, because its state is global and some
models end their process. A case is an XSPEC model with its parameters and the same in spec_lab's words; of each, the table
holds photons per bin (additive models and convolutions) or the mean factor of each bin (multiplicative models).

XSPEC evaluates many models at one or two energies of a bin, so every bin is cut into `fine` parts and their sum (or mean) is
kept; `unsure` is the largest relative change from half as many parts: XSPEC's own convergence, below which there is no truth.
Models of single precision see single-precision edges: their photons are divided by the widths of those and multiplied by the
exact ones. Their output array must hold zeros at the start, because some models add to it.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

TABLE = Path(__file__).resolve().parents[1] / "tests" / "models" / "xspec_12_15.json"
SOFT, MEDIUM, HARD, BURST = (0.3, 10.0), (0.5, 60.0), (3.0, 200.0), (8.0, 1000.0)


def log(value: float) -> str:
    """The base-10 logarithm as it is written into an expression."""
    return repr(math.log10(value))


def case(
    xspec: str, values: list[float], ours: str, band: tuple[float, float] = SOFT, fine: int = 16, **more: Any
) -> dict[str, Any]:
    """One row: XSPEC's name and parameters (without norm), ours, the band in keV and parts per bin.

    Args:
        xspec: Name in XSPEC's `model.dat`.
        values: Its parameters but for the norm, which is 1.
        ours: The same as an expression of spec_lab.
        band: Lowest and highest energy, keV, of 30 bins.
        fine: Parts that each bin is cut into.
        more: `parts` that ours is added from (30 bins are too wide for some; default 1); settings `abund`, `xsect`; `inner`:
            the XSPEC model [name, values] that a convolution acts on.
    """
    return {"xspec": xspec, "values": values, "ours": ours, "band": band, "fine": fine} | more


def sources() -> list[dict[str, Any]]:
    """Additive models."""
    rows = []
    for a in (0.3, 1.7, 3.0):
        rows.append(case("powerlaw", [a], f"powerlaw(alpha={-a})"))
        rows.append(case("zpowerlw", [a, 0.5 * a], f"zpowerlw(alpha={-a}, redshift={0.5 * a})"))
    for a, e in ((0.5, 5.0), (1.5, 15.0), (2.3, 300.0)):
        rows.append(case("cutoffpl", [a, e], f"cutoffpl(alpha={-a}, logEc={log(e)})", MEDIUM, 32))
        z = a / 3
        rows.append(case("zcutoffpl", [a, e, z], f"zcutoffpl(alpha={-a}, logEc={log(e)}, redshift={z})", MEDIUM, 32))
    for a, e, b in ((1.0, 2.3, 2.0), (1.5, 5.0, 3.0), (2.5, 1.1, 1.2)):
        body = f"alpha1={-a}, alpha2={-b}, logEb={log(e)}"
        rows.append(case("bknpower", [a, e, b], f"bknpower({body})"))
        rows.append(case("zbknpower", [a, e, b, 0.4], f"zbknpower({body}, redshift=0.4)"))
    for a, b, piv in ((1.5, 0.2, 1.0), (2.0, -0.3, 3.0), (0.5, 1.0, 1.0)):
        body = f"alpha={-a}, beta={-b}, pivot_energy={piv}"
        rows.append(case("logpar", [a, b, piv], f"logpar({body})", fine=256))
        rows.append(case("zlogpar", [a, b, piv, 0.6], f"zlogpar({body}, redshift=0.6)", fine=256))
    for a, b, t in ((-1.0, -2.5, 300.0), (-0.5, -2.1, 100.0), (0.3, -4.0, 60.0)):
        rows.append(case("grbm", [a, b, t], f"grbm(alpha={a}, beta={b}, logEp={log(t * (2 + a))})", BURST, 256))
    for T in (0.12, 0.9, 6.0):
        k = f"logkT={log(T)}"
        rows.append(case("bbody", [T], f"bbody({k})", fine=256))
        rows.append(case("bbodyrad", [T], f"bbodyrad({k})", fine=256))
        rows.append(case("zbbody", [T, 0.8], f"zbbody({k}, redshift=0.8)", fine=256))
    for T in (0.3, 1.0, 3.0):
        rows.append(case("diskbb", [T], f"diskbb(logkT={log(T)})", fine=256))
    for T in (0.05, 0.3, 0.8, 1.5, 4.0, 8.0, 60.0):
        rows.append(case("bremss", [T], f"bremss(logkT={log(T)})", fine=512))
    for T in (0.3, 4.0, 20.0):
        rows.append(case("zbremss", [T, 0.5], f"zbremss(logkT={log(T)}, redshift=0.5)", fine=512))
    for T, p in ((1.0, 0.75), (0.5, 0.6), (2.0, 0.95)):
        rows.append(case("diskpbb", [T, p], f"diskpbb(logkT={log(T)}, p={p})", fine=64))
    for e, s in ((6.4, 0.1), (1.0, 0.01), (5.0, 1.5)):
        rows.append(case("gaussian", [e, s], f"gaussian(El={e}, sigma={s})", (0.5 * e, 1.5 * e)))
        rows.append(case("zgauss", [e, s, 0.3], f"zgauss(El={e}, sigma={s}, redshift=0.3)", (0.4 * e, 1.2 * e)))
        rows.append(case("lorentz", [e, s], f"lorentz(El={e}, width={s})", (0.5 * e, 1.5 * e)))
        rows.append(case("zlorentz", [e, s, 0.3], f"zlorentz(El={e}, width={s}, redshift=0.3)", (0.4 * e, 1.2 * e)))
    return rows + comptonised()


def comptonised() -> list[dict[str, Any]]:
    """compTT in both geometries and both ways of escape."""
    rows = []
    shapes = ((0.5, "disk", "formula"), (1.5, "sphere", "formula"), (-0.5, "disk", "table"), (-1.5, "sphere", "table"))
    for T0, T, tau in ((0.1, 50.0, 1.0), (0.5, 5.0, 6.0), (0.05, 150.0, 0.5)):
        for approx, geometry, escape in shapes:
            ours = (
                f"compTT(logkT0={log(T0)}, logkT={log(T)}, tau={tau}, geometry='{geometry}', escape='{escape}',"
                " redshift=0.1)"
            )
            rows.append(case("compTT", [0.1, T0, T, tau, approx], ours, MEDIUM, 256))
    return rows


def factors() -> list[dict[str, Any]]:
    """Multiplicative models but cold gas and dust."""
    rows = []
    for i, value in enumerate((0.7, 1.0, 2.5)):
        rows.append(case("constant", [value], f"constant(C={value})", fine=2))
        e, f = ((2.0, 15.0), (5.0, 12.0), (1.0, 20.0))[i]
        rows.append(case("highecut", [e, f], f"highecut(cutoffE={e}, foldE={f})", fine=512))
        rows.append(case("zhighect", [e, f, 0.2], f"zhighect(cutoffE={e}, foldE={f}, redshift=0.2)", fine=512))
        e = (0.3, 1.0, 4.0)[i]
        rows.append(case("expabs", [e], f"expabs(LowECut={e})", fine=128))
        e, t, k, w = ((7.1, 0.8, -2.67, 7.0), (1.5, 2.0, -1.0, 0.3), (4.0, 0.3, -2.67, 20.0))[i]
        own = f"smedge(edgeE={e}, maxtau={t}, index={k}, width={w})"
        rows.append(case("smedge", [e, t, k, w], own, fine=1024))
        five = ((2.0, 30.0, 10.0, 0.0, 20.0), (1.0, 12.0, 3.0, 1.5, 8.0), (0.3, 55.0, 15.0, 0.5, 30.0))[i]
        words = ", ".join(f"{n}={v}" for n, v in zip(("Depth0", "E0", "Width0", "Depth2", "Width2"), five, strict=True))
        rows.append(case("cyclabs", list(five), f"cyclabs({words})", HARD, 128))
        e, t = ((7.1, 0.4), (0.74, 1.0), (3.0, 3.0))[i]
        rows.append(case("edge", [e, t], f"edge(edgeE={e}, maxtau={t})", fine=1024))
        rows.append(case("zedge", [e, t, 0.1], f"zedge(edgeE={e}, maxtau={t}, redshift=0.1)", fine=1024))
        e, s, d = ((6.7, 0.2, 0.1), (2.0, 0.05, 0.3), (4.0, 1.0, 2.0))[i]
        rows.append(case("gabs", [e, s, d], f"gabs(El={e}, sigma={s}, strength={d})", fine=128))
        rows.append(case("zgabs", [e, s, d, 0.1], f"zgabs(El={e}, sigma={s}, strength={d}, redshift=0.1)", fine=128))
    return rows


def absorbers() -> list[dict[str, Any]]:
    """Cold gas and dust."""
    rows = []
    for n, z, abund in ((0.02, 0.0, "wilm"), (0.5, 0.05, "angr"), (3.0, 1.0, "aspl")):
        gas: dict[str, Any] = {"abund": abund, "fine": 4096}
        gas["band"] = (0.3, 10.0 / (1 + z))  # the polynomials of bcmc end at 10 keV
        gas["parts"] = 128
        for xsect in ("vern", "bcmc"):
            which = f"N_H={n}, abundance='{abund}', xsect='{xsect}'"
            rows.append(case("phabs", [n], f"phabs({which})", xsect=xsect, **gas))
            rows.append(case("pcfabs", [n, 0.6], f"pcfabs({which}, cover=0.6)", xsect=xsect, **gas))
            rows.append(case("zphabs", [n, z], f"zphabs({which}, redshift={z})", xsect=xsect, **gas))
            rows.append(case("zpcfabs", [n, 0.3, z], f"zpcfabs({which}, cover=0.3, redshift={z})", xsect=xsect, **gas))
        which = f"N_H={n}, abundance='{abund}'"
        rows.append(case("TBabs", [n], f"TBabs({which})", **gas))
        rows.append(case("zTBabs", [n, z], f"zTBabs({which}, redshift={z})", **gas))
        rows.append(case("wabs", [n], f"wabs(N_H={n})", **gas))
        rows.append(case("zwabs", [n, z], f"zwabs(N_H={n}, redshift={z})", **gas))
    # XSPEC's dust has 2.512 for 2.5 in a magnitude and wavelengths 1.71e-4 shorter, as its values show: put in here.
    for value, z, method in ((0.05, 0.0, 1), (0.3, 0.5, 2), (1.0, 2.0, 3)):
        ours, shift = 2.5 / 2.512 * value, (1 + z) * 1.000171 - 1
        optical = (1e-3, 0.011 / (1 + z))
        name, limits = ("mw", "lmc", "smc")[method - 1], f"lyman_limit={{}}, redshift={shift}"
        rows.append(case("redden", [value], f"redden(EBV={ours}, lyman_limit=909.09, redshift=1.71e-4)", optical, 256))
        rows.append(case("zredden", [value, z], f"zredden(EBV={ours}, {limits.format(909.09)})", optical, 256))
        own = f"zdust(EBV={ours}, method='{name}', R_V=3.1, {limits.format(800.0)})"
        rows.append(case("zdust", [method, value, 3.1, z], own, optical, 256))
    return rows


def convolutions() -> list[dict[str, Any]]:
    """Convolutions of a power law or a line, on a grid that reaches beyond the bins compared."""
    rows = []
    for i, z in enumerate((0.1, 0.5, 2.0)):
        rows.append(case("zashift", [z], f"zashift(z={z})(powerlaw(alpha=-2.0))", inner=["powerlaw", [2.0]]))
        s, index = ((0.1, 0.0), (0.3, 0.5), (0.05, 1.0))[i]
        line = "gaussian(El=5.0, sigma=0.2)"
        rows.append(
            case(
                "gsmooth",
                [s, index],
                f"gsmooth(Sig_6keV={s}, Index={index})({line})",
                (3.0, 7.0),
                64,
                parts=16,
                inner=["gaussian", [5.0, 0.2]],
            )
        )
    return rows


# ---- what runs in the child ---------------------------------------------------------------------------------------------
def manager() -> Path:
    """The folder of `model.dat`."""
    import xspectrampoline_helpers

    return Path(xspectrampoline_helpers.get_HEADAS()) / "spectral" / "manager"


def symbol_of(name: str) -> tuple[str, str]:
    """The symbol and the kind (add, mul, con) of a model."""
    for line in (manager() / "model.dat").read_text().splitlines():
        words = line.split()
        if len(words) >= 7 and words[0] == name and words[5] in ("add", "mul", "con"):
            return words[4], words[5]
    raise SystemExit(f"{name} is not in model.dat")


def raw(library: Any, name: str, edges: np.ndarray, values: list[float], start: np.ndarray | None = None) -> np.ndarray:
    """What the model's function gives on these edges; photons of single-precision models on the exact widths."""
    symbol, kind = symbol_of(name)
    single = not symbol.startswith(("C_", "c_", "F_"))
    number, pointer = (np.float32, ctypes.c_float) if single else (np.float64, ctypes.c_double)
    e, p = edges.astype(number), np.array([*values, 1.0], number)
    out = np.zeros(len(e) - 1, number) if start is None else start.astype(number)
    err, n = np.zeros_like(out), len(out)

    def at(array: np.ndarray) -> Any:
        return array.ctypes.data_as(ctypes.POINTER(pointer))

    if single:
        call = library[f"{symbol}_"]
        call(at(e), ctypes.byref(ctypes.c_int(n)), at(p), ctypes.byref(ctypes.c_int(1)), at(out), at(err))
    else:
        library[symbol](at(e), ctypes.c_int(n), at(p), ctypes.c_int(1), at(out), at(err), ctypes.c_char_p(b""))
    result = out.astype(float)
    return result / np.diff(e.astype(float)) * np.diff(edges) if single and kind == "add" else result


def evaluated(library: Any, row: dict[str, Any], edges: np.ndarray, fine: int) -> np.ndarray:
    """Photons or mean factor of each bin, from `fine` parts a bin."""
    parts = np.concatenate([np.geomspace(a, b, fine + 1)[:-1] for a, b in itertools.pairwise(edges)])
    parts = np.append(parts, edges[-1])
    kind = symbol_of(row["xspec"])[1]
    if kind == "con":
        step = math.log(parts[1] / parts[0])
        below = parts[0] * np.exp(-step * np.arange(int(math.log(30) / step), 0, -1))
        above = parts[-1] * np.exp(step * np.arange(1, int(math.log(30) / step)))
        wide = np.concatenate([below, parts, above])
        name, values = row["inner"]
        seen = raw(library, row["xspec"], wide, row["values"], raw(library, name, wide, values))
        seen = seen[len(below) : len(below) + len(parts) - 1]
    else:
        seen = raw(library, row["xspec"], parts, row["values"])
    if kind == "mul":
        seen = seen * np.diff(parts)
    total = seen.reshape(-1, fine).sum(axis=1)
    return total / np.diff(edges) if kind == "mul" else total


def child(order: Path, answer: Path) -> None:
    """Evaluate the rows of one model."""
    import xspectrampoline

    library = xspectrampoline.get_libraries().lib_xs_functions
    library.csmpall(ctypes.c_float(70), ctypes.c_float(0), ctypes.c_float(0.73))
    done = []
    for row in json.loads(order.read_text()):
        error = ctypes.c_int(0)
        for setting, value in ((library.FPSOLR, row.get("abund", "angr")), (library.FPXSCT, row.get("xsect", "vern"))):
            setting(value.encode(), ctypes.byref(error))
            assert error.value == 0, value
        edges = np.geomspace(*row["band"], 31)
        values, before = (evaluated(library, row, edges, row["fine"] // part) for part in (1, 2))
        seen = values > 1e-3 * values.max()
        unsure = float(np.abs(before / np.where(seen, values, np.nan) - 1)[seen].max())
        photons = symbol_of(row["xspec"])[1] != "mul"
        done.append(
            row
            | {"photons": photons, "unsure": float(f"{unsure:.1e}"), "expected": [float(f"{v:.10e}") for v in values]}
        )
    answer.write_text(json.dumps(done))


def main() -> None:
    """Run every model in a child of its own and write the table."""
    rows = [*sources(), *factors(), *absorbers(), *convolutions()]
    table: list[dict[str, Any]] = []
    for name in dict.fromkeys(row["xspec"] for row in rows):
        with tempfile.TemporaryDirectory() as folder:
            order, answer = Path(folder) / "order.json", Path(folder) / "answer.json"
            order.write_text(json.dumps([row for row in rows if row["xspec"] == name]))
            subprocess.run(
                [sys.executable, str(Path(__file__).resolve()), "--child", str(order), str(answer)],
                check=True, cwd=folder, stdout=subprocess.DEVNULL, env={k: v for k, v in os.environ.items() if k != "HEADAS"},
            )  # fmt: skip
            table += json.loads(answer.read_text())
    TABLE.write_text("[\n" + ",\n".join(json.dumps(row) for row in table) + "\n]\n")
    print(f"{TABLE.name}: {len(table)} cases, {TABLE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    child(Path(sys.argv[2]), Path(sys.argv[3])) if sys.argv[1:2] == ["--child"] else main()
