"""Page: a Lab as one HTML file that needs neither kernel nor network.

The file holds the front end itself, the present snapshot (view, curves, corner) and the tables by which sliders move curves
without a model. What a kernel would be needed for is disabled there, and says so; what is predicted is marked as approximate. The
other half is `frontend/src/state/frozen.ts`.
"""

import base64
import html
import json
import time
from pathlib import Path
from typing import Any

from spec_lab import __version__
from spec_lab._base import written_whole
from spec_lab.session import FitSession, FitStatus, LabView, ParameterRow, views
from spec_lab.session.views import Frame
from spec_lab_widgets import front_end
from spec_lab_widgets.static_picture import static_picture

WHY = "This page has no kernel: for this, open the session in JupyterLab."
FACTOR = "A factor of the data moves the data, too: it stays as it is in this page."
HELD = "Only free parameters can be moved in this page."
# nothing may be fetched, from anywhere
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
STYLE = """
html { color-scheme: light dark; }
body { margin: 0; background: #ffffff; }
html[data-theme="dark"] body { background: #16181b; }
main { max-width: 1600px; margin: 0 auto; padding: 8px; }
@media print { .sl-root .sl-bar .sl-button, .sl-root .sl-tools { display: none !important; } }
"""


def export(session: FitSession, path: str | Path, panels: list[str], height: int = 0) -> Path:
    """Write the page of a session; an earlier file of the same name is replaced only when the new one is complete."""
    path = Path(path)
    path = path if path.suffix else path.with_suffix(".html")
    text = page(session, panels, height)
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


def page(session: FitSession, panels: list[str], height: int = 0) -> str:
    """The text of the page."""
    made = snapshot(session, panels, height)
    title = html.escape(f"{made['view']['title']}: {made['view']['subtitle']}")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>{_raw(front_end.css(), 'style')}</style><style>{STYLE}</style></head>",
            '<body><main id="spec-lab-frozen"></main>',
            f"<noscript>{static_picture(session).html}</noscript>",
            f'<script type="application/json" id="spec-lab-data">{_json(made)}</script>',
            f'<script type="module">{_raw(front_end.esm(), "script")}</script>',
            "</body></html>\n",
        ]
    )


def snapshot(session: FitSession, panels: list[str], height: int = 0) -> dict[str, Any]:
    """What the page shows, as plain data."""
    state, evaluation = session.state, session.evaluation()
    view = views.view(state, evaluation)
    source = views.shown_outcome(state)
    corner = views.corner(source, rev=state.rev, seq=1) if source is not None else None
    predictor = views.predictor(session.problem, evaluation, view["params"]["rows"])
    return {
        "panels": panels,
        "height": height,
        "script": session.script(),
        "view": _frozen(view, {axis["pid"] for axis in predictor.header["axes"]}),
        "spectrum": _framed(views.spectrum(evaluation, rev=state.rev, seq=1)),
        "corner": None if corner is None else _framed(corner),
        "predictor": _framed(predictor),
    }


def _frozen(view: LabView, slide: set[int]) -> LabView:
    """The view with everything that needs a kernel taken back."""
    at = time.strftime("%Y-%m-%d %H:%M")
    text = (
        f"Frozen page of {at}, spec_lab {__version__}: no kernel behind it. "
        "Sliders move the curves by an approximation; everything else stands as it was."
    )
    rows = [_row(row, slide) for row in view["params"]["rows"]]
    idle: FitStatus = {
        **view["fit"],
        "state": "idle",
        "message": "A fit was running when this page was made.",
        "error": None,
    }
    return {
        **view,
        "params": {"rows": rows, "families": []},
        "engines": [{**engine, "enabled": False, "why": WHY, "options": []} for engine in view["engines"]],
        "fit": idle if view["fit"]["state"] in ("running", "paused", "stopping") else view["fit"],
        "live": False,
        "lesson": None,
        "messages": [{"id": -1, "level": "info", "text": text}],
        "autosave": {"text": "", "title": ""},
        "frozen": {"text": text, "why": WHY},
    }


def _row(row: ParameterRow, slide: set[int]) -> ParameterRow:
    if row["tie"] is not None or (row["linked_to"] or row["pid"]) in slide:
        return row
    return {**row, "fixed": FACTOR if row["owner"] == "data" and row["free"] else HELD}


def _framed(frame: Frame) -> dict[str, Any]:
    buffers = [base64.b64encode(buffer).decode("ascii") for buffer in frame.buffers]
    return {"header": frame.header, "buffers": buffers}


def _json(made: Any) -> str:
    """JSON that cannot end the element it lies in; what is no number becomes null, as JSON wants it."""
    return json.dumps(_finite(made), ensure_ascii=False, separators=(",", ":"), default=float).replace("<", "\\u003c")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and value - value != 0 else value


def _raw(text: str, element: str) -> str:
    """Source text that cannot end the element it lies in."""
    return text.replace(f"</{element}", f"<\\/{element}").replace("<!--", "<\\!--")
