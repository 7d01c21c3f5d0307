"""The catalog of engines: a table, one row an engine.

A row says what the engine is called, what it needs, which options it takes and which function runs it; forms in the Lab and
the arguments of `Infer.run` come from the same rows.
"""

import importlib
from typing import Any, NamedTuple

import attrs

from spec_lab._base import EngineError, nearest
from spec_lab.engines.best_fit import MISSED
from spec_lab.engines.control import Control
from spec_lab.engines.options import check_range
from spec_lab.engines.outcome import Outcome
from spec_lab.engines.target import Hooks, Target, check_hooks
from spec_lab.fit import Origin, Problem, Setup


class Engine(NamedTuple):
    """One engine.

    Attributes:
        name: What `Infer.run` and the Lab call it.
        title: For a menu.
        doc: One sentence: what it gives and what it costs.
        home: `module:function` that runs it, imported on first use.
        options: `module:class` of its options.
        bayesian: Whether it needs proper priors and samples the posterior.
        package: Import name of an optional package it needs, or "".
        hooks: The hooks of `Infer` that it honours.
        not_pausable: Why it cannot be paused, or "" when it can.
    """

    name: str
    title: str
    doc: str
    home: str
    options: str
    bayesian: bool = False
    package: str = ""
    hooks: tuple[str, ...] = ()
    not_pausable: str = ""


_INSTANT = "It is over before a pause could begin."

ENGINES: dict[str, Engine] = {
    e.name: e
    for e in (
        Engine("fit", "Quick fit", "Best fit and errors by the built-in damped Newton method; a new model is compiled first.",
               "newton:fit", "newton:NewtonOptions", hooks=("loglike_func",), not_pausable=_INSTANT),
        Engine("iminuit", "iminuit", "Best fit by MIGRAD with exact gradients, errors by HESSE, on request MINOS.",
               "iminuit:run", "iminuit:IminuitOptions", hooks=("loglike_func",)),
        Engine("lmfit", "lmfit", "Best fit by Levenberg-Marquardt on signed deviance residuals; errors are not scaled.",
               "lmfit:run", "lmfit:LmfitOptions", hooks=("loglike_func",)),
        Engine("bootstrap", "Parametric bootstrap", "Errors from simulations: simulate under the best fit, refit each one, look "
               "at the spread.", "bootstrap:run", "bootstrap:BootstrapOptions"),
        Engine("preview", "Posterior preview", "Posterior, corner and ln Z by importance sampling around the best fit: well "
               "under a second; says when it is not to be trusted.", "preview:run", "preview:PreviewOptions", True,
               hooks=("loglike_func", "logprior_func"),
               not_pausable=_INSTANT),
        Engine("emcee", "emcee", "Posterior by an ensemble of walkers, batched; says how long its memory is.",
               "emcee:run", "emcee:EmceeOptions", True, hooks=("loglike_func", "logprior_func")),
        Engine("nuts", "NUTS", "Posterior by Hamiltonian Monte Carlo (NumPyro's No-U-Turn sampler), several chains.",
               "nuts:run", "nuts:NutsOptions", True),
        Engine("svi", "SVI", "A Gaussian approximation of the posterior by variational inference (NumPyro).",
               "svi:run", "svi:SviOptions", True),
        Engine("nested", "Nested sampling", "Evidence and posterior by nested sampling, batched: seconds, and several modes "
               "are no obstacle.", "nested:run", "nested:NestedOptions", True,
               hooks=("loglike_func", "prior_transform_func")),
        Engine("multinest", "MultiNest", "Evidence and posterior by MultiNest, in a process of its own; needs its library.",
               "multinest:run", "multinest:MultinestOptions", True, "pymultinest",
               ("loglike_func", "prior_transform_func")),
    )
}  # fmt: skip


def _load(where: str) -> Any:
    module, name = where.split(":")
    return getattr(importlib.import_module(f"spec_lab.engines.{module}"), name)


def find_engine(name: str) -> Engine:
    """The row of an engine.

    Raises:
        EngineError: There is no such engine.
    """
    if name not in ENGINES:
        raise EngineError(
            "there is no such engine", got=name, allowed=", ".join(map(repr, ENGINES)), hint=nearest(name, ENGINES)
        )
    return ENGINES[name]


def make_options(name: str, **given: Any) -> Any:
    """The options of an engine, checked; None stands for an option's default.

    Raises:
        EngineError: An option that the engine does not have, or a value of the wrong kind or out of range.
    """
    cls = _load(find_engine(name).options)
    known = {f.name: f for f in attrs.fields(cls)}
    for key in given:
        if key not in known:
            raise EngineError(
                f"the engine {name!r} has no option {key!r}",
                got=given[key],
                allowed=", ".join(known),
                hint=nearest(key, known),
            )
    chosen = {key: _converted(name, known[key], value) for key, value in given.items() if value is not None}
    for key, value in chosen.items():
        check_range(name, known[key], value)
    return cls(**chosen)


def _converted(engine: str, option: attrs.Attribute, value: Any) -> Any:
    default = option.default
    wanted = type(default)
    if isinstance(value, wanted) and isinstance(value, bool) is (wanted is bool):
        return value
    try:
        if wanted in (int, float) and not isinstance(value, bool):
            converted = wanted(value)
            if converted == float(value):
                return converted
    except (TypeError, ValueError):
        pass
    raise EngineError(
        f"the option {option.name!r} of {engine!r} has the wrong kind", got=value, allowed=wanted.__name__
    )


def run_engine(
    name: str, problem: Problem, control: Control | None = None, hooks: Hooks | None = None, **options: Any
) -> Outcome:
    """Run an engine on a problem.

    Args:
        name: The engine.
        problem: What to run it on.
        control: Progress and the stop flag.
        hooks: Functions of the user's that replace log-likelihood, log prior or prior transform, see `target`.
        **options: Of the engine.

    Raises:
        EngineError: Unknown engine or option, or the engine cannot run on this problem or with these hooks.
    """
    engine = find_engine(name)
    settings = make_options(name, **options)
    if hooks:
        check_hooks(engine.title, engine.hooks, hooks, engine.bayesian)
        if not engine.bayesian:
            most = getattr(settings, "max_calls", 10000)
            chosen = {"most": most, "draws": settings.draws, "seed": settings.seed}
            return _load("hooked:best_fit")(problem, name, control or Control(), hooks, **chosen)
        return _beside_start(_load(engine.home)(problem, settings, control or Control(), hooks), problem, hooks)
    if not engine.bayesian:
        return _load(engine.home)(problem, settings, control or Control())
    check_proper(problem, engine.title)
    return _beside_start(_load(engine.home)(problem, settings, control or Control()), problem)


def _beside_start(outcome: Outcome, problem: Problem, hooks: Hooks | None = None) -> Outcome:
    """A sampler's outcome, which says so where a draw is better than the best fit that it began from."""
    setup = problem.setup
    if not all(setup.value_origin(i) is Origin.FITTED for i in setup.free):
        return outcome
    hooked = hooks is not None and "loglike_func" in hooks
    start = -2.0 * float(Target(problem, hooks).log_like(setup.free_values[None])[0]) if hooked else problem.stat()
    lower = start - outcome.stat
    if not lower > MISSED:
        return outcome
    told = f" Its best draw has a statistic {lower:.3g} lower than the fit it began from: go there and fit again."
    return outcome.replace(message=outcome.message + told)


def improper(problem_setup: Setup) -> list[str]:
    """Free parameters that have no proper prior."""
    return [
        f"par[{i + 1}] ({problem_setup.slots[i].name})" for i in problem_setup.free if problem_setup.priors[i] is None
    ]


def check_proper(problem: Problem, title: str) -> None:
    """Refuse a posterior that has no normalisation.

    Raises:
        EngineError: A free parameter has no proper prior.
    """
    missing = improper(problem.setup)
    if missing:
        raise EngineError(
            f"{title} needs a proper prior on every free parameter; there is none on {', '.join(missing)}",
            hint="Give it one, such as infer.par[1].prior = unif(-10, 10).",
        )
