"""Information criteria of the present set-up and of every run, with a fence around what may not be compared.

The formulas are `spec_lab.results.criteria`; weights are Akaike's, from AICc, over the comparable rows.
"""

from collections.abc import Callable, Hashable

from spec_lab._base import finite, statistic_text, with_error
from spec_lab.engines import Outcome
from spec_lab.fit import Setup, incomparable
from spec_lab.results import criteria as formulas
from spec_lab.results.criteria import maximum_in
from spec_lab.results.estimates import is_posterior
from spec_lab.session.evaluation import Evaluation
from spec_lab.session.fit_key import fit_key
from spec_lab.session.known_fit import pareto_k, reason_for_doubt, trusted
from spec_lab.session.state import Preview, Run, State
from spec_lab.session.view_model import CriteriaRow, CriteriaTable, PreviewQuality, RunName


def criteria(state: State, evaluation: Evaluation | None) -> CriteriaTable:
    """`view.criteria`."""
    preview = state.preview
    stale = preview is not None and preview.key != fit_key(state.setup)
    fresh = None if stale else preview
    rows = [_present(state.setup, fresh, evaluation)]
    rows += [_of_run(run, state.setup) for run in reversed(state.runs)]
    _weigh(rows, [fit_key(state.setup), *(fit_key(run.outcome.setup) for run in reversed(state.runs))])
    _write(rows)
    return {
        "rows": rows,
        "at": "best fit" if fresh is not None and fresh.fit is not None else "current values",
        "quality": _quality(fresh, state),
        "stale": bool(stale and state.previews),
    }


def _present(setup: Setup, preview: Preview | None, evaluation: Evaluation | None) -> CriteriaRow:
    stat = preview.fit.stat if preview is not None and preview.fit is not None else None
    posterior = preview.posterior if preview is not None else None
    note = "" if stat is not None else "at the current values"
    if stat is None and evaluation is not None:
        stat = evaluation.stat
    lnz = (None, None)
    if posterior is not None and trusted(posterior):
        lnz = (posterior.log_evidence, posterior.log_evidence_error)
    return _row("now", "now", setup, stat, lnz, note, "")


def _of_run(run: Run, present: Setup) -> CriteriaRow:
    outcome = run.outcome
    lnz, why = (outcome.log_evidence, outcome.log_evidence_error), incomparable(present, outcome.setup)
    return _row(run.number, run_label(run), outcome.setup, run_stat(outcome), lnz, _point(outcome), why)


def run_stat(outcome: Outcome) -> float:
    """The statistic of a run at the maximum of its likelihood; where nobody looked for that, at its best draw."""
    known = maximum_in(outcome)
    return outcome.stat if known is None else known


def _point(outcome: Outcome) -> str:
    """At which of its two points the numbers of a posterior stand; a best fit has one."""
    if not is_posterior(outcome):
        return ""
    if maximum_in(outcome) is None or "hooks" in dict(outcome.settings):
        return f"at the best draw of {outcome.engine}"
    return f"at the maximum; the best draw of {outcome.engine} has {statistic_text(outcome.stat)}"


def run_label(run: Run) -> str:
    """The person's name for a run, or models and engine."""
    return run.label or f"{' + '.join(p.model.expression for p in run.outcome.setup.pairs)} · {run.outcome.engine}"


def bins(setup: Setup) -> int:
    """Groups that enter the fit."""
    return sum(len(unit.channels().S) for pair in setup.pairs for unit in pair.data.units)


def _weighted_bins(setup: Setup) -> float:
    """The same, each as often as its unit's weight counts it: what AICc and BIC of a weighted likelihood need."""
    return sum(float(unit.weight) * len(unit.channels().S) for pair in setup.pairs for unit in pair.data.units)


def _row(
    run: RunName,
    label: str,
    setup: Setup,
    stat: float | None,
    lnz: tuple[float | None, float | None],
    note: str,
    why: str,
) -> CriteriaRow:
    k, n = len(setup.free), _weighted_bins(setup)
    stat = finite(stat)
    return {
        "run": run,
        "label": label,
        "k": k,
        "stat": stat,
        "aic": finite(formulas.aic(stat, k)) if stat is not None else None,
        "aicc": finite(formulas.aicc(stat, k, n)) if stat is not None else None,
        "bic": finite(formulas.bic(stat, k, n)) if stat is not None and n else None,
        "lnz": finite(lnz[0]),
        "lnz_err": finite(lnz[1]),
        "weight": None,
        "texts": {"stat": "", "aic": "", "aicc": "", "bic": "", "lnz": "", "lnz_err": "", "weight": ""},
        "deltas": {"aic": "", "aicc": "", "bic": "", "lnz": ""},
        "note": note,
        "comparable": not why,
        "why": why,
    }


def _weigh(rows: list[CriteriaRow], questions: list[Hashable]) -> None:
    """Akaike weights over the comparable rows. Rows that ask the same question are one model and get one weight, shown once."""
    best: dict[Hashable, CriteriaRow] = {}
    for row, asked in zip(rows, questions, strict=True):
        if row["comparable"] and row["aicc"] is not None:
            known = best.get(asked)
            if known is None or known["aicc"] is None or row["aicc"] < known["aicc"] - 1e-9:
                best[asked] = row
    scores = [row["aicc"] for row in best.values() if row["aicc"] is not None]
    for row, weight in zip(best.values(), formulas.akaike_weights(scores), strict=True):
        row["weight"] = float(weight)


def _write(rows: list[CriteriaRow]) -> None:
    """All numbers as texts; a lone comparable row has nothing to be better than."""
    good = [row for row in rows if row["comparable"]]
    away: dict[str, Callable[[CriteriaRow], str]] = {
        name: _differences(good, name) if len(good) > 1 else lambda row: "" for name in ("aic", "aicc", "bic", "lnz")
    }
    for row in rows:
        lnz, error = ("–", "") if row["lnz"] is None else with_error(row["lnz"], row["lnz_err"])
        row["texts"] = {
            "stat": _text(row["stat"]),
            "aic": _text(row["aic"]),
            "aicc": _text(row["aicc"]),
            "bic": _text(row["bic"]),
            "lnz": lnz if error or row["lnz"] is None else _text(row["lnz"]),
            "lnz_err": error,
            "weight": _share(row["weight"]) if len(good) > 1 else "",
        }
        row["deltas"] = {
            "aic": away["aic"](row),
            "aicc": away["aicc"](row),
            "bic": away["bic"](row),
            "lnz": away["lnz"](row),
        }


def _text(value: float | None) -> str:
    return "–" if value is None else statistic_text(value)


def _share(weight: float | None) -> str:
    return "" if weight is None else "<0.001" if weight < 0.001 else f"{weight:.3f}"


def _differences(rows: list[CriteriaRow], name: str) -> Callable[[CriteriaRow], str]:
    """How far a row is from the best: of ln Z the largest is best, of the others the smallest."""
    known = [row[name] for row in rows if row[name] is not None]
    best = (max if name == "lnz" else min)(known, default=None)

    def words(row: CriteriaRow) -> str:
        if best is None or row[name] is None or not row["comparable"]:
            return ""
        away = row[name] - best
        return "best" if abs(away) < 1e-9 else ("+" if away > 0 else "") + statistic_text(away)

    return words


def _quality(preview: Preview | None, state: State) -> PreviewQuality | None:
    if preview is None:
        return None
    if preview.error is not None:
        return {"pareto_k": None, "ok": False, "text": f"No preview: {preview.error['message']}"}
    if preview.posterior is None:
        return {"pareto_k": None, "ok": False, "text": _no_posterior(state.setup)} if state.previews else None
    return _trust(preview.posterior)


def _no_posterior(setup: Setup) -> str:
    names = [f"par[{i + 1}] ({setup.slots[i].name})" for i in setup.free if setup.priors[i] is None]
    return f"No evidence without a proper prior on {', '.join(names)}." if names else "No posterior yet."


def _trust(posterior: Outcome) -> PreviewQuality:
    k, why = pareto_k(posterior), reason_for_doubt(posterior)
    if not why:
        text = f"Preview posterior trustworthy (Pareto k = {k:.2f})."
    else:
        text = f"The preview posterior cannot be trusted ({why}): run a sampler for intervals and ln Z."
    return {"pareto_k": finite(k), "ok": not why, "text": text}
