"""A person's day with spec_lab: models in every dialect, fits, edits, files, figures, the Lab and a page.

It imports what a person would import and types what a person would type. `test_user_day.py` runs it once under a recorder of
function calls and asks which of the documented names of `variables` and `bridge` were of use on the way.
"""

import numpy as np
import numpyro.distributions as dist

from spec_lab import BayesInfer, Infer, bridge, compare, datasets, norm, tree, unif, variables
from spec_lab.infer import Posterior
from spec_lab.models import Additive, bb, component, config, const, cpl, parameter, pl, tbabs
from spec_lab_widgets import Lab

# ---- the morning: a model ------------------------------------------------------------------------------------------------


class hump(Additive):
    """A component in the first dialect: fields that hold variables. A hump in the logarithm of energy."""

    logE0: float = parameter(2.3, "unif(1, 4)", unit="keV", label=r"\log E_0", log=True)
    width: float = parameter(1.0, "unif(0.1, 3)", doc="its width in ln E")
    logA: float = parameter(-1.0, "unif(-4, 4)", label=r"\log A", log=True)
    scale: float = config(1.0, "a setting, fixed when the component is made")

    def spectrum(self, x, p, T=None):
        """Photons/cm²/s/keV."""
        depth = (x.lnE - 2.302585 * p["logE0"]) / p["width"]
        return self.scale * 10 ** p["logA"] * 2.718281828 ** (-0.5 * depth**2)


@component(priors={"slope": "unif(-3, 1)", "logA": "unif(-4, 4)"})
def straight(E, slope=-1.5, logA=0.0):
    """A component made of a function."""
    return 10**logA * (E / 100.0) ** slope


def half(x):
    """What a derived parameter is of another number."""
    return 0.5 * x


def spell_variables():
    """Everything a variable can say about one number, said of the parameters of one model."""
    words = {"label": r"\alpha_{\rm low}", "doc": "photon index below the peak"}
    model = cpl(
        alpha=variables.Constrained(variables.Interval(-2.0, 0.5), -1.1, metadata=words),
        logEp=variables.Random(norm(2.5, 0.3)),
        logA=variables.Tagged(0.9, metadata={"unit": "photons/cm²/s/keV"}),
    ) + hump(
        logE0=variables.Fixed(variables.Constrained(variables.GreaterThan(1.0), 1.6)),
        width=variables.Constrained(variables.Positive(), 0.8),
        logA=variables.Derived(half, variables.Constrained(variables.Negative(), -2.0)),
    )
    again = cpl(
        alpha=variables.Constrained(variables.LessThan(0.5), -1.0),
        logEp=variables.Constrained(variables.RealLine(), 2.4),
        logA=variables.Random(dist.Normal(1.0, 0.5)),
    )
    return model, again


def read_variables(model):
    """A variable is a number: it can be looked at, reckoned with, frozen and thawed without a fit."""
    alpha = model.leaves()[0].alpha
    steeper = alpha - 0.2
    held = variables.freeze(model.leaves()[0], lambda c: c.alpha)
    assert held.alpha.bounds[0] == alpha.bounds[0]  # a frozen one still tells its limits
    thawed = variables.thaw(held, lambda c: c.alpha)
    moved = variables.tree_replace(thawed, logA=variables.Tagged(0.8))
    plain = variables.unwrap(moved)
    return float(steeper), float(plain.alpha), [name for name, _ in variables.named_variables(moved).items()]


def make_fit():
    """Two detectors, one source: links, a tie, beliefs and frozen parameters."""
    data = datasets.load("burst")
    model, again = spell_variables()
    read_variables(model)
    infer = BayesInfer([(data["na"], model), (data["bg"], const() * again)])
    infer.link(["pair1.cpl.alpha", "pair2.cpl.alpha"])
    infer.link(["pair1.cpl.logEp", "pair2.cpl.logEp"])
    infer.par["pair2.cpl.logA"].tie(f"par[{infer.par['pair1.cpl.logA'].pid}]")
    infer.par["pair1.cpl.logA"].prior = unif(-2, 4)
    infer.par["hump.logA_raw"].frozen_at(-6.0)
    infer.par["hump.width"].freeze()
    infer.par["const.C"].prior = "unif(0.5, 2)"
    infer.par["const.C"].val = 1.0
    return infer


# ---- noon: fits and what they say --------------------------------------------------------------------------------------


def fit_and_look(infer, folder):
    """Fit, preview, sample; tables and figures."""
    fit = infer.fit(draws=50)
    posterior = infer.preview(draws=100)
    chains = infer.nuts(draws=25, warmup=25, chains=2, savepath=folder / "chains")
    infer.numpyro_model()
    best = infer.pairs[1].model.evaluate(np.geomspace(10.0, 900.0, 5))
    assert np.all(best > 0)
    tables = [infer.par_info, infer.free_par_info, fit.stat_info, posterior.free_par_info, chains.all_IC]
    infer.spectrum().save(folder / "spectrum.pdf")
    posterior.corner().save(folder / "corner.png")
    return [str(table) for table in tables], compare({"preview": posterior, "nuts": chains})


def change_the_model(infer):
    """Another model, other freezes, and back."""
    infer.set_model("cpl", pair=1)
    infer.par["pair1.cpl.alpha"].frozen = True
    infer.par["pair1.cpl.alpha"].frozen = False
    infer.unlink(["pair2.cpl.logEp"])
    infer.notice("na", [[12, 900]])
    infer.fit(draws=50)
    other = BayesInfer([(datasets.load("burst")["na"], straight() + bb())])
    other.par["bb.logkT"].prior = norm(1.5, 0.3)
    other.par["bb.logkT"].val = 1.5
    return other.stat, (tbabs() * pl()).evaluate(np.geomspace(1.0, 10.0, 5))


def save_and_load(infer, folder):
    """The fit as a file, and back."""
    tree.allow_package("user_day")
    infer.preview(draws=100)
    again = Infer.load(infer.export(folder / "fit.zip"))
    assert again.free_pvalues.tolist() == infer.free_pvalues.tolist()
    return Posterior(again)


# ---- evening: the Lab ----------------------------------------------------------------------------------------------------


def play_in_the_lab(infer, folder):
    """Clicks, as the calls they write; a session file, and a page for others."""
    lab = Lab(infer, preview=False, autosave=False)
    lab.set_value("pair1.cpl.alpha", -1.0)
    lab.freeze("pair1.cpl.logEp")
    lab.undo()
    lab.set_prior("pair1.cpl.alpha", norm(-1.0, 0.5))
    lab.fit(block=True)
    lab.figure("spectrum")
    written = lab.save(folder / "day.speclab")
    page = lab.export(folder / "day.html")
    again = Lab.load(written, preview=False, autosave=False)
    script = again.script()
    for each in (again, lab):
        each.close()
        each.session.close()
    return page, script


def main(folder):
    """The whole day, in the components' first dialect; files go to `folder`."""
    infer = make_fit()
    said = fit_and_look(infer, folder)
    change_the_model(infer)
    evaluation = save_and_load(infer, folder)
    return said, evaluation, play_in_the_lab(infer, folder)


# ---- the other dialects --------------------------------------------------------------------------------------------------
# What is expected of them: a Parameterized or a PyroxModule is a component wherever one may stand, as data's model and beside
# others in an expression. It is called with energies in keV and gives photons/cm²/s/keV (`kind = "mul"`: a factor); its
# parameters are the slots `pyrox_name.name`, with the value, limits and prior that it declares.


class Source(bridge.Parameterized):
    """A component in the second dialect: parameters are registered when it is made."""

    pyrox_name = "source"

    def setup(self):
        """Declare the parameters."""
        self.register_param("slope", variables.Constrained(variables.Interval(-3.0, 1.0), -1.2))
        self.register_param("logA", 0.5)
        self.register_param("pivot", variables.Fixed(100.0))
        self.set_prior("slope", dist.Normal(-1.2, 0.2))
        self.set_prior("logA", "unif(-4, 4)")

    @bridge.pyrox_method
    def __call__(self, E):
        """Photons/cm²/s/keV at energies E, keV."""
        pivot, slope = self.get_param("pivot"), self.get_param("slope")
        return 10 ** self.get_param("logA") * (E / pivot) ** slope


class Slope(bridge.PyroxModule):
    """A component in the third dialect: fields hold random sites."""

    pyrox_name = "slope"
    index: bridge.PyroxSample = bridge.PyroxSample(dist.Normal(-1.5, 0.3))
    logA: bridge.PyroxSample = bridge.PyroxSample(unif(-4, 4))

    @bridge.pyrox_method
    def __call__(self, E):
        """Photons/cm²/s/keV at energies E, keV."""
        return 10 ** self.pyrox_sample("logA", self.logA) * (E / 100.0) ** self.pyrox_sample("index", self.index)


def fit_registered():
    """The second dialect, fitted."""
    infer = BayesInfer([(datasets.load("burst")["na"], Source() + bb(logA=-2.0))])
    assert str(infer.par["source.logA"].prior) == "unif(-4, 4)" and infer.par["source.pivot"].frozen
    assert infer.par["source.slope"].range == (-3.0, 1.0)
    infer.par["bb.logA"].freeze()
    return infer, infer.fit(draws=50)


def fit_sampled():
    """The third dialect, fitted."""
    infer = BayesInfer([(datasets.load("burst")["na"], Slope())])
    assert str(infer.par["slope.index"].prior) == "norm(-1.5, 0.3)"
    return infer, infer.fit(draws=50)
