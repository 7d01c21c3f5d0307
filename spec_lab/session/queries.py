"""Questions of the front end: the script, what differs from a run, what a typed prior or model would be. They change nothing.

And two requests: to give up a preview, or the search for a start.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spec_lab._base import ParameterError
from spec_lab.priors import Prior
from spec_lab.session import command_arguments as read
from spec_lab.session import views
from spec_lab.session.command_registry import Command, Query, argument, command

if TYPE_CHECKING:
    from spec_lab.session.session import FitSession


@command("script")
class AskScript(Query):
    """The minimal Python script: `text`."""

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        return {"text": session.script(), "code": "print(lab.script())", "rev": session.state.rev}


@command("difference")
class AskDifference(Query):
    """What a run and the present set-up do not share: `words` and `rows`."""

    run: int = argument(read.anything)

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        run = session.state.run(self.run)
        return {**views.changes(session.state, run), "code": f"lab.diff({run.number})"}


@command("prior_preview")
class AskPriorPreview(Query):
    """A prior as a curve to draw: `x`, `density`, `lo`, `hi`, `log`, `handles`, `posterior`, or an error."""

    pid: read.Pid = argument(read.pid)
    prior: Prior | str | None = argument(read.prior, typescript="string")

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        state = session.state
        state.setup.index(self.pid)
        if not isinstance(self.prior, Prior):
            raise ParameterError(
                "a flat prior without limits has no density to draw", got=self.prior, hint="Choose a family."
            )
        drawn = views.prior_preview(self.prior)
        return {**drawn, "posterior": views.posterior_curve(state, self.pid, self.prior, drawn["log"])}


@command("components")
class AskComponents(Query):
    """What a model can be made of: `components`."""

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        return {"components": views.components()}


@command("model_preview")
class AskModelPreview(Query):
    """What a typed model would be: `expression` and `words`, or an error."""

    model: str = argument(read.text)
    pair: int | None = argument(read.anything, default=None)

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        return views.model_preview(session.state.setup, self.model, self.pair)


@command("stop_preview")
class StopPreview(Command):
    """Give up the preview posterior that is being computed; the next change begins another."""

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        state = session.stop_previewing()
        return {"code": "lab.stop_preview()", "rev": state.rev}


@command("stop_search")
class StopSearch(Command):
    """Give up the search for a start, of a new model or near the data: everything stays as it is."""

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        session.start_search.stop()
        return {"code": "lab.stop_search()", "rev": session.state.rev}
