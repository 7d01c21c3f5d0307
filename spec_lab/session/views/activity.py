"""What is being computed as plain data: curves and previews that take longer than a moment."""

from spec_lab._base import finite
from spec_lab.engines import Progress
from spec_lab.session.messages import ActivityMessage
from spec_lab.session.state import State
from spec_lab.session.view_model import ActivityInfo, StopCommand

MOMENT = 0.4  # seconds: what is quicker is not worth a word


def activity(
    state: State, curves: float | None, preview: float | None, progress: Progress | None = None, *,
    compiling: bool = False, stage: str = "computing the posterior", search: tuple[str, float] | None = None,
) -> ActivityMessage:  # fmt: skip
    """The `activity` message.

    Args:
        state: The session's state.
        curves: Seconds that curves have been in the making.
        preview: Seconds that a preview has been.
        progress: The newest report of the preview.
        compiling: Whether the curves are of a structure whose program is being compiled.
        stage: What the preview is at.
        search: The start that is looked for, in words, and its seconds; the panel of the curves waits for it.
    """
    models = "; ".join(dict.fromkeys(pair.model.expression for pair in state.setup.pairs))
    share = finite(progress.fraction) if progress is not None else None
    drawn = _info(f"{'compiling' if compiling else 'computing'} {models}", curves, None, "")
    return {
        "type": "activity",
        "curves": drawn if search is None else _info(*search, None, "stop_search"),
        "posterior": _info(stage or "computing the posterior", preview, share, "stop_preview"),
    }


def _info(text: str, seconds: float | None, progress: float | None, stop: StopCommand) -> ActivityInfo | None:
    if seconds is None or seconds < MOMENT:
        return None
    return {"text": text, "seconds": round(seconds, 1), "progress": progress, "stop": stop}
