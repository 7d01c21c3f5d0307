"""From the commands of an XSPEC script to a fit: `read_xcm`.

The commands are followed in order, as XSPEC would; at the end the data groups become pairs, spectra their units, parameters
slots. What cannot be held is refused with its line; what differs is a row of the report.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from spec_lab._base import DataError, Info
from spec_lab.data import Data, collect_warnings
from spec_lab.exchange.xcm_data import (
    STATISTICS,
    WEIGHTS,
    Spectra,
    make_unit,
    with_choices,
    with_data,
    with_file,
    with_statistic,
)
from spec_lab.exchange.xcm_expression import Expression, read_model
from spec_lab.exchange.xcm_parameters import (
    XcmParameters,
    after,
    first_entries,
    in_group,
    is_constant,
    refuse_logarithm,
    value_of,
)
from spec_lab.exchange.xcm_relations import edits_of
from spec_lab.exchange.xcm_text import HARMLESS, XcmCommand, commands
from spec_lab.exchange.xspec_parameters import made
from spec_lab.fit import Several
from spec_lab.infer import BayesInfer, Infer
from spec_lab.models import XSPEC, Model

Kind = TypeVar("Kind", bound=Infer)
NOTHING, VALUES, BELIEF = "nothing", "the statistic", "the posterior"


class XcmFit(NamedTuple):
    """A fit read from an XSPEC script.

    Attributes:
        infer: The fit.
        report: What differs from XSPEC and why, a row each: the line, its text, what was made of it, what may change by that.
    """

    infer: Infer
    report: Info


def read_xcm(path: str | Path, kind: type[Infer] = BayesInfer) -> XcmFit:
    """Read an XSPEC script (.xcm) such as `save all` writes.

    Args:
        path: The script; the files it names are looked up beside it.
        kind: What to make of it: `BayesInfer` or `MaxLikeFit`.

    Raises:
        DataError: There is no such file, or the script says what cannot be held: names the line and why.

    Example:
        >>> from spec_lab.exchange import read_xcm
        >>> fit = read_xcm("fit.xcm")  # doctest: +SKIP
        >>> fit.report.columns  # doctest: +SKIP
        ('Line', 'Script', 'Here', 'Changes')
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise DataError(f"there is no file {file.name!r}", got=str(path), hint="Check the name and the folder.")
    script = Script(file.parent)
    with collect_warnings() as notes:
        for command in commands(file.read_text(encoding="utf-8", errors="replace"), file.name):
            script.run(command)
        infer = script.fit(file.name, kind)
        notes += [f"{file.name}: {row['Here']} ({row['Script']})" for row in script.rows if row["Changes"] == VALUES]
    return XcmFit(infer, Info.from_rows(script.rows, f"{file.name} here"))


def infer_from_xcm(path: str | Path, kind: type[Kind]) -> Kind:
    """`read_xcm` without its report: what `Infer.from_xcm` calls."""
    infer = read_xcm(path, kind).infer
    assert isinstance(infer, kind)
    return infer


class Script:
    """A script while its commands are followed.

    Args:
        folder: Where its files are.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.spectra: Spectra = ()
        self.chosen: range | None = None
        self.bad_ignored = False
        self.statistic = "chi"
        self.expression: Expression | None = None
        self.model: XcmCommand | None = None
        self.entries: XcmParameters = ()
        self.abund: XcmCommand | None = None
        self.xsect: XcmCommand | None = None
        self.rows: list[dict[str, Any]] = []
        self._others: list[XcmCommand] = []

    def run(self, command: XcmCommand) -> None:
        """Follow one command.

        Raises:
            DataError: It cannot be held.
        """
        if command.name in (*HARMLESS, "method", "cosmo", "energies", "xset", "bayes", "setplot", "cornorm", "corfile"):
            self._other(command)
            return
        follow: Callable[[XcmCommand], None] = getattr(self, f"_{command.name}")
        follow(command)

    def note(self, command: XcmCommand | None, here: str, changes: str) -> None:
        """A row of the report."""
        text = "" if command is None else f"{command.name} {command.text}".strip()
        self.rows.append(
            {"Line": "" if command is None else command.line, "Script": text, "Here": here, "Changes": changes}
        )

    # -- commands ------------------------------------------------------------------------------------------------------
    def _data(self, command: XcmCommand) -> None:
        self.spectra = with_data(self.spectra, command, self.statistic)
        self._extend()

    def _response(self, command: XcmCommand) -> None:
        self.spectra = with_file(self.spectra, command)

    _arf = _backgrnd = _response

    def _ignore(self, command: XcmCommand) -> None:
        self.bad_ignored |= "bad" in command.text.lower()
        self.spectra, self.chosen = with_choices(self.spectra, command, self.chosen)

    _notice = _ignore

    def _statistic(self, command: XcmCommand) -> None:
        words = command.text.lower().split()
        if not words:
            command.refuse("which statistic?", allowed=", ".join(STATISTICS))
        if words[0] == "test":
            self._others.append(command)
            return
        name = next((each for each in STATISTICS if each.startswith(words[0])), None)
        if name is None:
            command.refuse("there is no such statistic here", allowed=", ".join(STATISTICS))
        rest = words[1:]
        if rest and rest[0].isalpha():
            self._check_weight(command, rest.pop(0))
        self.spectra = with_statistic(self.spectra, command, name, " ".join(rest))
        self.statistic = self.statistic if rest else name

    def _weight(self, command: XcmCommand) -> None:
        self._check_weight(command, command.text.lower())

    def _check_weight(self, command: XcmCommand, word: str) -> None:
        name = next((each for each in WEIGHTS if each.startswith(word)), None)
        if name != "standard":
            command.refuse(
                "only standard weights can be held", allowed="weight standard", hint="Or cstat, which needs none."
            )

    def _abund(self, command: XcmCommand) -> None:
        self.abund = command

    def _xsect(self, command: XcmCommand) -> None:
        self.xsect = command

    def _systematic(self, command: XcmCommand) -> None:
        if not re.fullmatch(r"0*\.?0*(e[-+]?\d+)?", command.text.lower()):
            command.refuse("a systematic error of the model cannot be held", hint="Give it to the spectrum (SYS_ERR).")

    def _model(self, command: XcmCommand) -> None:
        text = command.text
        if re.match(r"(\d+\s*:|\w+\s*:)", text):
            command.refuse("a second source, or a model with a name, cannot be held", hint="One model for all data.")
        if text.lower() in ("none", "clear", "?") or not text:
            command.refuse("there is no model in it")
        with command.reading():
            self.expression = read_model(text)
        self.model = command
        self.entries = first_entries(command, self.expression.models, self._groups)

    def _newpar(self, command: XcmCommand) -> None:
        self.entries = after(self.entries, command)

    _freeze = _thaw = _untie = _newpar

    def _other(self, command: XcmCommand) -> None:
        first = command.words[0].lower() if command.words else ""
        if command.name == "corfile" and not command.text.lower().endswith("none"):
            command.refuse("a correction file cannot be held", hint="Add it to the background.")
        if command.name == "setplot" and first.startswith("w") and "wave".startswith(first[:4]):
            command.refuse("wavelengths are not read", hint="Give ignore and notice energies in keV, or channels.")
        if command.name == "energies":
            self.note(command, "models are computed on the energies of the response", VALUES)
        elif command.name == "bayes" and first not in ("off", "on"):
            self.note(command, "priors are flat between the soft limits", BELIEF)
        elif command.name == "cosmo":
            self.note(command, "luminosities use the cosmology of spec_lab", NOTHING)
        else:
            self._others.append(command)

    # -- the fit -------------------------------------------------------------------------------------------------------
    def fit(self, file: str, kind: type[Kind]) -> Kind:
        """The fit that the script ends with.

        Raises:
            DataError: There are no data or no model, or something in it cannot be held.
        """
        if not self.spectra or self.expression is None or self.model is None:
            missing = "data" if not self.spectra else "model"
            raise DataError(f"{file} has no {missing}", hint="Write it with `save all` in XSPEC, which has both.")
        groups = self._groups
        units = self._units()
        pairs = [
            (Data([(name, unit) for name, unit, group in units if group == g + 1]), self._model_of(g, self.expression))
            for g in range(groups)
        ]
        infer = kind(pairs)
        infer.commit(Several(tuple(edits_of(infer.setup, self.entries)), f"as in {file}"))
        self._conclude()
        return infer

    def _extend(self) -> None:
        """Give data groups that came after the model their parameters, which start linked to the first group's."""
        if self.expression is not None and self.model is not None:
            bare = self.model._replace(parameters=())
            every = first_entries(bare, self.expression.models, self._groups)
            self.entries = (*self.entries, *every[len(self.entries) :])

    @property
    def _groups(self) -> int:
        return max((each.group for each in self.spectra), default=1)

    def _units(self) -> list[tuple[str, Any, int]]:
        found: list[tuple[str, Any, int]] = []
        for i, loaded in enumerate(self.spectra, start=1):
            name = Path(loaded.file).name
            name = name if [Path(each.file).name for each in self.spectra].count(name) == 1 else f"{name} {i}"
            unit = make_unit(loaded, self.folder, name)
            found.append((name, unit, loaded.group))
            bad = int((~unit.src.good).sum())
            if bad:
                changes = NOTHING if self.bad_ignored else VALUES
                self.note(loaded.command, f"{bad} bad channels are left out, whether or not ignored", changes)
            seen = unit.channels()
            if loaded.statistic == "chi" and bool((seen.sigma_S**2 + seen.sigma_B**2 == 0).any()):
                self.note(
                    loaded.command, "some channels have no counts and so no error: chi has no value there", VALUES
                )
        return found

    def _model_of(self, group: int, expression: Expression) -> Model:
        assert self.model is not None
        components = []
        entries = list(in_group(self.entries, group))
        for i, model in enumerate(expression.models):
            own = [entry for entry in entries if entry.component == i]
            values = {entry.parameter.name: value_of(self.entries, entry.number) for entry in own}
            for entry in own:
                if entry.parameter.how in ("log10", "peak") and values[entry.parameter.name] <= 0:
                    refuse_logarithm(entry)
                if entry.parameter.how == "setting":
                    self._check_setting(entry)
            abundance = "angr" if self.abund is None else self.abund.text.lower()
            xsect = "vern" if self.xsect is None else self.xsect.text.lower()
            with (self.abund or self.model).reading() if model.component in GAS else self.model.reading():
                components.append(made(model, values, abundance, xsect))
        with self.model.reading():
            return expression.joined(components)

    def _check_setting(self, entry: Any) -> None:
        """Refuse what would move in a fit where we have a setting."""
        if not is_constant(self.entries, entry.number):
            hint = "Freeze it (a negative delta)."
            if entry.parameter.name == "Redshift":
                hint += " zashift*(...) has a redshift that can be fitted."
            entry.command.refuse(
                f"{entry.parameter.name} is a setting here and cannot be free or follow what is free", hint=hint
            )
        if entry.link is not None and entry.group == 0:
            value = value_of(self.entries, entry.number)
            self.note(entry.command, f"{entry.parameter.name} is a setting, held at {value:g}", NOTHING)

    def _conclude(self) -> None:
        """The rows about the whole."""
        assert self.expression is not None
        components = dict.fromkeys((model.name, model.component) for model in self.expression.models)
        if any(component in GAS for _, component in components) and self.abund is None:
            self.note(None, "no abund: angr, with which XSPEC starts", NOTHING)
        for name, component in components:
            known = XSPEC.get(component)
            if known is not None and known.agreement > 1e-5:
                text = f"{name}: agrees to {known.agreement:.0e}. {known.note}".strip()
                self.note(
                    self.model, text, "nothing" if known.agreement <= 1e-4 else f"{name}, by {known.agreement:.0e}"
                )
        if self._others:
            names = ", ".join(dict.fromkeys(command.name for command in self._others))
            self.note(self._others[0], f"no part of a fit, passed over: {names}", NOTHING)
        self.note(
            None,
            "flat priors between soft limits, within the ranges here; norms and temperatures flat in log10",
            BELIEF,
        )


GAS = ("phabs", "pcfabs", "tbabs", "ztbabs")  # absorbers whose abundances can be chosen
