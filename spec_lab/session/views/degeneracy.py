"""The degeneracy as plain data: which parameters move together, how, and where one stands."""

from spec_lab.session.degeneracy import axis, named
from spec_lab.session.state import State
from spec_lab.session.view_model import DegeneracyInfo
from spec_lab.session.views.labels import distinct


def degeneracy(state: State) -> DegeneracyInfo | None:
    """`view.degeneracy`, or None where there is none."""
    found = axis(state)
    if found is None:
        return None
    places = named(found)
    slots = [state.setup.slots[state.setup.free[i]] for i in places]
    return {
        "at": found.at,
        "lo": found.low,
        "hi": found.high,
        "share": f"{100 * found.share:.0f} %",
        "moves": [
            {"pid": slot.pid, "label": label, "up": bool(found.weights[i] > 0)}
            for i, slot, label in zip(places, slots, distinct(state.setup, slots), strict=True)
        ],
    }
