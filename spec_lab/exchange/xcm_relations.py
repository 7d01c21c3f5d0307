"""What a script says of parameters, as edits of a fit: freezes, priors, links and ties, in our coordinates."""

import ast
import math
from collections.abc import Iterator

from spec_lab.exchange.xcm_links import FUNCTIONS, LinkWriter, negated, only_reference, references
from spec_lab.exchange.xcm_parameters import XcmParameter, XcmParameters, is_constant, value_of
from spec_lab.fit import Edit, Freeze, Link, SetPrior, SetTie, Setup, ties
from spec_lab.priors import unif

Places = dict[int, int]  # number in the script → our number


def edits_of(setup: Setup, entries: XcmParameters) -> Iterator[Edit]:
    """The edits that make a fit's parameters those of a script; values are in its models already.

    Raises:
        DataError: A limit, link or freeze that cannot be held; names the line.
    """
    places = slot_numbers(setup, entries)
    for entry in entries:
        if entry.parameter.how == "peak":
            _check_peak(entry, entries)
        if entry.number in places:
            if entry.link is None:
                yield from _beliefs(setup, entry, places[entry.number])
            slot = setup.slots[places[entry.number] - 1]
            frozen = entry.frozen and entry.link is None
            if slot.frozen != frozen:
                yield Freeze((slot.pid,), frozen)
    linked = [entry for entry in entries if entry.link is not None and entry.number in places]
    for entry in linked:
        copied = _copied(entry, entries)
        if copied is not None:
            yield Link((places[copied], places[entry.number]))
    for entry in linked:
        if _copied(entry, entries) is None:
            yield SetTie(places[entry.number], _tie(entry, entries, places))


def slot_numbers(setup: Setup, entries: XcmParameters) -> Places:
    """Our number of each parameter of a script; settings have none."""
    names = [pair.model.names for pair in setup.pairs]
    return {
        e.number: setup.index(f"pair{e.group + 1}.{names[e.group][e.component]}.{e.parameter.ours}") + 1
        for e in entries
        if e.parameter.how != "setting"
    }


def _check_peak(entry: XcmParameter, entries: XcmParameters) -> None:
    """Refuse what the peak energy of a Band function cannot hold of XSPEC's `tem`, which is Ep/(2 + alpha)."""
    alpha, copied = entries[entry.number - 3], _copied(entry, entries)
    if copied is None and entry.frozen and not is_constant(entries, alpha.number):
        entry.command.refuse(
            "tem of grbm is held while alpha is free, which is no held Ep", hint="Thaw tem, or freeze alpha."
        )
    if copied is not None and _copied(alpha, entries) != copied - 2:
        entry.command.refuse("tem of grbm follows another while alpha does not", hint="Ep is (2 + alpha) tem.")


def _beliefs(setup: Setup, entry: XcmParameter, pid: int) -> Iterator[Edit]:
    """The prior that the limits say, unless it is the component's own."""
    slot = setup.slots[pid - 1]
    if entry.parameter.how == "peak":
        return
    value = slot.value
    own = (-math.inf, math.inf) if slot.default_prior is None else slot.default_prior.support
    hard_low, soft_low, soft_high, hard_high = entry.limits
    for limits in ((soft_low, soft_high), (hard_low, hard_high)):
        low, high = entry.parameter.limits_to_ours(*limits)
        cut = max(low, own[0]), min(high, own[1])
        if cut[0] <= value <= cut[1] and cut[0] < cut[1]:
            if cut != own:
                yield SetPrior(pid, unif(*cut))
            return
        if low <= value <= high and low < high:
            far = low if math.isfinite(low) else min(own[0], value - 10.0)
            yield SetPrior(pid, unif(far, high if math.isfinite(high) else max(own[1], value + 10.0)))
            return
    entry.command.refuse(
        f"{entry.parameter.name} = {entry.value:g} lies outside its limits", allowed=f"{hard_low:g} to {hard_high:g}"
    )


def _copied(entry: XcmParameter, entries: XcmParameters) -> int | None:
    """The parameter that one simply is, in our coordinates, too."""
    number = None if entry.link is None else only_reference(entry.link)
    if number is None:
        return None
    other = entries[number - 1].parameter
    return number if other.how == entry.parameter.how and other.how != "setting" else None


def _tie(entry: XcmParameter, entries: XcmParameters, places: Places) -> str:
    """The link as a tie of ours, affine where it can be."""
    assert entry.link is not None
    words = [entries[n - 1].parameter for n in references(entry.link)]
    if "peak" in (entry.parameter.how, *(p.how for p in words)):
        entry.command.refuse("tem of grbm is no parameter here and cannot be in a link", hint="Ep is (2 + alpha) tem.")

    def value(n: int) -> str:
        how = entries[n - 1].parameter.how
        if how == "setting":
            return repr(value_of(entries, n))
        return {"same": "par[{}]", "negative": "(-par[{}])", "log10": "(10**par[{}])"}[how].format(places[n])

    def logarithm(n: int) -> str | None:
        return f"par[{places[n]}]" if entries[n - 1].parameter.how == "log10" else None

    writer = LinkWriter(value, FUNCTIONS, logarithm)
    with entry.command.reading():
        text = writer.tenths(entry.link) if entry.parameter.how == "log10" else writer.plain(entry.link)
        return simplified(negated(text) if entry.parameter.how == "negative" else text)


def simplified(text: str) -> str:
    """An affine tie as `2*par[1] + 0.5`; any other as it is."""
    form = ties.as_affine(text)
    if form is None:
        return ast.unparse(ast.parse(text, mode="eval"))
    terms = [_term(factor, n) for n, factor in sorted(form.coefficients.items()) if factor != 0]
    if form.constant != 0 or not terms:
        terms.append(repr(form.constant))
    return " + ".join(terms).replace("+ -", "- ")


def _term(factor: float, n: int) -> str:
    return f"par[{n}]" if factor == 1 else f"-par[{n}]" if factor == -1 else f"{factor!r}*par[{n}]"
