"""All engines as methods of an `Infer`: best fits, posteriors, evidences, and the callbacks that samplers are given."""

from collections.abc import Callable, Mapping, MutableSequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from jaxtyping import ArrayLike

from spec_lab._base import EngineError, write_json
from spec_lab.engines import Control, Outcome, check_proper, new_seed, run_engine, stop_on_interrupt
from spec_lab.engines.lmfit import residual_of
from spec_lab.fit import SetFree
from spec_lab.infer.fitted_models import remember
from spec_lab.infer.quantities import Quantities

if TYPE_CHECKING:
    from lmfit import Parameter

    from spec_lab.infer.analyzer import Bootstrap, Posterior

C = TypeVar("C", bound=type)
LOG_ZERO = -2e100  # what MultiNest is told where the likelihood is zero or undefined

# What an option of a run may be: a number, a switch, a word, or the control that watches and stops it.
RunOption = float | bool | str | Control | None

# What makes an analyzer of an `Infer` and an outcome, by kind. The analyzers are Infers themselves and stand above this file;
# they enter themselves here when they are defined.
ANALYZERS: dict[str, Callable[..., Any]] = {}


def analyzer(kind: str) -> Callable[[C], C]:
    """Class decorator: the analyzer that engines return, of a `posterior` or a `best fit`."""

    def enter(cls: C) -> C:
        ANALYZERS[kind] = cls
        return cls

    return enter


class Engines(Quantities):
    """Base of `Infer`. Best fits leave the parameters at their minimum; samplers leave them where they are."""

    _by_hand: dict[str, np.ndarray]

    @property
    def outcome(self) -> Outcome | None:
        """The last run, or None."""
        return self._fit.outcome

    @outcome.setter
    def outcome(self, outcome: Outcome | None) -> None:
        self._fit.change("outcome")
        self._fit.outcome, self._fit.by_hand = outcome, None
        self._by_hand.clear()
        if outcome is not None:
            remember(self)

    def run(self, engine: str, control: Control | None = None, **options: RunOption) -> Outcome:
        """Run an engine by name on the present set-up and keep its outcome; the parameters stay where they are.

        Ctrl+C asks the run to stop; what it has is kept in `infer.outcome`, which `Posterior(infer)` or `Bootstrap(infer)` reads.
        Ctrl+C a second time ends it at once.

        Raises:
            EngineError: The engine cannot run, or cannot honour a hook that is set.
            KeyboardInterrupt: It was interrupted; whether anything was kept, the message says.
        """
        self._fit.begin(engine)
        control = control or Control()
        with stop_on_interrupt(control) as interrupted:
            outcome = run_engine(engine, self.problem, control=control, hooks=self.hooks, **options)
        self.outcome = outcome
        self._fit.store.record(outcome)
        if interrupted():
            raise KeyboardInterrupt(
                f"{engine} was interrupted; what it has is kept in infer.outcome. {outcome.message}"
            )
        return outcome

    # -- best fits -----------------------------------------------------------------------------------------------------
    def fit(self, **options: RunOption) -> "Bootstrap":
        """Minimise the statistic with the built-in method, leave the parameters at the best fit, return its reading.

        Args:
            **options: See `spec_lab.engines.NewtonOptions`: `starts`, `seed`, `max_iterations`, `draws`.
        """
        return self._fitted("fit", **options)

    def iminuit(self, savepath: str | Path | None = None, ncall: int = 10000, **options: RunOption) -> "Bootstrap":
        """MIGRAD with exact gradients, HESSE, and MINOS with `minos=True`.

        Args:
            savepath: Folder to write `1-bootstrap_sample.txt`, `1-maxlike_res.json` and the tables to; made if missing.
            ncall: Limit on evaluations in MIGRAD.
            **options: See `spec_lab.engines.iminuit.IminuitOptions`: `minos`, `seed`, `draws`.
        """
        return self._written(self._fitted("iminuit", **{"max_calls": ncall, **options}), savepath)

    def lmfit(self, savepath: str | Path | None = None, **options: RunOption) -> "Bootstrap":
        """Levenberg-Marquardt on signed deviance residuals; errors are not scaled.

        Args:
            savepath: Folder to write `1-bootstrap_sample.txt`, `1-maxlike_res.json` and the tables to; made if missing.
            **options: See `spec_lab.engines.lmfit.LmfitOptions`.
        """
        return self._written(self._fitted("lmfit", **options), savepath)

    def bootstrap(self, **options: RunOption) -> "Bootstrap":
        """True parametric bootstrap: simulate under the best fit and refit every simulation, all together.

        Args:
            **options: See `spec_lab.engines.bootstrap.BootstrapOptions`: `simulations`, `seed`.
        """
        return self._fitted("bootstrap", **options)

    # -- posteriors ----------------------------------------------------------------------------------------------------
    def preview(self, **options: RunOption) -> "Posterior":
        """Posterior, intervals and ln Z by importance sampling around the best fit. The parameters stay where they are.

        Args:
            **options: See `spec_lab.engines.preview.PreviewOptions`: `draws`, `tail`, `seed`.
        """
        return self._sampled("preview", **options)

    def nuts(self, *, resume: bool = True, savepath: str | Path | None = None, **options: RunOption) -> "Posterior":
        """Posterior by Hamiltonian Monte Carlo, several chains.

        Args:
            resume: Go on with the chains in `savepath` if there are some: they are extended until each has `draws`. Those of
                another model, other data or other priors are moved aside, aloud.
            savepath: Folder that keeps the chains (`1-nuts.npz`, `1-nuts_fingerprint.json`), made if missing; None writes
                nothing.
            **options: See `spec_lab.engines.nuts.NutsOptions`: `draws`, `warmup`, `chains`, `seed`.
        """
        return self._sampled("nuts", **_files(savepath, resume), **options)

    def svi(self, **options: RunOption) -> "Posterior":
        """A Gaussian approximation of the posterior by variational inference, through the bridge to NumPyro.

        Args:
            **options: See `spec_lab.engines.svi.SviOptions`: `steps`, `rate`, `draws`, `seed`.
        """
        return self._sampled("svi", **options)

    def numpyro_model(self, *, frozen: bool = False) -> Callable[[], Any]:
        """The present set-up as a NumPyro model, for NumPyro's own tools.

        Each free parameter is a sample site, called by its path (`pair1.cpl.alpha`). Parameters that follow from these, because
        they are linked, tied or derived, are deterministic sites under theirs: they come with every trace and every set of
        draws, and leave the density as it is.

        Args:
            frozen: Whether frozen parameters are deterministic sites, too. Their draws are all the same number.

        Raises:
            EngineError: A free parameter has no proper prior.

        Example:
            >>> from numpyro import handlers
            >>> from spec_lab import BayesInfer, datasets
            >>> from spec_lab.models import bb, pl
            >>> infer = BayesInfer([(datasets.load("burst"), pl() + bb())])
            >>> infer.par["bb.logA"].tie("par[2] - 1")
            >>> infer.par["bb.logkT"].freeze()
            >>> trace = handlers.trace(handlers.seed(infer.numpyro_model(), 0)).get_trace()
            >>> {name: site["type"] for name, site in trace.items() if name.startswith("pair")}
            {'pair1.pl.alpha': 'sample', 'pair1.pl.logA': 'sample', 'pair1.bb.logA': 'deterministic'}
        """
        from spec_lab.bridge.sites import numpyro_model

        check_proper(self.problem, "A NumPyro model")
        return numpyro_model(self.problem, frozen)

    def nested(self, *, resume: bool = True, savepath: str | Path | None = None, **options: RunOption) -> "Posterior":
        """Evidence and posterior by nested sampling, without any native library.

        Args:
            resume: Go on with the run in `savepath` if there is one: a stopped one ends as if it had never been stopped, a
                finished one goes on to a smaller `tolerance` or is read whole. A run of another model, other data or other
                priors is moved aside, aloud.
            savepath: Folder that keeps the run (`1-nested.npz`, `1-nested_fingerprint.json`), made if missing; None writes
                nothing.
            **options: See `spec_lab.engines.nested.NestedOptions`: `live`, `moves`, `tolerance`, `max_rounds`, `sharpen`, `seed`.
        """
        return self._sampled("nested", **_files(savepath, resume), **options)

    def emcee(
        self,
        nstep: int = 1000,
        discard: int = 100,
        resume: bool = True,
        savepath: str | Path | None = "./",
        random_seed: int | None = None,
        **options: RunOption,
    ) -> "Posterior":
        """Posterior by an ensemble of walkers (emcee), which start around the nearest mode; with hooks, at the present values.

        Writes `1-.npz` (the chain), `1-posterior_sample.txt`, `1-nstep.json`, `1-discard.json`, `1-autocorr_time.json` and
        `1-emcee_fingerprint.json`.

        Args:
            nstep: Steps in all, the discarded ones included.
            discard: Steps at the beginning that are thrown away.
            resume: Go on with the chain in `savepath` if there is one: it is extended to `nstep` steps, and read whole if it
                has more. A chain of another model, other data or other priors is moved aside, aloud.
            savepath: Folder of the files, made if missing; None writes nothing.
            random_seed: None draws a new seed; the outcome's settings hold the one that was used.
            **options: See `spec_lab.engines.emcee.EmceeOptions`: `walkers`.

        Raises:
            EngineError: `discard` leaves nothing.
        """
        for name, number in (("nstep", nstep), ("discard", discard)):
            if isinstance(number, bool) or not isinstance(number, int | np.integer):
                raise EngineError(
                    f"{name} of emcee is no whole number", got=number, allowed=f"{name}=1000, for example"
                )
        if not 0 <= discard < nstep:
            raise EngineError(
                "no step would be kept", got=f"nstep={nstep}, discard={discard}", allowed="discard < nstep"
            )
        seed = new_seed() if random_seed is None else random_seed
        files = _files(savepath, resume)
        return self._sampled("emcee", steps=nstep - discard, discard=discard, seed=seed, **files, **options)

    def multinest(
        self,
        nlive: int = 500,
        resume: bool = True,
        verbose: bool = False,
        max_iter: int | None = None,
        ins: bool = True,
        savepath: str | Path | None = "./",
        random_seed: int | None = None,
        **options: RunOption,
    ) -> "Posterior":
        """Evidence and posterior by MultiNest (Feroz, Hobson & Bridges 2009), in a process of its own.

        MultiNest is a separate library with an academic licence: see `spec_lab.engines.multinest` for where it is looked for.
        Writes MultiNest's own files, `1-posterior_sample.txt`, `1-nlive.json`, `1-posterior_stats.json` and
        `1-multinest_fingerprint.json`; `1-max_iter_warning.txt` when the limit on iterations ended the run.

        Args:
            nlive: Live points.
            resume: Go on with the run in `savepath` if there is one. A run of another model, other data or other priors is
                moved aside, aloud.
            verbose: Let MultiNest print its progress.
            max_iter: Limit on iterations; None = 50 times `nlive`.
            ins: Use importance nested sampling for ln Z.
            savepath: Folder of the files, made if missing; None writes nothing.
            random_seed: None draws a new seed; the outcome's settings hold the one that was used.
            **options: See `spec_lab.engines.multinest.MultinestOptions`: `efficiency`, `tolerance`.

        Raises:
            MissingDependency: pymultinest or the MultiNest library is not there; the message says how to get it.
            EngineError: MultiNest fails.
        """
        seed = new_seed() if random_seed is None else random_seed
        settings = {"live": nlive, "verbose": verbose, "max_iterations": max_iter or 0, "importance": ins}
        return self._sampled("multinest", **settings, seed=seed, **_files(savepath, resume), **options)

    # -- what engines call ---------------------------------------------------------------------------------------------
    def multinest_safe_prior_transform(self, cube: MutableSequence[float], ndim: int, nparams: int) -> None:
        """The prior transform as pymultinest wants it: overwrites the first `ndim` numbers of `cube` with free values."""
        values = self.prior_transform([cube[i] for i in range(ndim)])
        for i in range(ndim):
            cube[i] = float(values[i])

    def multinest_safe_calc_loglike(
        self, cube: MutableSequence[float], ndim: int, nparams: int, lnew: float | None = None
    ) -> float:
        """The log-likelihood as pymultinest wants it, at free values `cube`: -2e100 where it is not finite, never an error."""
        try:
            value = self.calc_loglike([cube[i] for i in range(ndim)])
        except (ArithmeticError, ValueError):
            return LOG_ZERO  # an exception would be swallowed by ctypes, and MultiNest would go on with garbage
        return value if np.isfinite(value) else LOG_ZERO

    def lmfit_residual(self, params: Mapping[str, "Parameter"] | ArrayLike) -> np.ndarray:
        """`f[c]`, signed residuals at lmfit parameters (or free values); their squares sum to the statistic.

        Raises:
            ParameterError: Not one value for each free parameter.
        """
        values = [p.value for p in params.values()] if isinstance(params, Mapping) else params
        return residual_of(self.problem, self._vector(values))

    def _written(self, reading: "Bootstrap", savepath: str | Path | None) -> "Bootstrap":
        if savepath is not None:
            reading.save(savepath)
            np.savetxt(Path(savepath) / "1-bootstrap_sample.txt", reading.sample_matrix)
            write_json(Path(savepath) / "1-maxlike_res.json", _result(reading))
        return reading

    def _sampled(self, engine: str, **options: Any) -> "Posterior":
        return ANALYZERS["posterior"](self, self.run(engine, **options))

    def _fitted(self, engine: str, **options: Any) -> "Bootstrap":
        outcome = self.run(engine, **options)
        self._fit.commit(SetFree(tuple(map(float, outcome.best)), why=engine))
        return ANALYZERS["best fit"](self, outcome)


def _files(savepath: str | Path | None, resume: bool) -> dict[str, str]:
    folder = "" if savepath is None else str(savepath)
    return {"savepath": folder, "resume": folder if resume else ""}


def _result(reading: "Bootstrap") -> dict[str, Any]:
    """Values, errors, covariance and (if MINOS ran) asymmetric errors, as plain numbers."""
    outcome = reading.outcome
    minos = outcome.figures.get("minos")
    return {
        "parameters": [outcome.setup.slots[i].path for i in outcome.setup.free],
        "values": outcome.best.tolist(),
        "errors": outcome.errors.tolist(),
        **({"minos_errors": [[low, high] for _, low, high in minos]} if minos else {}),
        "covar": outcome.covariance.tolist(),
        "stat": outcome.stat,
        "message": outcome.message,
    }
