"""Every documented name on real spectra, a check a name (`documented_names`): on an Infer, on pairs, on all three analyzers."""

import inspect
import warnings

import checks_of_parameters  # noqa: F401  (each of the three enters its checks)
import checks_of_results  # noqa: F401
import checks_of_spectra  # noqa: F401
import numpy as np
import pytest
from documented_names import (
    ANALYZER,
    ANALYZER_CHECKS,
    BAYES,
    CHECKS,
    INFER_METHODS,
    INFER_PROPERTIES,
    MAXLIKE,
    PAIR,
    PAIR_CHECKS,
    STATISTICS,
    failures,
)
from scipy.special import gammaln

from spec_lab import BayesInfer, Data, DataUnit, unif
from spec_lab._base import SpecLabWarning
from spec_lab.infer import Pair, SampleAnalyzer
from spec_lab.models import cpl, pl
from spec_lab.statistics import Statistic, StatisticNB

INFER = [*INFER_METHODS, *INFER_PROPERTIES]


def burst(folder):
    def unit(name, notc):
        files = {kind: folder / "grb-me-he" / f"{name}.{kind}" for kind in ("src", "bkg", "rsp")}
        return DataUnit(**files, notc=notc, stat="pgstat", rebn={"max_bin": 5})

    infer = BayesInfer([(Data([("na", unit("me", [8, 900])), ("bgo", unit("he", [300, 38000]))]), cpl())])
    infer.at_par([-1.562, 2.331, 2.353])
    return infer


def quasar(folder):
    infer = BayesInfer([(DataUnit(src=folder / "3c273" / "3c273.pi", stat="cstat", name="acis", notc=[0.5, 7]), pl())])
    infer.par[2].prior = unif(-8, 0)
    infer.at_par([-1.95, -3.72])
    return infer


@pytest.fixture(scope="module", params=[burst, quasar], ids=["burst", "3c273"])
def infer(request, real_data, tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)  # POISSERR = F on integer counts: told aloud, and right
        made = request.param(real_data)
    made._folder = tmp_path_factory.mktemp("saved")
    return made


@pytest.fixture(scope="module", params=["infer", "posterior", "bootstrap", "sample"])
def thing(infer, request):
    if request.param == "infer":
        return infer
    if request.param == "bootstrap":
        made = infer.fit()
    else:
        posterior = infer.preview(draws=2000)
        made = posterior if request.param == "posterior" else SampleAnalyzer(infer, posterior.outcome)
    made._folder = infer._folder
    return made


def test_there_is_a_check_for_every_documented_name_and_no_other():
    assert (len(INFER_METHODS), len(INFER_PROPERTIES), len(PAIR)) == (11, 73, 47)
    assert set(CHECKS) == {*INFER, *BAYES, *MAXLIKE}
    assert set(PAIR_CHECKS) == set(PAIR)
    assert set(ANALYZER_CHECKS) == set(ANALYZER)


@pytest.mark.real_data
def test_the_names_of_an_infer(thing):
    """Those of `Infer`, `BayesInfer` and `MaxLikeFit`, which every Infer has: an analyzer too."""
    assert failures(thing, CHECKS, [*INFER, *BAYES, *MAXLIKE]) == {}


@pytest.mark.real_data
def test_the_names_of_a_pair(thing):
    for pair in (*thing.pairs, Pair(*thing.pairs[0])):
        assert failures(pair, PAIR_CHECKS, PAIR) == {}


@pytest.mark.real_data
def test_the_names_of_an_analyzer(thing):
    if isinstance(thing, SampleAnalyzer):
        assert failures(thing, ANALYZER_CHECKS, ANALYZER) == {}
    else:
        assert not set(ANALYZER) - {"free_par_info"} & set(dir(thing))


@pytest.mark.real_data
@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("home", [Statistic, StatisticNB])
def test_the_names_of_statistics(infer, home, name):
    function = getattr(home, name)
    assert isinstance(inspect.getattr_static(home, name), staticmethod)
    assert list(inspect.signature(function).parameters) == ["S", "B", "m", "ts", "tb", "sigma_S", "sigma_B"]
    for pair in infer.pairs:
        for channels, m in zip([unit.channels() for unit in pair.data.units], pair.conv_ctsrate, strict=True):
            words = {key: getattr(channels, key) for key in ("S", "B", "ts", "tb", "sigma_S", "sigma_B")}
            total, residual = function(m=m, **words)
            assert np.ndim(total) == 0 and total == pytest.approx(float(residual @ residual), rel=1e-9)
            assert residual.shape == ((1,) if name.endswith("_UL") else m.shape)
            other, _ = getattr(Statistic, name)(m=m, **words)
            assert total == pytest.approx(other, rel=1e-9)


def test_the_logarithm_of_a_poisson_probability():
    k, mu = np.array([0.0, 1.0, 7.0, 250.0]), np.array([0.5, 2.0, 7.0, 240.0])
    exact = k * np.log(mu) - mu - gammaln(k + 1)
    stirling = Statistic.poisson_logpmf(k, mu)  # without ln(2πk)/2
    more = 0.5 * np.log(2 * np.pi * np.where(k > 0, k, 1 / (2 * np.pi)))
    np.testing.assert_allclose(stirling - more, exact, atol=0.09)
    assert stirling[0] == pytest.approx(-0.5) and stirling.shape == k.shape


@pytest.mark.real_data
@pytest.mark.slow
def test_multinest_runs(infer, multinest_library):
    found = infer.multinest(nlive=60, savepath=None, random_seed=1)
    assert failures(found, ANALYZER_CHECKS, ANALYZER) == {} and found.outcome.engine == "multinest"
