"""Whole fits go through files: data, models, set-ups and outcomes come back, here and in another program."""

import json
from typing import Any

import numpy as np
import pytest
from small import make_data, make_unit
from table_file import write_table

from spec_lab import BayesInfer, datasets, unif
from spec_lab._base import EngineError, MissingDependency
from spec_lab.data import Background, Data, DataUnit, Response, Source
from spec_lab.engines import ENGINES, Outcome, run_engine
from spec_lab.fit import PairSpec, Problem, Setup
from spec_lab.infer import Bootstrap, Posterior
from spec_lab.models import (
    Additive,
    Model,
    atable,
    catalog,
    component,
    component_class,
    cpl,
    mtable,
    parameter,
    pl,
    tbabs,
)
from spec_lab.priors import families, parse_prior
from spec_lab.results import estimates as tables
from spec_lab.tree import SerializationError, io
from spec_lab.variables import Constrained, Derived, Fixed, Interval, Positive, Tagged


@component(priors={"slope": "unif(-3, 1)"}, units={"E0": "keV"}, frozen=("E0",))
def keepsake(E, slope=-1.5, E0=2.0, logA=0.0):
    """A power law of mine."""
    return 10**logA * (E / E0) ** slope


class twoslope(Additive):
    """A power law with a settable pivot."""

    slope: Any = parameter(-1.0, "unif(-3, 1)")

    def spectrum(self, x, p, T=None):
        return x.E ** p["slope"]


def through(value, folder, *, zipped=True):
    """The value after a journey through a file."""
    return io.load(io.export(value, folder / ("saved.zip" if zipped else "saved"), overwrite=True))


def rich(folder):
    """A set-up with one of everything an edit can do, on models of every origin."""
    write_table(folder / "toy.fits", additive=True)
    write_table(folder / "screen.fits", additive=False)
    first = make_data(1, 2, grpg={"min_evt": 3})
    limited = cpl(alpha=Constrained(Interval(-2.0, 0.5), -1.2, metadata={"label": r"\gamma"}), logEp=Fixed(2.5))
    table = mtable(folder / "screen.fits", name="screen")(kT=2.0) * atable(folder / "toy.fits")()
    infer = BayesInfer([(first, limited + 0.5 * keepsake()), (make_data(3, stat="cstat"), tbabs() * (pl() + table))])
    alpha = infer.par["pl.alpha"].pid
    infer.link([1, alpha])
    infer.par["keepsake.logA"].tie("0.5*par[3] + 1")
    infer.par["tbabs.N_H"].frozen = True
    infer.par["u1.rf"].thaw()
    infer.par["u1.rf"].prior = "lognorm(0.1)"
    infer.par["keepsake.slope"].prior = None
    infer.notice("u2", [[10, 100], [150, 600]])
    return infer


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return rich(tmp_path_factory.mktemp("rich"))


# data


@pytest.mark.parametrize("name", datasets.DEMOS)
@pytest.mark.parametrize("zipped", [True, False])
def test_data_come_back(name, zipped, tmp_path):
    data = datasets.load(name)
    again = through(data, tmp_path, zipped=zipped)
    assert type(again) is Data and again.names == data.names
    assert repr(again.info) == repr(data.info)
    for unit, old in zip(again.units, data.units, strict=True):
        assert type(unit) is DataUnit and repr(unit.info) == repr(old.info)
        for kept, was in zip(unit.channels(), old.channels(), strict=True):
            np.testing.assert_array_equal(kept, was)


@pytest.mark.parametrize("part", ["src", "bkg", "rsp"])
def test_the_parts_of_a_unit_come_back_alone(part, tmp_path):
    value = getattr(make_unit(), part)
    again = through(value, tmp_path)
    assert type(again) is type(value) and type(again) in (Source, Background, Response)
    assert repr(again.info) == repr(value.info)


def test_a_response_in_two_units_is_stored_once_and_stays_one(tmp_path):
    unit = make_unit(1)
    data = Data([("a", unit), ("b", unit.replace(notc=[10, 100]))])
    stored = io.to_state_dict(data)["array_data"].values()
    assert sum(array.shape == unit.rsp.matrix.shape for array in stored) == 1
    again = through(data, tmp_path)
    assert again["a"].rsp is again["b"].rsp and again["a"].notc != again["b"].notc


# models


@pytest.mark.parametrize("name", [row["name"] for row in catalog()])
def test_every_component_comes_back(name):
    model = component_class(name)()
    again = io.from_state_dict(io.to_state_dict(model))
    assert again.structure is model.structure
    assert again.parameters == model.parameters or repr(again.parameters) == repr(model.parameters)


@pytest.mark.parametrize(
    "model",
    [
        *map(
            Model.parse, ["tbabs*(pl+bb)", "cpl*2+bb", "pl-bb", "-pl+cpl", "gsmooth(pl+gauss)", "pl*const**2", "pl/2"]
        ),
        cpl(name="mine", redshift=1.5, alpha=Fixed(Tagged(-1.0, metadata={"unit": "one"}))),
        pl(alpha=Constrained(Positive(), 1.5), logA=Derived(abs, -1.0)),
        tbabs() * keepsake(slope=-2.0),
        twoslope(redshift=0.5),
    ],
    ids=repr,
)
def test_expressions_and_variables_come_back(model, tmp_path):
    again = through(model, tmp_path)
    assert again.structure is model.structure and again.expression == model.expression
    np.testing.assert_array_equal(again.theta, model.theta)
    assert [(p.bounds, p.frozen, p.label, p.unit, p.prior) for p in again.parameters] == [
        (p.bounds, p.frozen, p.label, p.unit, p.prior) for p in model.parameters
    ]
    E = np.geomspace(1, 100, 7)
    np.testing.assert_array_equal(again.evaluate(E), model.evaluate(E))


def test_a_table_model_carries_its_table(tmp_path):
    write_table(tmp_path / "toy.fits", additive=True)
    model = tbabs() * atable(tmp_path / "toy.fits")(kT=2.0)
    saved = io.to_state_dict(model)
    (tmp_path / "toy.fits").unlink()
    assert io.from_state_dict(saved).structure is model.structure
    assert str(tmp_path) not in json.dumps(saved["manifest"])


@pytest.mark.parametrize(
    "make",
    [
        lambda: component(lambda E, A=1.0: A * E, name="quick")(),
        lambda: component(_later)(),
        lambda: type("inner", (Additive,), {"__qualname__": "f.<locals>.inner", "__annotations__": {}})(),
    ],
    ids=["lambda", "renamed", "inner"],
)
def test_a_component_without_a_lasting_name_is_refused(make, tmp_path):
    with pytest.raises(SerializationError, match="no later program can find it") as caught:
        io.export(pl() + make(), tmp_path / "saved.zip")
    assert "Binary.right" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def _later(E, A=1.0):
    return A * E


# beliefs and set-ups


@pytest.mark.parametrize("family", [row["name"] for row in families()])
def test_every_prior_comes_back(family):
    row = next(row for row in families() if row["name"] == family)
    fallback = iter((1.0, 2.0, 3.0, 4.0))
    args = [a["default"] if a["default"] is not None else next(fallback) for a in row["args"]]
    prior = parse_prior(f"{family}({', '.join(map(str, args))})")
    assert io.from_state_dict(io.to_state_dict({"p": prior}))["p"] == prior


def test_a_pair_comes_back(whole, tmp_path):
    again = through(whole.setup.pairs[1], tmp_path)
    assert type(again) is PairSpec and again.model.expression == whole.setup.pairs[1].model.expression


@pytest.mark.parametrize("zipped", [True, False])
def test_a_setup_comes_back(whole, zipped, tmp_path):
    setup = whole.setup
    again = through(setup, tmp_path, zipped=zipped)
    assert type(again) is Setup
    for name in ("frozen", "partition", "priors", "ties", "rule", "free", "slots"):
        assert getattr(again, name) == getattr(setup, name) or repr(getattr(again, name)) == repr(getattr(setup, name))
    np.testing.assert_array_equal(again.values, setup.values)
    assert tables.par_info(again).data_dict == tables.par_info(setup).data_dict
    assert Problem(again).stat() == pytest.approx(Problem(setup).stat(), rel=1e-12)
    assert [u.notc for p in again.pairs for u in p.data.units] == [u.notc for p in setup.pairs for u in p.data.units]


# outcomes

QUICK = {
    "iminuit": {"draws": 50},
    "lmfit": {"draws": 50},
    "fit": {"draws": 50},
    "preview": {"draws": 400},
    "emcee": {"steps": 60, "discard": 10},
    "nuts": {"draws": 40, "warmup": 40, "chains": 2},
    "nested": {"live": 60, "tolerance": 1.0, "sharpen": False},
    "bootstrap": {"simulations": 20},
}


@pytest.fixture(scope="module")
def fitted():
    infer = BayesInfer([(make_data(1, 2), pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.0
    infer.fit()
    return infer


@pytest.mark.parametrize("engine", ENGINES)
def test_the_outcome_of_every_engine_comes_back(engine, fitted, tmp_path):
    try:
        outcome = run_engine(engine, fitted.problem, **QUICK.get(engine, {}))
    except (EngineError, MissingDependency) as error:
        if not ENGINES[engine].package:
            raise
        pytest.skip(f"optional engine: {error}")
    again = through(outcome, tmp_path)
    assert type(again) is Outcome and again.status is outcome.status
    for name in ("engine", "stat", "message", "log_evidence", "log_evidence_error", "settings"):
        assert getattr(again, name) == getattr(outcome, name)
    assert repr(again.stats) == repr(outcome.stats)  # as text: some are nan
    for kind in (Posterior, Bootstrap)[0 if ENGINES[engine].bayesian else 1 :]:
        new, old = kind(fitted, again), kind(fitted, outcome)
        np.testing.assert_array_equal(new.par_median, old.par_median)
        np.testing.assert_array_equal(new.par_Isigma, old.par_Isigma)
        assert repr(new) == repr(old)


def test_the_history_of_a_fit_stores_its_data_once(fitted, tmp_path):
    alone = fitted.setup.export(tmp_path / "setup.zip").stat().st_size
    outcomes = [fitted.run("fit", draws=10) for _ in range(3)]
    assert io.export(outcomes, tmp_path / "outcomes.zip").stat().st_size < 2 * alone
    again = io.load(tmp_path / "outcomes.zip")
    assert again[0].setup.pairs[0] is again[2].setup.pairs[0]
