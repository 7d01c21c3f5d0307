"""What a person types or clicks, as actions: the names and arguments of PROTOCOL.md, checked.

Values may be typed with units ("612 keV"), as an expression tie ("=2*par[1]+0.5"), or as a plain number. Nothing here changes
anything: the result is an action, or an error that teaches.
"""

import math
from collections.abc import Callable
from typing import Any

from spec_lab._base import ParameterError
from spec_lab.fit import Edit, Freeze, Link, Notice, SetModel, SetPrior, Setup, SetValue, Several, Tie, Unlink
from spec_lab.models import Model
from spec_lab.priors import parse_prior
from spec_lab.session import actions
from spec_lab.session.actions import Action, Do
from spec_lab.session.degeneracy import Walk
from spec_lab.session.hints import AddLine
from spec_lab.session.lesson import Leave, Next, Reveal, Shuffle, Teach, parse_steps
from spec_lab.session.pasted import paste_edit
from spec_lab.session.profiles import SetRefitOthers
from spec_lab.session.timeline import Overlay, Revisit


def action_from(name: str, args: dict[str, Any], setup: Setup) -> Action:
    """The action of a message.

    Raises:
        ParameterError: Unknown action, or arguments that do not fit it.
    """
    make = _ACTIONS.get(name) if isinstance(name, str) else None
    if make is None:
        raise ParameterError("there is no such action", got=name, allowed=", ".join(sorted(_ACTIONS)))
    if not isinstance(args, dict):
        raise ParameterError(f"the arguments of {name!r} must be named", got=args)
    try:
        return make(args, setup)
    except KeyError as missing:
        raise ParameterError(f"the action {name!r} needs {missing}", got=sorted(args)) from missing


def value_edit(setup: Setup, pid: Any, value: Any) -> Edit:
    """The edit for a typed value: a number, a number with a unit, or `=expression`."""
    index = setup.index(_pid(pid))
    if isinstance(value, str) and value.strip().startswith("="):
        return Tie(index + 1, value.strip()[1:].strip())
    return SetValue(index + 1, number(value, setup.slots[index]))


def number(value: Any, slot: Any) -> float:
    """A typed number in the unit of a parameter.

    A unit refers to the physical quantity: "612 keV" for a parameter that holds log10 of an energy gives 2.7868.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ParameterError(f"the value of {slot.name} must be a number", got=value)
    try:
        found = float(value)
    except ValueError:
        return _with_unit(str(value), slot)
    if not math.isfinite(found):
        raise ParameterError(f"the value of {slot.name} must be finite", got=value)
    return found


def _with_unit(text: str, slot: Any) -> float:
    from astropy import units  # takes a while to import, and few people type units

    hint = "Type a number, a number with a unit, or =expression, such as =2*par[1]+0.5."
    try:
        quantity: Any = units.Quantity(text)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"the value of {slot.name} is not a number", got=text, hint=hint) from error
    try:
        found = float(quantity.to_value(units.Unit(slot.unit or ""), equivalencies=units.spectral()))
    except (units.UnitConversionError, ValueError) as error:
        allowed = f"a unit that converts to {slot.unit}" if slot.unit else "a number without unit"
        raise ParameterError(f"{slot.name} cannot take this unit", got=text, allowed=allowed, hint=hint) from error
    if not slot.log:
        return found
    if found <= 0:
        raise ParameterError(f"{slot.name} is a logarithm: its quantity must be positive", got=text)
    return math.log10(found)


def _pid(value: Any) -> int | str:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ParameterError("a parameter is named by its number", got=value)
    return value


def _pids(args: dict[str, Any]) -> tuple[int | str, ...]:
    given = args["pids"]
    if not isinstance(given, (list, tuple)):
        given = [given]
    return tuple(_pid(p) for p in given)


def _windows(given: Any) -> tuple[tuple[float, float], ...]:
    try:
        return tuple((float(low), float(high)) for low, high in given)
    except (TypeError, ValueError) as error:
        raise ParameterError("energy windows are pairs of energies", got=given, allowed="[[lo, hi], ...]") from error


def _run(args: dict[str, Any]) -> int:
    try:
        return int(args["run"])
    except (TypeError, ValueError) as error:
        raise ParameterError("a run is named by its number", got=args["run"]) from error


def _prior(args: dict[str, Any], setup: Setup) -> Action:
    text = args["prior"]
    if not isinstance(text, str):
        raise ParameterError("a prior is written as text", got=text, allowed="such as unif(-2, 2), or flat")
    pid = setup.index(_pid(args["pid"])) + 1
    flat = text.strip().lower() in ("", "flat", "none")
    return Do(SetPrior(pid, None if flat else parse_prior(text)))


def _fit(args: dict[str, Any], setup: Setup) -> Action:
    options = args.get("options") or {}
    if not isinstance(options, dict):
        raise ParameterError("the options of an engine must be named", got=options)
    return actions.Fit(str(args.get("engine") or "fit"), tuple((str(k), v) for k, v in options.items()))


def _freeze(args: dict[str, Any], setup: Setup) -> Action:
    return Do(Freeze(_pids(args), bool(args.get("frozen", True))))


def _model(args: dict[str, Any], setup: Setup) -> Action:
    return Do(SetModel(Model.parse(str(args["model"])), args.get("pair")))


def _notice(args: dict[str, Any], setup: Setup) -> Action:
    """One unit, or several that one gesture changed."""
    if "units" not in args:
        return Do(Notice(str(args["unit"]), _windows(args["windows"])))
    given = args["units"]
    if (
        not isinstance(given, (list, tuple))
        or not given
        or not all(isinstance(u, (list, tuple)) and len(u) == 2 for u in given)
    ):
        raise ParameterError("units are named with their windows", got=given, allowed="[[name, [[lo, hi], ...]], ...]")
    edits = tuple(Notice(str(name), _windows(windows)) for name, windows in given)
    return Do(Several(edits, f"energies of {', '.join(edit.unit for edit in edits)}"))


def _sigmas(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ParameterError("a place on the degeneracy is a number of standard deviations", got=value)
    return float(value)


def _paste(args: dict[str, Any], setup: Setup) -> Action:
    pids = _pids(args) if args.get("pids") else ()
    return Do(paste_edit(setup, args["text"], pids, down=bool(args.get("down", False)), read=value_edit))


_ACTIONS: dict[str, Callable[[dict[str, Any], Setup], Action]] = {
    "set_value": lambda a, s: Do(value_edit(s, a["pid"], a["value"])),
    "paste": _paste,
    "freeze": _freeze,
    "link": lambda a, s: Do(Link(_pids(a))),
    "unlink": lambda a, s: Do(Unlink(_pids(a))),
    "set_prior": _prior,
    "set_model": _model,
    "tie": lambda a, s: Do(Tie(s.index(_pid(a["pid"])) + 1, str(a["expression"]))),
    "notice": _notice,
    "undo": lambda a, s: actions.Undo(),
    "redo": lambda a, s: actions.Redo(),
    "fit": _fit,
    "teach": lambda a, s: Teach(parse_steps(a.get("steps"), s), repr(a["steps"]) if a.get("steps") else ""),
    "leave": lambda a, s: Leave(),
    "next": lambda a, s: Next(),
    "shuffle": lambda a, s: Shuffle(),
    "reveal": lambda a, s: Reveal(),
    "stop": lambda a, s: actions.Stop(),
    "pause": lambda a, s: actions.Pause(),
    "resume": lambda a, s: actions.Resume(),
    "apply": lambda a, s: actions.ApplyBest(_run(a)),
    "restore": lambda a, s: actions.Restore(_run(a)),
    "add_line": lambda a, s: AddLine(str(a["unit"]), a["lo"], a["hi"], a["excess"]),
    "walk": lambda a, s: Walk(_sigmas(a["to"])),
    "revisit": lambda a, s: Revisit(str(a["moment"])),
    "overlay": lambda a, s: Overlay(_run(a), bool(a.get("on", True))),
    "pin": lambda a, s: actions.Pin(_run(a), bool(a.get("pinned", True))),
    "label": lambda a, s: actions.Label(_run(a), str(a["label"])),
    "delete": lambda a, s: actions.Delete(_run(a)),
    "set_live": lambda a, s: actions.SetLive(bool(a["live"])),
    "set_refit_others": lambda a, s: SetRefitOthers(bool(a["on"])),
    "dismiss": lambda a, s: actions.Dismiss(int(a["message"])),
}
