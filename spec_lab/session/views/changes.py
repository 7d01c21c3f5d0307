"""What differs between a run and the present set-up, as rows to read: only what changed, in the digits that mean something.

Not here: the edits that lead from one to the other (`session.difference`), whether two may be compared (`fit.comparable`).
"""

import math

from spec_lab._base import plain, with_error
from spec_lab.data import DataUnit, describe_grouping
from spec_lab.fit import Setup, Slot
from spec_lab.session.known_fit import sigmas
from spec_lab.session.messages import ChangeRow, Changes
from spec_lab.session.state import Run, State
from spec_lab.session.views.labels import distinct

NEAR = 5.0  # errors from the best fit, within which they say how many digits a value has
ONE = 1.0 + 1e-6  # units of the last shown digit; more is a change
DIGITS = 6  # of a value without an error


def changes(state: State, run: Run) -> Changes:
    """The reply to `difference`: `words` (another model, other data, or nothing changed) and `rows`, then and now."""
    then, now = run.outcome.setup, state.setup
    words = _models(then, now)
    rows = [*_parameters(then, now, _errors(run)), *_windows(then, now)]
    if not words and not rows:
        words = ["nothing differs from the present set-up"]
    return {"run": run.number, "words": "; ".join(words), "rows": rows}


def _models(then: Setup, now: Setup) -> list[str]:
    if [p.data.names for p in then.pairs] != [p.data.names for p in now.pairs]:
        return [f"other data: {_names(then)}, now {_names(now)}"]
    words = []
    for old, new in zip(then.pairs, now.pairs, strict=True):
        if old.model.structure == new.model.structure:
            continue
        data = f" of {' + '.join(new.data.names)}" if len(now.pairs) > 1 else ""
        a, b = old.model.expression, new.model.expression
        words.append(f"another model{data}: {a}, now {b}" if a != b else f"{a}{data} with other settings")
    before, after = ({s.path for s in setup.slots if s.owner == "model"} for setup in (then, now))
    return [*words, *_counted(len(after - before), "new"), *_counted(len(before - after), "gone")]


def _names(setup: Setup) -> str:
    return "; ".join(" + ".join(pair.data.names) for pair in setup.pairs)


def _counted(n: int, what: str) -> list[str]:
    return [f"{n} parameter{'s are' if n > 1 else ' is'} {what}"] if n else []


def _errors(run: Run) -> dict[int, float]:
    return {i: float(s) for i, s in zip(run.outcome.setup.free, sigmas(run.outcome), strict=False)}


def _parameters(then: Setup, now: Setup, errors: dict[int, float]) -> list[ChangeRow]:
    """Of every parameter that both have: where it stands, and its prior."""
    place = {slot.path: i for i, slot in enumerate(then.slots)}
    found: list[tuple[Slot, str, str, str]] = []
    for new, slot in enumerate(now.slots):
        old = place.get(slot.path)
        if old is None:
            continue
        a, b = _numbers(float(then.values[old]), float(now.values[new]), errors.get(then.partition[old]))
        a, b = _stands(then, old, a), _stands(now, new, b)
        if a != b:
            found.append((slot, "", a, b))
        if then.partition[old] == old and now.partition[new] == new and then.priors[old] != now.priors[new]:
            found.append((slot, "prior of ", _prior(then, old), _prior(now, new)))
    labels = distinct(now, now.slots)
    return [_row(labels[slot.pid - 1], f"{of}{slot.component}.{slot.name}", of, a, b) for slot, of, a, b in found]


def _prior(setup: Setup, i: int) -> str:
    return "flat" if setup.priors[i] is None else str(setup.priors[i])


def _row(label: str, name: str, of: str, then: str, now: str) -> ChangeRow:
    return {"of": of, "label": label, "name": name, "then": then, "now": now}


def _numbers(then: float, now: float, error: float | None) -> tuple[str, str]:
    """Both values in the digits of the run's; one text twice where they differ by no more than one unit of the last of them."""
    a = with_error(then, error)[0]
    b = with_error(now, error if error is not None and abs(now - then) <= NEAR * error else None)[0]
    return (a, a) if abs(now - then) <= ONE * _grain(a, then, error) else (a, b)


def _grain(text: str, value: float, error: float | None) -> float:
    """One unit of the last shown digit."""
    if not error or not math.isfinite(error):
        return 10.0 ** (math.floor(math.log10(abs(value))) - DIGITS + 1) if value else 0.0
    mantissa, _, power = text.partition("e")
    return 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))


def _stands(setup: Setup, i: int, value: str) -> str:
    """What a parameter follows, or its value and whether it is held."""
    root, tied = setup.partition[i], setup.tied
    if root != i:
        return f"= {setup.slots[root].component}.{setup.slots[root].name}, par[{root + 1}]"
    return f"= {tied[i]}" if i in tied else value + (", frozen" if setup.frozen[i] else "")


def _windows(then: Setup, now: Setup) -> list[ChangeRow]:
    before, after = _units(then), _units(now)
    both = [(name, before[name], unit) for name, unit in after.items() if name in before]
    return [
        _row(rf"\mathrm{{{name}}}", f"energies of {name}", "energies of ", _energies(a), _energies(b))
        for name, a, b in both
        if a.notc != b.notc
    ] + [
        _row(
            rf"\mathrm{{{name}}}",
            f"grouping of {name}",
            "grouping of ",
            describe_grouping(a.grpg),
            describe_grouping(b.grpg),
        )
        for name, a, b in both
        if a.grpg != b.grpg
    ]


def _units(setup: Setup) -> dict[str, DataUnit]:
    return {n: u for pair in setup.pairs for n, u in zip(pair.data.names, pair.data.units, strict=True)}


def _energies(unit: DataUnit) -> str:
    ends = [(float(low), float(high)) for low, high in unit.notc or ()]
    return ", ".join(f"{plain(low, 4)}–{plain(high, 4)}" for low, high in ends) + " keV" if ends else "all"
