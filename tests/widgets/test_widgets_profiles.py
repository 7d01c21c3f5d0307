"""Refit others over the border: frames that bring the growing curve, one message that brings them all, one action at the end."""

import json
import time

import pytest
from widgets_wire import Wire

from spec_lab_widgets.pump import Pump


@pytest.fixture
def on(wire, lab):
    """A wire to a fitted Lab with the switch on."""
    lab.fit(block=True)
    assert wire.act("set_refit_others", 1, on=True)["ok"]
    wire.until(lambda m: m["type"] == "view" and m["refit_others"])
    wire.caught_up()
    return wire


def drag(wire, pid, values, seq=100):
    """Drag with the switch on: each value's frame with the others refitted (a slow machine sends one without them before)."""
    for i, value in enumerate(values):
        wire.say(type="drag", pid=pid, value=value, seq=seq + i)
        frame = wire.until(lambda m, seq=seq + i, value=value: _refitted(m, seq, value))
    return frame


def _refitted(message, seq, value):
    curve = message.get("profile") if message["type"] == "spectrum" and message["seq"] == seq else None
    return curve is not None and any(abs(known - value) < 1e-9 for known in curve["values"])


def test_the_frames_of_a_drag_bring_the_curve_and_where_the_others_go(on, lab):
    state, best = lab.session.state, lab.infer.par[1].val
    on.clear()
    frame = drag(on, 1, [best + 0.02 * i for i in (-2, -1, 1, 2)])
    assert frame["preview"] and [m[0] for m in frame["moves"]] == [1, 2, 3] and lab.session.state is state
    curve = frame["profile"]
    assert curve["pid"] == 1 and len(curve["values"]) == len(curve["rises"]) == 5 and min(curve["rises"]) == 0
    assert {m["rise"] for m in curve["marks"]} == {1.0, 4.0} and "68.3 %" in curve["text"]
    assert len(json.dumps(curve)) < 1000 and "profiles" not in on.kinds()


def test_the_first_point_waits_for_its_frame(on, lab, monkeypatch):
    """The pump turns between the fit of the first point and its frame: the curve is not told twice."""
    reader, show = lab.session.evaluator, lab.session.evaluator._show

    def late(*args):
        Pump.of(lab.session).ring()
        time.sleep(0.3)
        show(*args)

    monkeypatch.setattr(reader, "_show", late)
    on.clear()
    assert drag(on, 1, [lab.infer.par[1].val + 0.02])["profile"]["pid"] == 1
    assert "profiles" not in on.kinds()


def test_letting_go_is_one_action_and_all_curves_follow(on, lab):
    best, steps = lab.infer.par[2].val, len(lab.session.state.past)
    frame = drag(on, 2, [best + 0.03])
    reply = on.act("set_refitted", 9, pid=2, value=best + 0.03)
    assert reply["ok"] and "infer.par[2].val" in reply["code"] and "infer.at_par" in reply["code"]
    assert len(lab.session.state.past) == steps + 1 and lab.session.state.rev == reply["rev"]
    assert on.caught_up()["stat"] == frame["stat"]
    told = on.until(lambda m: m["type"] == "profiles")
    assert [c["pid"] for c in told["curves"]] == [2]
    on.clear()
    on.act("notice", 10, unit="na", windows=[[30, 500]])
    assert on.until(lambda m: m["type"] == "profiles")["curves"] == []
    on.act("undo", 11)
    assert on.until(lambda m: m["type"] == "profiles" and m["curves"])["curves"] == told["curves"]


def test_a_broken_off_drag_ends_with_the_present_and_keeps_its_points(on, lab):
    drag(on, 1, [lab.infer.par[1].val + 0.02], seq=300)
    on.clear()
    on.say(type="scrub", moment=None, seq=0)
    assert not on.until(lambda m: m["type"] == "spectrum")["preview"]
    assert len(on.until(lambda m: m["type"] == "profiles")["curves"][0]["values"]) == 2


def test_another_panel_is_told_and_the_switch_takes_them_away(on, lab):
    drag(on, 1, [lab.infer.par[1].val + 0.02], seq=300)
    on.act("set_refitted", 2, pid=1, value=lab.infer.par[1].val + 0.02)
    other = Wire(lab)
    other.say(type="hello", view="v2")
    assert len(other.until(lambda m: m["type"] == "profiles")["curves"]) == 1
    other.clear()
    other.act("set_refit_others", 3, on=False)
    assert other.until(lambda m: m["type"] == "profiles")["curves"] == []
    assert len(lab.profile_points(1).values) == 2


def test_curves_told_before_a_hello_are_taken_away_after_it(on, lab):
    """A page opens, and turns the switch off, while a turn of the pump tells it of the curves: they must not stay."""
    send, said = lab._connection.send, []

    def late(content, buffers):
        send(content, buffers)
        if content["type"] == "profiles" and not said:
            said.append("hello")
            on.say(type="hello", view="v2")
            on.say(type="action", id=3, name="set_refit_others", args={"on": False})

    lab._connection.send = late
    drag(on, 1, [lab.infer.par[1].val + 0.02], seq=300)
    on.act("set_refitted", 2, pid=1, value=lab.infer.par[1].val + 0.02)
    assert on.until(lambda m: said and m["type"] == "profiles" and not m["curves"], timeout=20)


def test_without_the_switch_nothing_of_it_is_said(wire, lab):
    wire.say(type="drag", pid=1, value=-1.2, seq=100)
    frame = wire.until(lambda m: m["type"] == "spectrum" and m["seq"] == 100)
    time.sleep(0.2)
    assert "profile" not in frame and "profiles" not in wire.kinds()


def test_a_refused_release_is_an_error_as_data(on, lab):
    state = lab.session.state
    for args in ({"pid": 99, "value": 1.0}, {"pid": 1, "value": "warm"}, {"pid": 1}):
        reply = on.act("set_refitted", 7, **args)
        assert not reply["ok"] and reply["error"]["message"]
    assert lab.session.state.setup is state.setup
