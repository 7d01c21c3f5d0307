"""An offer as plain data: that the model lies far from the data, and may start near them."""

from spec_lab._base import number_text
from spec_lab.session.evaluation import Evaluation
from spec_lab.session.starts import offered
from spec_lab.session.state import State
from spec_lab.session.view_model import StartOffer


def offer(state: State, evaluation: Evaluation | None) -> StartOffer | None:
    """`view.offer`, or None where the model is near the data or nothing may be moved."""
    found = offered(state.setup, evaluation)
    if found is None:
        return None
    unit, factor = found
    several = sum(len(pair.data.names) for pair in state.setup.pairs) > 1
    where = f" in {unit}" if several else ""
    if not 1e-3 < factor < 1e12:
        return {"text": f"The model gives {'no' if factor < 1 else 'too many'} counts{where}."}
    times = number_text(factor, 2)
    return {"text": f"The model gives {times} times the counts observed{where}."}
