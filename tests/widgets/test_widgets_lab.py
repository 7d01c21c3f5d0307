"""Lab in Python: the calls, the stand-alone panels, the fallbacks, and that closing is clean."""

import base64
import gc
import gzip
import hashlib
import importlib
import re
import threading
import time
import weakref
from types import SimpleNamespace

import ipywidgets
import pytest
from session_toy import make_infer, same_state

import spec_lab_widgets as panels
from spec_lab._base import ParameterError
from spec_lab.infer import Bootstrap
from spec_lab.session import FitSession
from spec_lab_widgets import Lab, front_end


def test_each_call_does_what_its_click_does(wire, lab):
    """One by one: the call on one Lab, the click on another; the states stay equal and so do the journals."""
    other = Lab(make_infer(), preview=False)
    pairs = [
        (lambda x: x.set_value(1, -0.8), ("set_value", {"pid": 1, "value": -0.8})),
        (lambda x: x.set_value(2, "300 keV"), ("set_value", {"pid": 2, "value": "300 keV"})),
        (lambda x: x.freeze(2), ("freeze", {"pids": [2], "frozen": True})),
        (lambda x: x.thaw([2, 6]), ("freeze", {"pids": [2, 6], "frozen": False})),
        (lambda x: x.link(6, 11), ("link", {"pids": [6, 11]})),
        (lambda x: x.unlink(11), ("unlink", {"pids": [11]})),
        (lambda x: x.set_prior(1, "norm(-1, 0.5)"), ("set_prior", {"pid": 1, "prior": "norm(-1, 0.5)"})),
        (lambda x: x.tie(3, "2*par[1]"), ("tie", {"pid": 3, "expression": "2*par[1]"})),
        (lambda x: x.tie(3, ""), ("tie", {"pid": 3, "expression": ""})),
        (lambda x: x.notice("na", [20, 500]), ("notice", {"unit": "na", "windows": [[20, 500]]})),
        (lambda x: x.undo(), ("undo", {})),
        (lambda x: x.redo(), ("redo", {})),
        (lambda x: x.notice("na"), ("notice", {"unit": "na", "windows": []})),
    ]
    for number, (call, (name, args)) in enumerate(pairs):
        call(other)
        assert wire.act(name, number, **args)["ok"]
        assert same_state(other.session.get(), lab.session.get())
    assert other.journal(undone=True) == lab.journal(undone=True)
    assert other.script() == lab.script()
    other.close()


def test_fit_returns_at_once_or_waits(lab):
    assert lab.fit() is None
    evaluation = lab.wait(120)
    assert isinstance(evaluation, Bootstrap) and lab.session.state.runs[0].outcome is evaluation.outcome
    lab.set_value(1, -0.7)
    assert isinstance(lab.fit("fit", block=True, starts=2), Bootstrap)
    assert len(lab.session.state.runs) == 2
    for _ in range(3):
        lab.undo()
    assert "# undone: infer.at_par(" in lab.journal(undone=True) and "at_par" not in lab.journal()


def test_another_model_is_one_change(lab):
    lab.set_model("cpl + bb")
    assert lab.session.state.setup.pairs[0].model.expression == "cpl+bb" and "set_model('cpl+bb')" in lab.journal()
    lab.undo()
    assert lab.session.state.setup.pairs[0].model.expression == "cpl"


def test_panels_share_the_session(lab):
    table = panels.ParTable(lab.infer)
    corner = lab.panel("corner", "criteria")
    assert table.session is corner.session is lab.session
    assert (table.panels, corner.panels) == (["params"], ["corner", "criteria"])
    table.close()
    corner.close()


@pytest.mark.parametrize(
    "name", "ParTable SpectrumPlot PriorEditor FitBar CornerPlot CriteriaPanel History PythonPanel".split()
)
def test_each_panel_is_a_widget_of_its_own(lab, name):
    widget = getattr(panels, name)(lab.infer, height=200)
    assert len(widget.panels) == 1 and widget.height == 200
    box = ipywidgets.HBox([widget])
    assert box.children == (widget,)
    widget.close()


def test_an_unknown_panel_is_refused(lab):
    with pytest.raises(Exception, match="panels"):
        lab.panel("nonsense")


def test_a_host_without_widgets_shows_the_parameters(lab):
    data, _ = lab._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "anywidget" in data["text/html"] and "alpha" in data["text/html"] and len(data["text/html"]) < 50_000
    assert repr(lab).startswith("<Lab of")


def test_a_snapshot_needs_nothing(lab):
    picture = lab.snapshot()
    assert picture.svg.startswith("<svg") and "alpha" in picture._repr_html_()
    assert picture.svg == lab.snapshot().svg  # the same state, the same text
    assert "http" not in picture.html.replace("http://www.w3.org/2000/svg", "") and len(picture.html) < 200_000


def test_nothing_of_the_science_is_in_the_saved_state(lab):
    state = lab.get_state()
    assert {k for k in state if not k.startswith("_")} <= {
        "panels",
        "height",
        "picture",
        "layout",
        "tabbable",
        "tooltip",
    }


def test_a_bad_prior_is_refused(lab):
    with pytest.raises(ParameterError, match="no prior"):
        lab.set_prior(1, 3.5)


def test_the_session_outlives_its_panels(lab):
    lab.set_value(1, -0.6)
    again = Lab(lab.infer, preview=False)
    assert again.session is lab.session
    again.close()
    lab.undo()
    assert lab.infer.par[1].val == -1.0


def test_closing_many_labs_leaves_nothing_behind():
    infer = make_infer()
    FitSession(infer)
    gone = []
    for _ in range(20):
        made = Lab(infer, preview=False)
        made._connection.receive({"type": "hello", "view": "v"})
        gone.append(weakref.ref(made))
        made.close()
        del made
    deadline = time.monotonic() + 10
    while any(t.name == "spec_lab-pump" for t in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)
    gc.collect()
    assert sum(ref() is not None for ref in gone) <= 1
    infer.store.close()


def test_a_lab_is_saved_and_taken_up_again(lab, tmp_path):
    lab.freeze(1)
    again = Lab.load(lab.save(tmp_path / "x.speclab"), preview=False)
    assert again.infer.par[1].frozen and again.journal() == lab.journal()
    again.close()
    again.session.close()


def test_figures_for_print(lab, tmp_path):
    with pytest.raises(ParameterError, match="no draws"):
        lab.figure("corner")
    with pytest.raises(ParameterError, match="no such figure"):
        lab.figure("pie")
    lab.fit(block=True)
    for kind in ("spectrum", "corner"):
        assert lab.figure(kind).save(tmp_path / f"{kind}.svg").stat().st_size > 5000


def test_a_lab_is_kept_and_recovered(lab, wire, tmp_path):
    assert lab.autosave() is None  # switched off for tests by the environment
    path = lab.autosave(tmp_path)
    assert (
        "a minute after a change"
        in wire.until(lambda m: m["type"] == "view" and m["autosave"]["text"])["autosave"]["text"]
    )
    lab.freeze(1)
    assert lab.session.autosave.flush() and path.is_file()
    wire.until(lambda m: m["type"] == "view" and m["autosave"]["text"].startswith("Autosaved"))
    again = Lab.recover(folder=tmp_path, preview=False)
    assert again.infer.par[1].frozen and again.journal() == lab.journal()
    other = Lab(lab.infer, preview=False)  # one more Lab of a session that was told leaves it as it is
    assert other.session.autosave.path == path
    for made in (again, other):
        made.close()
    again.session.close()
    assert lab.autosave(False) is None


def test_closing_leaves_a_picture_once_and_only_where_somebody_looked(monkeypatch):
    shown = []
    home = importlib.import_module("spec_lab_widgets.lab")
    monkeypatch.setattr(home, "display", shown.append)
    monkeypatch.setattr(home, "get_ipython", lambda: object())
    unseen = Lab(make_infer(), preview=False)
    unseen.close()
    assert shown == []
    hurried = Lab(make_infer(), preview=False)
    hurried._repr_mimebundle_()  # displayed, and closed by the next cell before the page has asked for anything
    hurried.close()
    assert "cpl.alpha" in shown.pop().html
    lab = Lab(make_infer(), preview=False)
    lab._connection.receive({"type": "hello", "view": "v"})
    lab.close()
    lab.close()
    (still,) = shown
    assert still.svg.startswith("<svg") and "cpl.alpha" in still.html and "Parameters" in still.html
    lab.session.close()
    collected = Lab(make_infer(), preview=False)
    collected._connection.receive({"type": "hello", "view": "v"})
    collected.__del__()
    assert len(shown) == 1


def test_a_snapshot_has_runs_and_criteria(lab):
    assert "History" not in lab.snapshot().html
    lab.fit(block=True)
    lab.label(1, "<b>mine</b>")
    text = lab.snapshot().html
    assert "Model comparison" in text and "History" in text and "&lt;b&gt;mine" in text and "<b>mine" not in text


def test_the_packed_front_end_is_the_built_one():
    """The module each widget carries brings the bundle whole, and names it, so that another version is another module."""
    loader, source = front_end.loader(), front_end.esm().encode()
    packed = re.search(r'atob\("([A-Za-z0-9+/=]+)"\)', loader)
    assert packed and gzip.decompress(base64.b64decode(packed[1])) == source
    assert hashlib.sha256(source).hexdigest()[:16] in loader
    assert loader == front_end.loader() and len(loader) < 120_000


def test_what_was_clicked_goes_into_a_cell_below(lab, monkeypatch):
    with pytest.raises(ParameterError, match="no notebook"):
        lab.to_cell()
    cells = []
    home = importlib.import_module("spec_lab_widgets.lab")
    monkeypatch.setattr(home, "get_ipython", lambda: SimpleNamespace(set_next_input=cells.append))
    lab.freeze(1)
    lab.undo()
    lab.freeze(2)
    lab.to_cell()
    lab.to_cell(journal=True)
    assert cells == [lab.script().rstrip(), "infer.par[2].frozen = True"]
