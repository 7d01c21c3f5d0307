"""XSPEC's scripts read: data, channels, parameters, links, statistics; what cannot be held is refused by line."""

import math
import warnings

import numpy as np
import pytest
from xcm_files import make_folder, script

from spec_lab import BayesInfer, MaxLikeFit, unif
from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import DataUnit
from spec_lab.exchange import read_xcm
from spec_lab.exchange.xspec_parameters import xspec_models, xspec_names
from spec_lab.models import XSPEC, Model, component_class, const, gauss, pl, tbabs

BURST = "data 1:1 s1.pha\nstatistic cstat\n"
POWER = "model powerlaw\n1.6 0.01 -3 -2 9 10\n200 0.01 0 0 1e20 1e24\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("xcm"))


def read(folder, text):
    return read_xcm(script(folder, text)).infer


def by_name(infer):
    return {f"{p.slot.pair + 1}.{p.slot.component}.{p.name}": p for p in infer.par.values() if p.slot.owner == "model"}


EXAMPLE = """
data 1:1 s1.pha
response  1:1 r.rsp
backgrnd 1 b1.pha
data 2:2 s2.pha
response  1:2 r.rsp
backgrnd 2 b2.pha
ignore 1:1-1,11-12 2:1-2,22-24

statistic cstat
method leven 10 0.01
abund wilm
xsect vern
cosmo 70 0 0.73
xset delta 0.01
systematic 0
model  constant*TBabs(powerlaw + gaussian)
              1      -0.01          0          0      1e+10      1e+10
            1.3      0.001          0          0     100000      1e+06
            1.9       0.01         -3         -2          9         10
            200       0.01          0          0      1e+20      1e+24
            6.4      -0.05          0          0      1e+06      1e+06
           0.05       0.05          0          0         10         20
          2e-05       0.01          0          0      1e+20      1e+24
           1.02       0.01          0          0      1e+10      1e+10
= p2
= p3
= p4
= p5
= p6
= p7
bayes off
"""


def test_two_groups_with_links_are_the_fit_made_by_hand(folder):
    infer = BayesInfer.from_xcm(script(folder, EXAMPLE))
    assert isinstance(infer, BayesInfer) and isinstance(MaxLikeFit.from_xcm(folder / "fit.xcm"), MaxLikeFit)
    factor, lines = tbabs(N_H=1.3), gauss(El=6.4, sigma=0.05, logA=math.log10(2e-5))
    body = factor * (pl(alpha=-1.9, logA=math.log10(200)) + lines)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        units = [DataUnit(src=folder / f"s{i}.pha", stat="cstat") for i in (1, 2)]
        hand = BayesInfer([(units[0], const(C=1.0) * body), (units[1], const(C=1.02) * body)])
    hand.notice("s1.pha", [units[0].all_channels().emin[1], units[0].all_channels().emax[9]])
    hand.notice("s2.pha", [units[1].all_channels().emin[2], units[1].all_channels().emax[20]])
    assert infer.stat == pytest.approx(hand.stat, rel=1e-12)
    assert [unit.npoint for pair in infer.pairs for unit in pair.data.units] == [9, 19]
    par = by_name(infer)
    assert par["1.const.C"].frozen and par["1.gauss.El"].frozen and par["2.gauss.El"].frozen
    assert [f"{p.slot.pair + 1}.{p.slot.component}.{p.name}" for p in infer.free_par.values()] == [
        "1.tbabs.N_H", "1.pl.alpha", "1.pl.logA", "1.gauss.sigma", "1.gauss.logA", "2.const.C",
    ]  # fmt: skip
    assert par["2.pl.alpha"].mates == (par["1.pl.alpha"].pid,)
    assert par["1.pl.alpha"].prior == unif(-9, 2)  # the index has the other sign
    assert par["1.gauss.sigma"].prior == unif(1e-4, 10) and par["1.pl.logA"].prior == unif(-10, 10)
    assert par["1.pl.alpha"].origin == "given"


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("ignore 1:1-2,45-46", range(3, 45)),
        ("ignore **-0.5,7.0-**", range(5, 45)),  # 0.467-0.569 and 6.57-9.87 keV are touched
        ("ignore 1-1:**-0.5 7.0-**", range(5, 45)),
        ("ignore **:-4", range(5, 47)),
        ("ignore 1:**-**\nnotice 1:10-12,30", [10, 11, 12, 30]),
        ("ignore 0.5-0.7 3", [1, 2, *range(7, 47)]),  # groups 4 to 6 reach into 0.5-0.7 keV
        ("ignore bad", range(1, 47)),
        ("ignore 1-40\nnotice all\nignore 46-**", range(1, 46)),
        ("ignore 1: 1-35 , 40-46", range(36, 40)),
    ],
)
def test_exactly_the_noticed_channels_of_a_grouped_spectrum_enter(real_data, tmp_path, command, kept):
    source = real_data / "3c273" / "3c273.pi"
    text = f"data {source}\n{command}\n{POWER}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)
        infer = read_xcm(script(tmp_path, text)).infer
        every = DataUnit(src=source, stat="chi2", bad_mode="skip").all_channels()
    seen = infer.pairs[0].data.units[0].channels()
    numbers = np.array(list(kept))
    np.testing.assert_array_equal(seen.first, every.first[numbers - 1])
    np.testing.assert_array_equal(seen.S, every.S[numbers - 1])
    assert every.emin[4] == pytest.approx(0.5694) and every.emax[43] == pytest.approx(6.57)


def test_old_links_commas_defaults_and_two_spectra_of_a_group(folder):
    text = """
data 1:1 s1.pha 1:2 s2.pha   # two of one group
backgrnd 2 none
statistic chi 1
statistic cstat 2
statistic test pchi
abund angr
model  TBabs*zTBabs(zpowerlw + zpowerlw)
 0.02 -1
 1.1,,0.01,0.05,50,100
 0.158 -0.01
 1.7
 = 3
 150 /
 = 4 + 0.6
 = 3
 = 0.02*6
fit 100
"""
    fit = read_xcm(script(folder, text))
    infer, par = fit.infer, by_name(fit.infer)
    units = infer.pairs[0].data.units
    assert [unit.stat for unit in units] == ["chi2", "cstat"] and [unit.bkg is None for unit in units] == [False, True]
    assert par["1.tbabs.N_H"].frozen and par["1.tbabs.N_H"].val == 0.02
    assert par["1.ztbabs.N_H"].val == 1.1 and par["1.ztbabs.N_H"].prior == unif(0.05, 50)
    assert par["1.pl.alpha"].val == -1.7 and par["1.pl.alpha"].prior == unif(-9, 2)
    assert par["1.pl2.alpha"].val == pytest.approx(-2.3) and par["1.pl2.alpha"].tied_to == "par[3] - 0.6"
    assert par["1.pl2.logA"].val == pytest.approx(math.log10(3.0))
    assert par["1.pl2.logA"].tied_to == f"par[4] - {-math.log10(0.02)!r}"
    settings = {(c.component, c.name): c.val for c in infer.cfg.values()}
    assert settings["pl2", "redshift"] == settings["ztbabs", "redshift"] == 0.158
    assert settings["tbabs", "abundance"] == settings["ztbabs", "abundance"] == "angr"
    assert "fit" in fit.report["Here"][-2] and any("held at 0.158" in row for row in fit.report["Here"])


def test_commands_after_the_model_act_in_order(folder):
    after = "newpar 1 1.7 0.02\nnewpar 2 = 100*p1\nuntie 2\nfreeze 1\nthaw 1-2\nfreeze 2\nnewpar 2 180\n"
    par = by_name(read(folder, BURST + POWER + after))
    assert par["1.pl.alpha"].val == -1.7 and not par["1.pl.alpha"].frozen
    assert par["1.pl.logA"].val == math.log10(180) and par["1.pl.logA"].frozen and par["1.pl.logA"].tied_to is None
    untied = by_name(read(folder, BURST + POWER + "newpar 2 = 100*p1\nuntie 2\n"))["1.pl.logA"]
    assert untied.val == math.log10(160) and untied.tied_to is None
    late = by_name(read(folder, BURST + POWER + "data 2:2 s2.pha\nfreeze 3\nnewpar 4 100"))
    assert (
        late["2.pl.alpha"].mates == (1,) and late["2.pl.logA"].val == 2.0
    )  # a group that comes later follows the first


@pytest.mark.parametrize(
    ("expression", "ours"),
    [
        ("powerlaw", "pl"),
        ("phabs*po", "phabs*pl"),
        ("PHA(BBODY+pow)", "phabs*(bb+pl)"),
        ("(bbody + po)wabs", "(bb+pl)*wabs"),
        ("constant*tb(ga + pow)highecut", "const*tbabs*(gauss+pl)*highecut"),
        ("wabs*edge*po + gauss", "wabs*edge*pl+gauss"),
        ("wa(po+(bbody+ga)edge)", "wabs*(pl+(bb+gauss)*edge)"),
        ("tbabs*gsmooth*(po+ga)", "tbabs*gsmooth(pl+gauss)"),
        ("gsmooth(edge*po+ga)", "gsmooth(edge*pl+gauss)"),
        ("zashift*tbabs*cut", "zshift(tbabs*cpl)"),
        ("wabs * wabs (wabs*po)", "wabs*wabs*(wabs*pl)"),
    ],
)
def test_expressions_in_any_spelling(folder, expression, ours):
    infer = read(folder, f"{BURST}model {expression}\n")
    assert infer.pairs[0].model.expression == Model.parse(ours).expression


@pytest.mark.parametrize(
    ("link", "tie"),
    [
        ("= p1", "par[1]"),
        ("= -1*p1 + 0.5", "-par[1] - 0.5"),
        ("= p1 - 1.", "par[1] + 1.0"),
        ("= 2.*1", "2.0*par[1]"),
        ("= 3.2", "-3.2"),
        ("= p1*p1", "-(-par[1] * -par[1])"),
        ("= log(p2)", "-par[2]"),
        ("= p2/100", "-(10 ** par[2] / 100.0)"),
        ("= sqrt(p1)+exp(0.1)", "-(sqrt(-par[1]) + exp(0.1))"),
    ],
)
def test_links_of_an_index_in_our_coordinates(folder, link, tie):
    infer = read(folder, f"{BURST}model po+po\n1.6\n200\n{link}\n10\n")
    par = infer.par[3]
    theirs = {"p1": 1.6, "p2": 200.0}
    if tie == "par[1]":
        assert par.mates == (1,)
    else:
        assert par.tied_to.replace(" ", "") == tie.replace(" ", "")
    expected = eval(  # of the texts above
        link.lstrip("= ").replace("*1", "*p1") if "2.*1" in link else link.lstrip("= "),
        {**theirs, "log": math.log10, "sqrt": math.sqrt, "exp": math.exp},
    )
    assert par.val == pytest.approx(-expected, rel=1e-12)


def test_links_of_norms_are_affine_in_their_logarithms(folder):
    for link, tie in (("= 2*p2", "par[2] + 0.3010299956639812"), ("= p2^2/5.", "2.0*par[2] - 0.6989700043360189")):
        par = read(folder, f"{BURST}model po+po\n1.6\n200\n1.2\n{link}\n").par[4]
        assert par.tied_to == tie
    curved = read(folder, f"{BURST}model po+po\n1.6\n200\n1.2\n= p2 + 3\n").par[4]
    assert curved.tied_to == "log10(10 ** par[2] + 3.0)" and curved.val == pytest.approx(math.log10(203))


def test_settings_switches_and_bands(folder):
    text = BURST + "model zdust(compTT + logpar)\n2\n0.1\n3.1 -1\n0.5 -1\n0 -1\n0.2\n40\n1.1\n-1.5\n3\n1.4\n0.1\n2\n5\n"
    infer = read(folder, text)
    settings = {(c.component, c.name): c.val for c in infer.cfg.values()}
    assert settings["zdust", "method"] == "lmc" and settings["zdust", "R_V"] == 3.1
    assert settings["comptt", "geometry"] == "sphere" and settings["comptt", "escape"] == "table"
    assert settings["logpar", "pivot_energy"] == 2.0
    par = by_name(infer)
    assert par["1.logpar.beta"].val == -0.1 and par["1.comptt.logkT0"].val == math.log10(0.2)
    band = by_name(read(folder, BURST + "model grbm\n-0.8\n-2.3\n250\n3\n"))
    assert band["1.band.logEp"].val == math.log10(250 * 1.2) and band["1.band.beta"].val == -2.3


def test_priors_keep_the_value_within_the_limits_of_the_script(folder):
    par = by_name(read(folder, f"{BURST}model tbabs*po\n0\n1.6\n3e-14 0.01 0 0 1e-10 1e-5\n"))
    assert par["1.tbabs.N_H"].prior == unif(0, 1e5)  # 0 is below our range
    low, high = par["1.pl.logA"].prior.support
    assert low < math.log10(3e-14) < high == -10


REFUSED = [
    ("model apec\n", 3, "apec has no counterpart"),
    ("model nonsense\n", 3, "no such model"),
    ("model po\n1.7\n0\n", 5, "no logarithm"),
    ("model po\n1.7\n1 0.1\n3\n", 6, "fewer lines"),
    ("model zzz*po\n1.7\n0.1\n", 3, "no such model"),
    ("model zpowerlw\n1.7\n0.1 0.01\n200\n", 5, "is a setting"),
    ("model zpowerlw\n1.7\n=p1\n200\n", 5, "is a setting"),
    ("model po\n= bkg:p1\n200\n", 4, "another model"),
    ("model po\n= p1 + 1\n200\n", 4, "follow itself"),
    ("model po\n= p9\n200\n", 4, "no parameter 9"),
    ("model po\n= atan(p2)\n200\n", 4, "not known"),
    ("model 2:bkg po\n1.7\n200\n", 3, "second source"),
    ("model gsmooth(po)wabs\n", 3, "bracket"),
    ("model wabs(po\n", 3, "not closed"),
    ("model wabs po\n", 3, "missing before"),
    ("model atable{x.fits}\n", 3, "table model"),
    ("model po*bbody\n", 3, "cannot form"),
    ("mdefine dust exp(-tau/E) : mul\n", 3, "formula"),
    ("gain 1 1 0\n", 3, "gain"),
    ("rmodel 1 gain\n", 3, "response"),
    ("response 2:1 r.rsp\n", 3, "second source"),
    ("response 1:3 r.rsp\n", 3, "no such spectrum"),
    ("response 1 none\n" + POWER, 1, "without response"),
    ("backgrnd 1 nothere.pha\n" + POWER, 3, "no file 'nothere.pha'"),
    ("data 3:3 s2.pha\n", 3, "one after the other"),
    ("corfile 1 c.pha\n", 3, "correction file"),
    ("systematic 0.02\n", 3, "systematic"),
    ("weight churazov\n", 3, "standard"),
    ("statistic whittle\n", 3, "no such statistic"),
    ("statistic chi 5\n", 3, "not there"),
    ("set x 3\n", 3, "Tcl"),
    ("newpar 1 $x\n", 3, "Tcl"),
    ("newpar 1 1.7\n", 3, "no model"),
    ("frobnicate 3\n", 3, "no such command"),
    ("ignore 3:1-2\n", 3, "no such spectrum"),
    ("ignore x-y\n", 3, "no range"),
    ("ignore 1-**\n" + POWER, 1, "is left"),
    ("setplot wave\n", 3, "wavelengths"),
    ("abund lpgs\nmodel tbabs*po\n", 3, "abundances"),
    ("xsect obcm\nmodel phabs*po\n", 4, "cross-sections"),
    ("editmod 1 po\n", 3, "step by step"),
    (POWER + "newpar 1 11\n", 6, "outside its limits"),
    (POWER + "newpar 7 1\n", 6, "no such parameter"),
    (POWER + "freeze bkg:1\n", 6, "one model"),
    ("model grbm\n-1\n-2\n300 -1\n3\n", 6, "held while alpha"),
]


@pytest.mark.parametrize(("text", "line", "words"), REFUSED)
def test_what_cannot_be_held_is_refused_with_its_line(folder, text, line, words):
    with pytest.raises(DataError, match=rf"^fit.xcm, line {line}: ") as caught:
        read(folder, BURST + text)
    assert words in str(caught.value)


def test_files_that_are_not_there(folder, tmp_path):
    with pytest.raises(DataError, match=r"no file 'x.xcm'"):
        read_xcm(tmp_path / "x.xcm")
    with pytest.raises(DataError, match=r"line 1: there is no file 's9.pha'"):
        read(folder, BURST.replace("s1", "s9") + POWER)
    with pytest.raises(DataError, match="has no model"):
        read(folder, BURST)
    with pytest.raises(DataError, match="has no data"):
        read(folder, POWER)


def test_abbreviations_continued_lines_and_comments(folder):
    text = "# start\nDA 1:1 s1.pha \\\n 1:2 s3\nign 2:1-3\nSTAT cstat\nmo tb(po) & 0.1 & 1.5 & 100 # end\nfr 1\n"
    infer = read(folder, text)
    assert infer.par[1].frozen and infer.par[3].val == 2.0 and len(infer.pairs[0].data.units) == 2
    assert infer.pairs[0].data.units[1].npoint == 21


def test_comments_among_parameters_are_none_and_empty_lines_are_defaults(folder):
    par = by_name(read(folder, BURST + "model tb*po\n# nH\n0.3\n# index\n\n# norm\n200\n"))
    assert (par["1.tbabs.N_H"].val, par["1.pl.alpha"].val, par["1.pl.logA"].val) == (0.3, -1.0, math.log10(200))


def test_the_table_names_what_our_components_have():
    counterparts = {name: component for component, known in XSPEC.items() for name in known.names}
    scaled = {"cflux": "cflux", "cpflux": "cpflux", "clumin": "clumin"}
    assert {name: model.component for name, model in xspec_models().items()} == counterparts | scaled
    for name, model in xspec_models().items():
        assert name in xspec_names()
        made = component_class(model.component)(**model.preset)
        fitted = {p.name for p in made.parameters}
        assert fitted == {p.ours for p in model.parameters if p.how != "setting"}, name
        own = {p.ours for p in model.parameters if p.how == "setting"} - {"cloud"}
        assert own <= set(made.settings()), name
        for p in model.parameters:
            if p.how not in ("setting", "peak"):
                assert p.to_xspec(p.to_ours(1.7)) == 1.7
                assert p.default[2] <= p.default[3] <= p.default[0] <= p.default[4] <= p.default[5]
