"""How the files in `saved/` were made, and `saved/expected.json` beside them. Not run by tests.

The files stand for what people keep on their disks: they were written once, by spec_lab as it was before its floors were
rebuilt, and every later spec_lab must read them. So they are never written anew; a later format gets files of its own.
To see what this script would make today, with `tests` on the Python path: `python tests/golden/make_saved_files.py FOLDER`.
"""

import json
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from table_file import write_table

from spec_lab import BayesInfer, MaxLikeFit, beta, datasets, expon, gamma, lognorm, logunif, norm, plaw, truncnorm, unif
from spec_lab.models import atable, bb, bbodyrad, const, cpl, gauss, gsmooth, pl, tbabs, zshift
from spec_lab.session import FitSession
from spec_lab.tree import allow_package, io
from spec_lab.variables import Constrained, Derived, Fixed, Interval, Positive, Tagged

SAVED = Path(__file__).parent / "saved"


def composite_session(folder):
    """`session.speclab`: two pairs, algebra, runs, links, a tie, frozen parameters, priors, windows, a journal."""
    data = datasets.load("burst")
    infer = BayesInfer([(data["na"], tbabs() * (cpl() + bb())), (data["bg"], const() * cpl())])
    session = FitSession(infer)
    infer.par["tbabs.N_H"].frozen = True
    infer.par["bb.logkT"].prior = norm(1.6, 0.2)
    infer.link(["pair1.cpl.alpha", "pair2.cpl.alpha"])
    infer.link(["pair1.cpl.logEp", "pair2.cpl.logEp"])
    infer.par["pair2.cpl.logA"].tie(f"par[{infer.par['pair1.cpl.logA'].pid}]")
    infer.par["pair1.cpl.logEp"].prior = truncnorm(-3, 3, 2.5, 0.5)
    infer.par["pair1.cpl.logA"].prior = unif(-3, 3)
    infer.par["bb.logA"].prior = "unif(-4, 4)"
    infer.notice("na", [[15, 400], [420, 800]])
    session.fit("fit", draws=40)
    session.label(session.wait(300).number, "first fit")
    session.apply(1)
    session.fit("preview", draws=100)
    number = session.wait(300).number
    session.label(number, "preview of it")
    session.pin(number)
    infer.par["const.C"].val = 1.1
    session.undo()
    infer.par["bb.logkT"].val = 1.7
    session.save(folder / "session.speclab")
    return session


def operators_of_a_fit(folder):
    """`operators.zip`: a table model, convolutions and a user's function, with beliefs of every kind."""
    table = folder / "toy.fits"
    write_table(table, additive=True)
    toy = atable(table)
    table.unlink()
    from golden_components import bent

    model = gsmooth()(bent() + gauss(El=Constrained(Interval(20.0, 60.0), 40.0))) + zshift(z=0.5)(
        toy(logA=-3.0) + bbodyrad()
    )
    infer = BayesInfer([(datasets.load("burst")["na"], model)])
    beliefs = {
        "bent.slope": norm(-1, 0.5),
        "bent.logEc": unif(1, 4),
        "toy.kT": logunif(0.5, 4.0),
        "toy.Abund": beta(2.0, 2.0),
        "gauss.sigma": gamma(3.0, 0.0, 2.0),
        "gauss.El": truncnorm(-2, 2, 40.0, 5.0),
        "gsmooth.Sig_6keV": expon(0.0, 1.0),
        "gsmooth.Index": None,
        "bbodyrad.logkT": lognorm(0.3, 0.0, 1.0),
        "bbodyrad.logA": plaw(2.0, 0.0, 5.0),
    }
    for name, belief in beliefs.items():
        infer.par[name].prior = belief
    for name in ("toy.extra", "gsmooth.Index", "zshift.z"):
        infer.par[name].frozen = True
    inside = {"bent.logA": 0.5, "toy.logA": -3.5, "gauss.logA": 0.2, "gauss.sigma": 4.0, "gsmooth.Sig_6keV": 0.3}
    for name, value in {**inside, "bbodyrad.logkT": 1.1, "bbodyrad.logA": 0.4}.items():
        infer.par[name].val = value
    infer.export(folder / "operators.zip")
    return infer


def variables_in_a_component(folder):
    """`variables/`: a folder with a component whose fields hold variables; `component.zip`: such a component alone."""
    model = cpl(
        alpha=Constrained(Interval(-1.9, 1.5), -1.1, metadata={"label": r"\alpha_1", "prior": "unif(-1.9, 1.5)"}),
        logEp=Fixed(Tagged(2.6, metadata={"unit": "keV", "doc": "as measured by another"})),
        logA=Derived(jnp.log10, Tagged(1.5)),
    )
    infer = MaxLikeFit([(datasets.load("burst")["na"], model + pl(alpha=Tagged(-1.7), logA=-1.0))])
    infer.export(folder / "variables")
    io.export(
        gauss(
            El=Constrained(Positive(), 12.0),
            sigma=Fixed(Constrained(Interval(0.0, 9.0), 4.0)),
            logA=Derived(jnp.log10, Tagged(0.5)),
        ),
        folder / "component.zip",
    )
    return infer


def chain_fit():
    """The fit whose chains are kept: `nuts/`, `nested/`, `emcee/`, and `posterior.zip`, the outcome of a preview."""
    infer = BayesInfer([(datasets.load("burst"), cpl())])
    infer.par["cpl.logEp"].prior = norm(2.5, 0.5)
    infer.par["cpl.logA"].prior = unif(-2, 4)
    infer.at_par([-1.3, 2.6, 0.5])
    return infer


CHAINS = {
    "nuts": {"draws": 50, "warmup": 25, "chains": 2, "seed": 3},
    "nested": {"live": 40, "moves": 4, "max_rounds": 12, "seed": 3},
    "emcee": {"nstep": 30, "discard": 10, "random_seed": 3},
}


def coordinates(infer):
    """What a set-up says of its parameters."""
    setup = infer.setup
    return {
        "stat": infer.stat,
        "paths": [slot.path for slot in setup.slots],
        "values": np.asarray(setup.values).tolist(),
        "units": [slot.unit for slot in setup.slots],
        "labels": [slot.label for slot in setup.slots],
        "free": [i + 1 for i in setup.free],
        "frozen": [i + 1 for i, frozen in enumerate(setup.frozen) if frozen],
        "links": [root + 1 for root in setup.partition],
        "ties": [[pid, text] for pid, text in setup.ties],
        "priors": [str(prior) for prior in setup.priors],
        "ranges": [list(infer.par[i + 1].range) for i in setup.free],
        "expressions": [pair.model.expression for pair in setup.pairs],
        "names": [list(pair.data.names) for pair in setup.pairs],
        "logprior": infer.logprior,
    }


def digest(outcome):
    """What an outcome says, in few numbers."""
    draws = np.asarray(outcome.draws)
    return {
        "engine": outcome.engine,
        "status": str(outcome.status),
        "message": outcome.message,
        "shape": list(draws.shape),
        "first": draws[0].tolist(),
        "mean": draws.mean(axis=0).tolist(),
        "best": np.asarray(outcome.best).tolist(),
        "stat": outcome.stat,
        "mean_log_like": float(np.mean(outcome.log_like)),
        "mean_log_prob": float(np.mean(outcome.log_prob)),
        "lnZ": outcome.log_evidence,
        "lnZ_error": outcome.log_evidence_error,
        "settings": [[name, value] for name, value in outcome.settings],
    }


def history(state):
    """The runs and the journal of a session."""
    return {
        "runs": [[run.number, run.label, run.time, run.pinned] for run in state.runs],
        "outcomes": [digest(run.outcome) for run in state.runs],
        "journal": [[line.code, line.undone] for line in state.journal],
        "start": np.asarray(state.start.values).tolist(),
        "counter": state.counter,
    }


def main(folder):
    folder.mkdir(parents=True)
    allow_package("golden_components")
    expected = {}
    session = composite_session(folder)
    expected["session.speclab"] = {**coordinates(session.infer), **history(session.state), "script": session.script()}
    session.close()
    infer = operators_of_a_fit(folder)
    expected["operators.zip"] = coordinates(infer)
    expected["variables"] = coordinates(variables_in_a_component(folder))
    infer = chain_fit()
    posterior = infer.preview(draws=100, seed=3)
    posterior.outcome.export(folder / "posterior.zip")
    expected["posterior.zip"] = digest(posterior.outcome)
    for engine, options in CHAINS.items():
        made = getattr(chain_fit(), engine)(savepath=folder / engine, **options)
        expected[engine] = digest(made.outcome)
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
