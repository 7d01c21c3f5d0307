"""Script: the minimal Python of a session, ready to paste.

The net effect only: from the set-up the session began with to the present one, whatever was tried in between. The full story
is the journal.
"""

from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.priors import list_priors
from spec_lab.session.difference import as_lines, difference
from spec_lab.session.state import Run


def script(start: Setup, now: Setup, runs: tuple[Run, ...] = ()) -> str:
    """Python that brings `infer` from `start` to `now`; what was run on the way stands above, with the seeds."""
    lines = as_lines(difference(start, now))
    head = [f"# infer: {what}" for what in _pairs(start)]
    head += [one_line(f"# run {run.number}: {_settings(run.outcome)}") for run in runs]
    if not lines:
        return "\n".join([*head, "# nothing was changed"]) + "\n"
    used = [name for name in list_priors() if any(f"= {name}(" in line for line in lines)]
    imports = [f"from spec_lab.priors import {', '.join(used)}", ""] if used else []
    if any("= dist." in line for line in lines):
        imports = ["import numpyro.distributions as dist", *(imports or [""])]
    return "\n".join([*head, *imports, *lines]) + "\n"


def _settings(outcome: Outcome) -> str:
    """Engine and options as a call, with the seed that was used."""
    return f"{outcome.engine}({', '.join(f'{name}={value!r}' for name, value in outcome.settings)})"


def _pairs(setup: Setup) -> list[str]:
    return [one_line(f"{' + '.join(pair.data.names)} with {pair.model.expression}") for pair in setup.pairs]


def one_line(text: str) -> str:
    """A text that stays within one comment: what ends a line, or cannot be printed, is written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
