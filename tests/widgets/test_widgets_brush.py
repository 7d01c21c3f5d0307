"""Selecting draws over the border: bands and not draws cross it, few messages, the newest wins, all panels see it."""

import json
import time

import numpy as np
import pytest
from session_toy import make_infer
from widgets_wire import Wire

from spec_lab_widgets import CornerPlot, SpectrumPlot

WIDE = [[-9, -9], [9, -9], [9, 9], [-9, 9]]


@pytest.fixture
def panels():
    """A corner plot and a spectrum as widgets of their own, over one fit with draws."""
    corner, spectrum = CornerPlot(infer := make_infer()), SpectrumPlot(infer)
    session = corner.session
    session.set_previews(True)
    session.fit()
    session.wait(120)
    assert session.settle(120)
    wires = [Wire(corner), Wire(spectrum)]
    for wire in wires:
        wire.say(type="hello", view="v")
        wire.until(lambda m: m["type"] == "corner")
    yield *wires, session
    corner.close()
    spectrum.close()
    session.close()


def brushed(wire, request):
    return wire.until(lambda m: m["type"] == "brush" and m["request"] == request)


def test_a_selection_is_answered_on_every_panel_and_leaves_no_trace(panels):
    corner, spectrum, session = panels
    state = session.state
    corner.say(type="brush", pids=[1, 2], region=WIDE, seq=4)
    for wire in (corner, spectrum):
        head = brushed(wire, 4)
        assert head["n"] == head["total"] > 100 and [u["name"] for u in head["units"]] == ["na", "b1"]
        (buffer,) = next(b for _, m, b in wire.heard if m is head)
        values = np.frombuffer(buffer, "<f4")
        assert len(values) == 36 * 10 and len(buffer) + len(json.dumps(head)) < 4000
    assert session.state is state
    corner.say(type="brush", pids=[], region=[], seq=5)
    assert brushed(spectrum, -1)["units"] == []


def test_of_many_outlines_the_newest_wins(panels):
    corner, spectrum, _ = panels
    time.sleep(0.6)
    corner.clear()
    spectrum.clear()
    began = time.monotonic()
    for i in range(100):
        corner.say(type="brush", pids=[1, 2], region=[[-9, -9], [9, -9], [9, i / 20], [-9, i / 20]], seq=i)
        time.sleep(0.01)
    brushed(corner, 99)
    brushed(spectrum, 99)
    seconds = time.monotonic() - began
    for wire in (corner, spectrum):
        request = [m["request"] for _, m, _ in wire.heard if m["type"] == "brush"]
        assert request == sorted(request) and len(request) <= 20 * seconds + 10
        assert set(wire.kinds()) == {"brush"}


def test_a_selection_follows_the_draws(panels):
    """A freeze makes another posterior: without a preview of it there is nothing to select from, then there is."""
    corner, _, session = panels
    corner.say(type="brush", pids=[1, 2], region=WIDE, seq=1)
    brushed(corner, 1)
    corner.clear()
    session.infer.par[3].frozen = True
    assert session.settle(60)
    corner.until(lambda m: m["type"] == "brush" and m["n"] == m["total"] > 100)
    session.infer.par[2].frozen = True  # one of the two is not free any more
    assert session.settle(60)
    corner.until(lambda m: m["type"] == "brush" and m["n"] == 0 and m["units"] == [])


def test_a_new_view_is_told_of_the_selection_there_is(panels):
    corner, spectrum, _ = panels
    spectrum.clear()
    spectrum.say(type="hello", view="w")
    spectrum.until(lambda m: m["type"] == "corner")
    assert "brush" not in spectrum.kinds()  # none: nothing is said
    corner.say(type="brush", pids=[1, 2], region=WIDE, seq=1)
    brushed(corner, 1)
    spectrum.clear()
    spectrum.say(type="hello", view="w")
    assert brushed(spectrum, 1)["n"] > 0


@pytest.mark.parametrize("region", [[[0, 0], [1, 1]], "x", [[0, 0]] * 900])
def test_a_bad_outline_is_refused_as_data(panels, region):
    corner, _, session = panels
    corner.say(type="brush", id=3, pids=[1, 2], region=region, seq=1)
    reply = corner.until(lambda m: m["type"] == "reply" and m["id"] == 3)
    assert not reply["ok"] and "outline" in reply["error"]["message"] and session.brush.region is None
