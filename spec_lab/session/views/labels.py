"""Names of parameters that can be told apart: two components may both have a `log A`."""

from collections import Counter
from collections.abc import Sequence

from spec_lab.fit import Slot


def distinct(slots: Sequence[Slot]) -> list[str]:
    """A label (TeX without dollars) for each slot: its own, with its component, then its number, where others have the same."""
    labels = [slot.label for slot in slots]
    longer = [rf"{slot.label}\ \mathrm{{({slot.component})}}" for slot in slots]
    numbered = [f"{text} {slot.pid}" for text, slot in zip(longer, slots, strict=True)]
    for more in (longer, numbered):
        seen = Counter(labels)
        labels = [full if seen[text] > 1 else text for text, full in zip(labels, more, strict=True)]
    return labels
