"""Which component is which of XSPEC's models, and how well their values agree.

Agreement is the largest relative difference from XSPEC 12.15 in bins where the flux is above 1e-3 of its maximum, seen over the
golden tables that `notebooks/make_xspec_tables.py` writes (tests hold it); XSPEC's bins were cut until its own values settled,
since it evaluates most models at one or two energies of a bin and ours are integrals over bins. Parameters are the same but
for their words: indices have the other sign, amplitudes and most energies are base-10 logarithms, redshift is a setting.

Components that are not listed have no counterpart in XSPEC.
"""

from __future__ import annotations

from typing import NamedTuple


class Counterpart(NamedTuple):
    """A component's counterpart in XSPEC.

    Attributes:
        names: XSPEC's names, which are names here, too (in any case).
        agreement: Largest relative difference seen.
        note: How they differ; empty where only words do.
    """

    names: tuple[str, ...]
    agreement: float
    note: str = ""


_EDGES = "Means over bins; XSPEC's are values at its bins' ends, up to some per cent off in a bin that holds an edge. "
_FINE = (
    "In the lines at the O K, Ne K and Fe L edges, which XSPEC's table resolves further than the 0.05 % in energy of ours, up to "
    "5e-3 over a bin of 12 % (N_H = 5e21, angr), 2e-7 in the median. Abundances are wilm unless said; XSPEC's start as angr."
)
_DUST = (
    "XSPEC's has 2.512 for 2.5 in a magnitude, wavelengths 1.71e-4 shorter and another Lyman limit ({limit}); "
    "agreement with these put in. As they stand, exponents are 0.5 % apart."
)

XSPEC: dict[str, Counterpart] = {
    "pl": Counterpart(("powerlaw", "zpowerlw"), 1e-10),
    "cpl": Counterpart(("cutoffpl", "zcutoffpl"), 1e-10, "With vfv_peak=False, as these names have it."),
    "bknpl": Counterpart(("bknpower", "zbknpower"), 1e-10),
    "logpar": Counterpart(("logpar", "zlogpar"), 1e-10, "beta has the other sign, too."),
    "band": Counterpart(("grbm",), 3e-5, "Ep is (2 + alpha) times XSPEC's tem."),
    "bb": Counterpart(("bbody", "zbbody"), 5e-6),
    "bbodyrad": Counterpart(("bbodyrad",), 5e-6),
    "diskbb": Counterpart(("diskbb",), 1e-4, "XSPEC's integral over the disc ripples by that."),
    "diskpbb": Counterpart(
        ("diskpbb",), 2e-3, "XSPEC's integral over the disc ends at a finite radius: low at E far below kT."
    ),
    "bremss": Counterpart(("bremss", "zbremss"), 2e-5),
    "comptt": Counterpart(("compTT",), 1.5e-4, "XSPEC finds the index of the spectrum to 1e-4 only."),
    "gauss": Counterpart(("gaussian", "zgauss"), 1e-7),
    "lorentz": Counterpart(("lorentz", "zlorentz"), 1e-10),
    "const": Counterpart(("constant",), 1e-7, "Single precision there."),
    "highecut": Counterpart(
        ("highecut", "zhighect"),
        1e-4,
        "Below the threshold XSPEC's is exp(-1 eV/foldE), not 1: 1e-4 for foldE = 10 keV.",
    ),
    "edge": Counterpart(
        ("edge", "zedge"), 1e-6, "Means over bins; XSPEC puts the whole of a bin on one side of the threshold."
    ),
    "gabs": Counterpart(("gabs", "zgabs"), 5e-5),
    "expabs": Counterpart(("expabs",), 5e-6),
    "smedge": Counterpart(("smedge",), 1e-6),
    "cyclabs": Counterpart(("cyclabs",), 1e-5),
    "wabs": Counterpart(("wabs", "zwabs"), 1e-5, _EDGES.strip()),
    "phabs": Counterpart(
        ("phabs", "zphabs"),
        3e-4,
        _EDGES + "3e-5 of the depth with bcmc. " + "Abundances are aspl unless said; XSPEC's start as angr.",
    ),
    "pcfabs": Counterpart(
        ("pcfabs", "zpcfabs"), 1e-4, _EDGES + "Abundances are aspl unless said; XSPEC's start as angr."
    ),
    "tbabs": Counterpart(("TBabs",), 5e-3, _FINE),
    "ztbabs": Counterpart(("zTBabs",), 5e-3, _FINE),
    "redden": Counterpart(("redden", "zredden"), 1e-4, _DUST.format(limit="909.1 Angstrom")),
    "zdust": Counterpart(("zdust",), 1e-4, _DUST.format(limit="800 Angstrom") + " R_V is 3.1 there unless said."),
    "zshift": Counterpart(("zashift",), 5e-5, "XSPEC shares photons out among the bins of its grid."),
    "gsmooth": Counterpart(
        ("gsmooth",),
        3e-4,
        "On bins narrower than the width. XSPEC takes nothing from beyond 4.75 widths nor from beyond its grid.",
    ),
}
