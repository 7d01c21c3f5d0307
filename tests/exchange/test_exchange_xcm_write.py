"""XSPEC's scripts written: what is read from them again is the same fit; what XSPEC cannot hold is refused by name."""

import math
import warnings

import numpy as np
import pytest
from small import make_data
from xcm_files import make_folder, script

from spec_lab import BayesInfer, norm
from spec_lab._base import DataError, ParameterError, SpecLabError
from spec_lab.data import DataUnit, Response, Source, file_of
from spec_lab.exchange import read_xcm
from spec_lab.models import Model, bb, const, cpl, pl, tbabs

ONE = "data 1:1 s1.pha\n"
TWO = "data 1:1 s1.pha 2:2 s2.pha\n"
THREE = "data 1:1 s1.pha 1:2 s2.pha 2:3 s3.pha\n"

SCRIPTS = {
    "power law": ONE + "model po\n1.6\n200\n",
    "chi with background": ONE + "statistic chi\nmodel po\n1.6\n200\n",
    "W": ONE + "statistic cstat\nmodel po\n1.6\n200\n",
    "C": ONE + "backgrnd 1 none\nstatistic cstat\nmodel po\n1.6\n200\n",
    "PG": ONE + "statistic pgstat\nmodel po\n1.6\n200\n",
    "known background": ONE + "statistic pstat\nmodel po\n1.6\n200\n",
    "Loredo": ONE + "statistic lstat\nmodel po\n1.6\n200\n",
    "energies": ONE + "ignore **-8.0 500.0-**\nstatistic cstat\nmodel po\n1.6\n200\n",
    "channels": ONE + "ignore 1:2-4,7,11-12\nstatistic cstat\nmodel po\n1.6\n200\n",
    "noticed again": ONE + "ignore 1-**\nnotice 3-9\nstatistic cstat\nmodel po\n1.6\n200\n",
    "mixed statistics": THREE + "statistic cstat\nstatistic chi 2\nstatistic pstat 3\nmodel po\n1.6\n200\n= p1\n210\n",
    "frozen and limited": ONE + "statistic cstat\nmodel po\n1.6 -0.01 0 1 2 3\n200 0.1 1 10 1e3 1e4\n",
    "outside our ranges": ONE + "statistic cstat\nmodel tb*po\n0 -1\n1.6\n3e12 1 1e10 1e11 1e13 1e14\n",
    "wilm": ONE + "statistic cstat\nabund wilm\nmodel tb*po\n0.3\n1.6\n200\n",
    "bcmc": ONE + "statistic cstat\nabund aspl\nxsect bcmc\nmodel zphabs*pcfabs*po\n3\n0.4\n30\n0.5\n1.6\n200\n",
    "redshifts": ONE + "statistic cstat\nmodel ztb*zpo\n30\n0.4\n1.6\n= p2\n200\n",
    "two groups": TWO + "statistic cstat\nmodel const*po\n1 -1\n1.6\n200\n1.1 0.1\n= p2\n= p3\n",
    "two redshifts": TWO + "statistic cstat\nmodel zbb*edge\n20\n0.1\n5\n10\n0.5\n= p1\n0.2\n= p3\n= p4\n= p5\n",
    "an index apart": TWO + "statistic cstat\nmodel po\n1.6\n200\n= p1 + 0.3\n= p2\n",
    "norms in proportion": ONE + "statistic cstat\nmodel po+bb\n1.6\n200\n20\n= 0.02*p2\n",
    "a sum of norms": ONE + "statistic cstat\nmodel po+po+bb\n1.6\n200\n1.2\n20\n20\n= p2 + 2*p4\n",
    "powers": ONE + "statistic cstat\nmodel cutoffpl+bb\n1.2\n300\n200\n= p2/10\n= sqrt(p3)*p3^0.5/7\n",
    "a norm of an index": ONE + "statistic cstat\nmodel po+bb\n1.6\n200\n20\n= exp(p1)\n",
    "an index of a norm": ONE + "statistic cstat\nmodel po+bb\n= log(p4)\n200\n20\n40\n",
    "old links": ONE + "statistic cstat\nmodel po+po\n1.6\n200\n= 1 - 0.3\n= 2\n",
    "lines": ONE + "statistic cstat\nmodel ga+lorentz+zgauss+po\n60\n5\n3\n100 -1\n8\n2\n90\n4 -1\n0.2\n1\n1.6\n200\n",
    "curved": ONE + "statistic cstat\nmodel highecut*edge*logpar\n20\n300\n33\n0.3\n1.2\n0.1\n10\n20\n",
    "broken": ONE + "statistic cstat\nmodel bknpow*cyclabs\n1.1\n60\n2.2\n150\n0.3\n30\n8\n",
    "Band": TWO + "statistic pgstat\nmodel grbm\n-0.9\n-2.4\n300\n2\n= p1\n= p2\n= p3\n2.1\n",
    "smoothed": ONE + "statistic cstat\nmodel tb*gsmooth(ga+po)\n3\n4\n0.5 -1\n60\n2\n3\n1.6\n200\n",
    "bracket first": ONE + "statistic cstat\nmodel (bbody + po)wabs\n20\n5\n1.6\n200\n30\n",
    "Comptonised": ONE + "statistic cstat\nmodel compTT+diskbb\n0.1\n1\n60\n1\n-1.5\n20\n3\n2\n",
    "dust": ONE + "statistic cstat\nmodel zdust*po\n2\n0.1\n3.1 -1\n0.3 -1\n1.6\n200\n",
    "a flux": ONE + "statistic cstat\nmodel cflux*po\n8\n1000\n-6.5\n1.6\n1 -1\n",
    "changed afterwards": TWO
    + "statistic cstat\nmodel po\n1.6\n200\n/*\nuntie 3\nnewpar 4 = 1.1*p2\nthaw 3\nfreeze 1\nnewpar 1 1.7\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("xcm"))


def test_there_are_thirty_texts():
    assert len(SCRIPTS) >= 30


SLOW = ("smoothed", "Comptonised")  # these models compile for long
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in SCRIPTS]


@pytest.mark.parametrize("name", NAMES)
def test_reading_writing_reading_gives_the_same_fit(folder, name):
    first = read_xcm(script(folder, SCRIPTS[name])).infer
    text = first.to_xcm(folder / "again.xcm", overwrite=True)
    assert (folder / "again.xcm").read_text() == text
    again = BayesInfer.from_xcm(folder / "again.xcm")
    np.testing.assert_allclose(again.pvalues, first.pvalues, rtol=1e-12, atol=1e-14)
    one, other = first.setup, again.setup
    assert (other.partition, other.frozen, [n for n, _ in other.ties]) == (
        one.partition,
        one.frozen,
        [n for n, _ in one.ties],
    )
    assert [str(c.val) for c in again.cfg.values()] == [str(c.val) for c in first.cfg.values()]
    for mine, its in zip(one.priors, other.priors, strict=True):
        assert mine.support == pytest.approx(its.support, rel=1e-12)
    for unit, its in zip(*([u for pair in fit.pairs for u in pair.data.units] for fit in (first, again)), strict=True):
        np.testing.assert_array_equal(unit.channels().first, its.channels().first)
    assert math.isfinite(first.stat) and again.stat == pytest.approx(first.stat, rel=1e-9)
    assert again.to_xcm(folder / "third.xcm", overwrite=True) == text


def test_ties_move_alike_after_the_round_trip(folder):
    for name in ("an index apart", "norms in proportion", "a sum of norms", "powers", "an index of a norm"):
        first = read_xcm(script(folder, SCRIPTS[name])).infer
        first.to_xcm(folder / "again.xcm", overwrite=True)
        again = BayesInfer.from_xcm(folder / "again.xcm")
        for infer in (first, again):
            infer.at_par(infer.free_pvalues + 0.05)
        np.testing.assert_allclose(again.pvalues, first.pvalues, rtol=1e-12)


def test_a_real_spectrum_keeps_its_statistic(real_data, tmp_path):
    where = real_data / "3c273" / "3c273.pi"
    text = f"data {where}\nignore **-0.5,7.0-**\nstatistic cstat\nabund wilm\nmodel tb*po\n0.07123456789\n2.1\n2e-4\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = read_xcm(script(tmp_path, text)).infer
        first.to_xcm(tmp_path / "again.xcm")
        again = BayesInfer.from_xcm(tmp_path / "again.xcm")
    assert again.stat == pytest.approx(first.stat, rel=1e-9) and again.pairs[0].data.units[0].npoint == 40
    assert "ignore 1:1-4,45-46\n" in (tmp_path / "again.xcm").read_text()


@pytest.mark.filterwarnings("ignore:.*POISSERR")
def test_simulated_and_regrouped_data_are_written_beside_the_script(folder, tmp_path):
    infer = BayesInfer([(make_data(1, 2, stat="chi2", grpg={"min_evt": 60}), pl(alpha=-1.6, logA=2.3))])
    with pytest.raises(DataError, match="in no file as it stands"):
        infer.to_xcm(tmp_path / "fit.xcm")
    with pytest.raises(DataError, match="beside the script"):
        infer.to_xcm(write_data=True)
    assert not list(tmp_path.iterdir())
    infer.to_xcm(tmp_path / "fit.xcm", write_data=True)
    again = BayesInfer.from_xcm(tmp_path / "fit.xcm")
    assert again.stat == pytest.approx(infer.stat, rel=1e-9)
    assert sorted(p.name for p in tmp_path.iterdir())[0] == "fit.xcm" and len(list(tmp_path.iterdir())) == 7
    with pytest.raises(DataError, match="exists"):
        infer.to_xcm(tmp_path / "fit.xcm", write_data=True)
    unit = DataUnit(src=folder / "s2.pha", stat="cstat", grpg={"min_evt": 60}, notc=[10, 500])
    grouped = BayesInfer([(unit, pl(alpha=-1.6, logA=2.3))])
    grouped.to_xcm(tmp_path / "g.xcm", write_data=True)
    assert BayesInfer.from_xcm(tmp_path / "g.xcm").stat == pytest.approx(grouped.stat, rel=1e-9)


def fit_of(folder, model):
    model = Model.parse(model) if isinstance(model, str) else model
    return BayesInfer([(DataUnit(src=folder / "s1.pha", stat="cstat"), model)])


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("sbpl", "no model for sbpl"),
        ("cpl", "vfv_peak=False"),
        ("powerlaw(pivot_energy=100.0)", "pivot_energy=1.0"),
        ("pl - bb", "cannot hold the model"),
        ("2*pl", "no model for"),
        ("gsmooth(pl)*wabs", "cannot hold the model"),
        ("tbabs(abundance='wilm')*phabs*pl", "one abund"),
    ],
)
def test_models_that_xspec_has_not_are_refused_by_name(folder, model, words):
    with pytest.raises(SpecLabError, match=words):
        fit_of(folder, model).to_xcm()


def test_what_else_xspec_cannot_hold(folder):
    infer = fit_of(folder, tbabs() * pl(alpha=-1.6, logA=2.3))
    infer.par["pl.alpha"].prior = norm(-1.6, 0.2)
    assert "# parameter 2 (pl.alpha): the prior norm(-1.6, 0.2) is not held" in infer.to_xcm()
    infer.par["s1.pha.rf"].val = 1.1
    with pytest.raises(ParameterError, match=r"no parameter s1.pha.rf"):
        infer.to_xcm()
    unit = DataUnit(src=folder / "s1.pha", stat="pgstat")
    two = BayesInfer([(unit, pl()), (DataUnit(src=folder / "s2.pha", stat="cstat"), pl() + bb())])
    with pytest.raises(ParameterError, match="one model for all data groups"):
        two.to_xcm()
    assert "pgstat differs" in BayesInfer([(unit, const(C=2.0) * cpl(vfv_peak=False))]).to_xcm()
    with pytest.raises(ParameterError, match="weight"):
        BayesInfer([(unit.replace(weight=0.5), pl())]).to_xcm()
    with pytest.raises(ParameterError, match="no statistic 'ULpgstat'"):
        BayesInfer([(unit.replace(stat="ULpgstat"), pl())]).to_xcm()
    with pytest.raises(ParameterError, match="no pairs"):
        BayesInfer().to_xcm()


def test_a_file_is_known_while_nothing_is_changed(folder):
    source = Source.from_file(folder / "s1.pha")
    assert file_of(source) == str((folder / "s1.pha").resolve())
    assert file_of(source.replace(exposure=2.0)) is None
    assert file_of(Source.from_file(folder / "s1.pha", poisson=False)) is None
    assert file_of(Source.from_file(folder / "s1.pha", 0)) == f"{(folder / 's1.pha').resolve()}{{1}}"
    assert file_of(Response.from_file(folder / "r.rsp")).endswith("r.rsp")
