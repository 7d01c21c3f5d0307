"""Every number on the page *Coming from bayspec*, measured on the burst it speaks of."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from spec_lab import Data, DataUnit, Infer, MaxLikeFit
from spec_lab._base import SpecLabWarning
from spec_lab.data import Response, Source
from spec_lab.models import bb, cpl, pl, wabs
from spec_lab.models.integration.grid import KEV_TO_ERG
from spec_lab.priors import logunif
from spec_lab.statistics import Statistic

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "coming_from_bayspec.md").read_text()
POINT = [-1.562, 2.331, 2.353]


def says(row, *numbers):
    """The row of the page that begins so holds the numbers as they are given."""
    text = next(line for line in PAGE.splitlines() if line.startswith(f"| {row}"))
    missing = [number for number in numbers if number not in text.replace("→", " ")]
    assert not missing, text


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "grb-me-he"


def unit(folder, name, notc, **more):
    files = {"bkg": folder / f"{name}.bkg"} | more
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)  # POISSERR = F on integer counts: told aloud, and right
        return DataUnit(folder / f"{name}.src", rsp=folder / f"{name}.rsp", notc=notc, **files)


@pytest.fixture(scope="module")
def burst(folder):
    return Data([("nai", unit(folder, "me", [8, 900])), ("bgo", unit(folder, "he", [300, 38000]))])


def standing(infer, *point):
    infer.at_par(point or POINT)
    return infer


@pytest.mark.real_data
def test_minima_criteria_and_errors(burst):
    found = {rule: standing(MaxLikeFit([(burst, cpl())], rule=rule)).fit() for rule in ("exact", "trapezoid5")}
    says("integral", *(f"{fit.min_stat:.4f}" for fit in found.values()))
    says("AIC", f"{found['exact'].aic:.3f}")
    plain, hesse = standing(MaxLikeFit([(burst, cpl())])).lmfit(), standing(MaxLikeFit([(burst, cpl())])).iminuit()
    scaled = plain.errors[0] * np.sqrt(plain.min_stat / plain.dof)
    says("errors of", f"{scaled:.4f}", f"{plain.errors[0]:.4f}", f"{hesse.errors[0]:.4f}")


@pytest.mark.real_data
def test_two_amplitudes(burst):
    tied = MaxLikeFit([(burst, cpl(alpha=-1.5, logEp=2.3, logA=1.2) + bb(logkT=1.0, logA=1.2))])
    tied.link([3, 5])
    one, free = tied.lmfit(), MaxLikeFit([(burst, cpl(alpha=-1.5, logEp=2.3, logA=2.3) + bb(logkT=1.0, logA=0.5))])
    two = free.lmfit()
    numbers = [tied.par[3].val, free.par[3].val, free.par[5].val]
    says("two components", *(f"{x:.3f}" for x in numbers), f"{one.min_stat:.1f}", f"{two.min_stat:.1f}")


@pytest.mark.real_data
@pytest.mark.filterwarnings(
    "ignore:background 'me.bkg'", "ignore:background 'he.bkg'"
)  # of errors of their own, for pstat
def test_statistics(folder, burst):
    stats = [
        standing(Infer([(Data([(n, u.replace(stat=tag)) for n, u in burst.items()]), cpl())])).stat
        for tag in ("pstat", "pstat_nobkg")
    ]
    says("`pstat`", *(f"{stat:.2f}" for stat in stats))
    alone = standing(Infer([(unit(folder, "me", [8, 900], bkg="none", stat="cstat"), cpl())]))
    c = alone.pairs[0].data.units[0].channels()
    zero = np.zeros_like(c.S)
    theirs, _ = Statistic.PPstat(
        S=c.S, B=zero, m=alone.model_ctsrate[0], ts=c.ts, tb=c.ts, sigma_S=c.sigma_S, sigma_B=zero
    )
    says("`cstat` without", f"{theirs:.2f}", f"{alone.stat:.2f}")


def test_the_imports():
    known = {}
    exec(PAGE.split("```python")[1].split("```")[0], known)
    for (
        name
    ) in "DataUnit Source MaxLikeFit Plot cpl tbabs band const unif truncnorm list_priors ppsig SampleAnalyzer".split():
        assert callable(known[name]), name


def test_what_needs_no_burst():
    says("`wabs`", f"{float(wabs(N_H=1.0).nouspec(30.0)):.5f}")
    edges = 1.0 + np.arange(9)
    counts = Source([4.0, 4, 4, 9, 5, 4, 2, 3])
    one = DataUnit(counts, rsp=Response.ideal(edges[:-1], edges[1:]), notc=[[1, 4], [6, 9]], grpg={"min_evt": 10})
    says("groups by", " and ".join(f"{n:g}" for n in one.src_counts) + " counts")


def test_constants_and_limits():
    jansky = 1e-6 * 1e23 * 6.62607015e-27 / KEV_TO_ERG  # of an erg/cm²/s/keV, in 1e6 Jy
    says("Jy", f"1e6/{1 / jansky:.5f}", f"{100 * (1 / jansky / 2.416 - 1):.3f} %")
    says(
        "erg per keV",
        f"{KEV_TO_ERG:.10g}".replace("e-09", "e-9"),
        f"{1.60218e-9 / KEV_TO_ERG - 1:.1e}".replace("e-06", "e-6"),
    )
    low, high = logunif(1e-3, 1e3).interval(0.95)
    says("hard limits", f"{low:.5f}", f"{high:.0f}")


@pytest.mark.real_data
def test_links_freezes_and_shared_models(burst):
    nai, bgo = (Data([item]) for item in burst.items())
    infer = Infer([(nai, cpl()), (bgo, pl())])
    before = infer.free_nparams
    infer.par[3].frozen = True
    says("freezing", f"{before} in bayspec, {infer.free_nparams}")
    infer = Infer([(nai, cpl()), (bgo, pl()), (bgo, pl())])
    before = infer.free_nparams
    infer.link([1, 6])
    infer.link([4, 6])
    says("links", f"of {before} free", f"{before - 1} stay listed in bayspec, {infer.free_nparams} here")
    model = cpl()
    shared = standing(Infer([(nai, model), (bgo, model)], rule="trapezoid5"))
    whole = standing(Infer([(burst, cpl())], rule="trapezoid5"))
    np.testing.assert_allclose(shared.stat_list, whole.stat_list)
    says("one model object", *(f"{stat:.2f}" for stat in shared.stat_list))


@pytest.mark.real_data
def test_groups_of_a_width(burst):
    theirs, ours = (burst["bgo"].replace(grpg=g).npoint for g in ({"min_nevt": 0, "max_bin": 7}, {"max_bin": 7}))
    says("`max_bin` alone", f"{theirs} groups in bayspec, {ours} here")


@pytest.mark.real_data
def test_energies_of_a_factor(burst):
    model = cpl(alpha=POINT[0], logEp=POINT[1], logA=POINT[2])
    shown = []
    for bins, (low, high) in zip(burst.rsp_chbin, ((8, 900), (300, 38000)), strict=True):
        smaller = 1 - model.ergflux(bins.min(), bins.max()) / model.ergflux(low, high)
        shown += [f"{100 * smaller:.2g} %", f"{bins.min():.3g}–{bins.max():.4g}".replace("3.639e+04", "36390")]
    says("energies of", *shown)
