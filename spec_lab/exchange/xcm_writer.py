"""From a fit to an XSPEC script: `write_xcm`, by the table that reading uses.

Numbers are written with all their digits, so that the statistic comes back. What XSPEC cannot hold is refused by name; what it
holds otherwise (a prior that is not flat, PG where a channel is empty) stands in the script as a comment.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path

from spec_lab._base import DataError, ModelError, ParameterError, written_whole
from spec_lab.exchange.xcm_data_writer import DataLines
from spec_lab.exchange.xcm_expression import read_model
from spec_lab.exchange.xcm_links import OURS, LinkWriter, negated
from spec_lab.exchange.xcm_relations import simplified
from spec_lab.exchange.xspec_parameters import XspecModel, XspecParameter, setting_to_xspec, xspec_model_of
from spec_lab.fit import Setup, ties
from spec_lab.infer import Infer
from spec_lab.models import Component

_FAR = 1e24  # XSPEC's end of the numbers
_WIDEST = "a number within 1e24, which is as far as XSPEC's limits go"


def write_xcm(infer: Infer, path: str | Path | None, write_data: bool, overwrite: bool) -> str:
    """The script of a fit; see `Infer.to_xcm`.

    Raises:
        ParameterError: Something that XSPEC cannot hold, by name.
        DataError: A file is there already, or `write_data` without a path.
    """
    target = None if path is None else Path(path).expanduser()
    if target is not None and target.exists() and not overwrite:
        raise DataError(f"{target.name} exists", got=str(path), hint="Pass overwrite=True to replace it.")
    if write_data and target is None:
        raise DataError(
            "data are written beside the script", hint="Say where: infer.to_xcm('fit.xcm', write_data=True)."
        )
    setup = infer.setup
    if not setup.pairs:
        raise ParameterError("there is nothing to write: the fit has no pairs")
    model = ModelLines(setup)  # refuses before any file is written
    parameters = list(model.lines())
    data = list(DataLines(setup, target, write_data, overwrite))
    comments = list(_comments(infer, model))
    text = "\n".join([*data, "", *comments, *model.tables(), model.head, *parameters, "bayes off", ""])
    if target is not None:
        with written_whole(target) as part:
            part.write_text(text, encoding="utf-8")
    return text


def _comments(infer: Infer, model: "ModelLines") -> Iterator[str]:
    setup = infer.setup
    for index in setup.free:
        prior, slot = setup.priors[index], setup.slots[index]
        if prior is not None and prior.family != "unif":
            name = f"parameter {model.numbers[slot.pid]} ({slot.component}.{slot.name})"
            yield f"# {name}: the prior {prior} is not held, only its ends"
    if setup.rule != "exact":
        yield f"# bins were integrated by the rule {setup.rule}"
    for name in infer.hooks:
        yield f"# {name} was replaced by a function, which is not held"


class ModelLines:
    """The model of a fit with its parameters, in XSPEC's words.

    Args:
        setup: The fit.

    Attributes:
        numbers: Our number of a parameter → XSPEC's.

    Raises:
        ParameterError: Something that XSPEC cannot hold.
    """

    def __init__(self, setup: Setup):
        self.setup = setup
        self.leaves = [pair.model.leaves() for pair in setup.pairs]
        self.models = [[xspec_model_of(leaf) for leaf in leaves] for leaves in self.leaves]
        self.head = f"model  {self._expression()}"
        self.numbers: dict[int, int] = {}
        self.parameters: dict[int, XspecParameter] = {}
        for number, pid, parameter, _ in self._places():
            if pid is not None:
                self.numbers[pid], self.parameters[pid] = number, parameter
        for slot in setup.slots:
            if slot.owner != "data" and slot.pid not in self.numbers:
                raise ParameterError(
                    f"par[{slot.pid}] ({slot.component}.{slot.name}) is no parameter of XSPEC's",
                    hint="Freeze what is derived.",
                )

    def _expression(self) -> str:
        texts = []
        for pair, models in zip(self.setup.pairs, self._same_names(), strict=True):
            text = pair.model.text([model.name for model in models])
            try:
                read = read_model(text)
            except ModelError as error:
                raise ParameterError(
                    f"XSPEC cannot hold the model {pair.model.expression}", got=text, allowed="components with + and *",
                    hint=error.hint or error.what,
                ) from error  # fmt: skip
            assert len(read.models) == len(models)
            texts.append(text)
        if len(set(texts)) > 1:
            raise ParameterError(
                "XSPEC has one model for all data groups", got=texts, hint="Write a script for each pair."
            )
        return texts[0]

    def _same_names(self) -> list[list[XspecModel]]:
        """The models of each pair; where one pair needs a redshift, the model with one is taken in all."""
        if len({len(models) for models in self.models}) == 1:
            for place in range(len(self.models[0])):
                models = [own[place] for own in self.models]
                if len({model.component for model in models}) == 1:
                    widest = max(models, key=lambda model: len(model.parameters))
                    for own in self.models:
                        own[place] = widest
        return self.models

    def _places(self) -> Iterator[tuple[int, int | None, XspecParameter, Component]]:
        """XSPEC's number, ours (None of a setting), the parameter and its component, of all in order."""
        number = 0
        for k, (pair, leaves, models) in enumerate(
            zip(self.setup.pairs, self.leaves, self.models, strict=True), start=1
        ):
            for name, leaf, model in zip(pair.model.names, leaves, models, strict=True):
                for parameter in model.parameters:
                    number += 1
                    setting = parameter.how == "setting"
                    pid = None if setting else self.setup.index(f"pair{k}.{name}.{parameter.ours}") + 1
                    yield number, pid, parameter, leaf

    def tables(self) -> Iterator[str]:
        """The lines `abund` and `xsect`."""
        gas = [leaf for leaves in self.leaves for leaf in leaves if "abundance" in leaf.settings()]
        abundances = {getattr(leaf, "key").abundance for leaf in gas}  # noqa: B009
        sections = {getattr(leaf, "xsect") for leaf in gas if "xsect" in leaf.settings()}  # noqa: B009
        for word, found in (("abund", abundances), ("xsect", sections)):
            if len(found) > 1:
                hint = "Give all absorbers the same, such as tbabs(abundance='wilm')."
                raise ParameterError(f"XSPEC has one {word} for all absorbers", got=sorted(found), hint=hint)
            yield from (f"{word} {name}" for name in found)

    def lines(self) -> Iterator[str]:
        """The line of each parameter.

        Raises:
            ParameterError: A tie that XSPEC cannot hold.
        """
        shown: dict[tuple[int, float], int] = {}  # of settings: place in the group and value → number
        size = sum(len(model.parameters) for model in self.models[0])
        for number, pid, parameter, leaf in self._places():
            if pid is not None:
                yield self._line(number, pid, parameter)
                continue
            value = setting_to_xspec(leaf, parameter.ours)
            first = shown.setdefault(((number - 1) % size, value), number)
            yield f"= p{first}" if first < number else self._numbers(parameter, value, True, parameter.default[2:])

    def _line(self, number: int, pid: int, parameter: XspecParameter) -> str:
        setup, index = self.setup, pid - 1
        root = setup.root(index)
        if root + 1 not in self.numbers:
            raise ParameterError(f"par[{pid}] is linked to a factor of the data, which XSPEC cannot hold")
        first = min(self.numbers[i + 1] for i in setup.group(index) if i + 1 in self.numbers)
        if first < number:
            other = next(p for p, n in self.numbers.items() if n == first)
            return f"= {self._expressed(f'par[{other}]', parameter)}"
        if root in setup.tied:
            return f"= {self._expressed(setup.tied[root], parameter)}"
        value = float(setup.values[index])
        if parameter.how == "peak":
            theirs = 10.0**value / (2 + float(setup.values[index - 2]))
            low, high = parameter.default[3:5]
            limits = (min(low, theirs), max(high, theirs))
        else:
            theirs, limits = parameter.to_xspec(value), self._limits(index, parameter)
        return self._numbers(parameter, theirs, setup.frozen[index], (limits[0], *limits, limits[1]))

    def _limits(self, index: int, parameter: XspecParameter) -> tuple[float, float]:
        prior = self.setup.priors[index]
        low, high = (-math.inf, math.inf) if prior is None else prior.support
        value = float(self.setup.values[index])
        low, high = parameter.limits_to_xspec(min(low, value), max(high, value))
        return max(low, -_FAR), min(high, _FAR)

    @staticmethod
    def _numbers(parameter: XspecParameter, value: float, frozen: bool, limits: tuple[float, ...]) -> str:
        if parameter.switch:
            return f"{value!r}"
        if not abs(value) <= _FAR:
            raise ParameterError(f"{parameter.name} cannot be written", got=value, allowed=_WIDEST)
        step = abs(parameter.default[1])
        return " ".join(repr(float(number)) for number in (value, -step if frozen else step, *limits))

    def _expressed(self, text: str, parameter: XspecParameter) -> str:
        """An expression of our parameters in XSPEC's words."""
        kinds = {n: self._known(n, text) for n in ties.sources(text)}
        if parameter.how == "peak" or any(kind.how == "peak" for kind in kinds.values()):
            if parameter.how == "peak" and re.fullmatch(r"par\[\d+\]", text):
                return f"p{self.numbers[ties.sources(text)[0]]}"
            raise ParameterError(
                "the peak of a Band function cannot be in a tie of XSPEC's", got=text, hint="Remove the tie."
            )

        def value(n: int) -> str:
            return {"same": "par[{}]", "negative": "(-par[{}])", "log10": "log(par[{}])"}[kinds[n].how].format(
                self.numbers[n]
            )

        def power(n: int) -> str | None:
            return f"par[{self.numbers[n]}]" if kinds[n].how == "log10" else None

        writer, tree = LinkWriter(value, OURS, power=power), ties.parse(text)
        written = writer.tenth_power(tree) if parameter.how == "log10" else writer.plain(tree)
        written = negated(written) if parameter.how == "negative" else written
        short = written if re.search(r"[a-z0-9]+\(", written) else simplified(written)
        return re.sub(r"par\[(\d+)\]", r"p\1", short).replace("**", "^").replace(" ^ ", "^")

    def _known(self, pid: int, text: str) -> XspecParameter:
        if pid not in self.parameters:
            slot = self.setup.slots[pid - 1]
            raise ParameterError(
                f"XSPEC has no parameter {slot.component}.{slot.name}", got=text, hint="Remove the tie."
            )
        return self.parameters[pid]
