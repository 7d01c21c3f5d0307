"""Names of parameters that can be told apart: two components may both have a `log A`, and so may two detectors."""

from collections.abc import Sequence

from spec_lab.fit import Setup, Slot


def distinct(setup: Setup, slots: Sequence[Slot]) -> list[str]:
    r"""A label (TeX without dollars) for each of these slots: its own, and in brackets what sets it apart from its namesakes.

    That is the component, else the data, else both, else its number.
    """
    return [slot.label + _apart(setup, slot, [s for s in slots if s.label == slot.label]) for slot in slots]


def _apart(setup: Setup, slot: Slot, namesakes: Sequence[Slot]) -> str:
    if len(namesakes) < 2:
        return ""
    place = namesakes.index(slot)
    ways = zip(*(_descriptions(setup, s) for s in namesakes), strict=True)
    words = next(words for words in ways if len(set(words)) == len(words))
    return rf"\ \mathrm{{({words[place]})}}"


def _descriptions(setup: Setup, slot: Slot) -> tuple[str, ...]:
    data = "+".join(setup.pairs[slot.pair].data.names)
    return slot.component, data, f"{slot.component}, {data}", str(slot.pid)


def as_in_table(message: str, setup: Setup) -> str:
    """A message of an engine, its parameters named as in the table: without their pair where there is only one."""
    return message.replace("pair1.", "") if len(setup.pairs) == 1 else message
