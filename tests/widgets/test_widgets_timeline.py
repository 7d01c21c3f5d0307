"""Looking back over the border: previews that end, overlays that are sent once, and little of either."""

import json
import time

import numpy as np
import pytest
from widgets_wire import Wire


@pytest.fixture
def walked(wire, lab):
    """A wire to a Lab with two changes and a fit behind it."""
    wire.act("set_value", 1, pid=1, value=-0.6)
    wire.act("freeze", 2, pids=[2], frozen=True)
    lab.fit(block=True)
    wire.caught_up()
    return wire


def test_looking_back_previews_and_ends_with_the_present(walked, lab):
    state = lab.session.state
    view = walked.until(lambda m: m["type"] == "view" and m["rev"] == state.rev)
    ids = [m["id"] for m in view["timeline"]["moments"]]
    assert ids == ["start", "line 0", "line 1", "line 2"] and view["timeline"]["now"] == 3
    walked.clear()
    walked.say(type="scrub", moment="start", seq=301)
    frame = walked.until(lambda m: m["type"] == "spectrum" and m["preview"])
    assert frame["seq"] == 301 and [m[0] for m in frame["moves"]] == [1, 3]  # par[2] was frozen where it stood
    walked.say(type="scrub", moment=None, seq=302)
    exact = walked.until(lambda m: m["type"] == "spectrum" and not m["preview"])
    assert "moves" not in exact and lab.session.state is state


def test_of_many_looks_the_newest_wins(walked):
    walked.clear()
    began = time.monotonic()
    for i in range(60):
        walked.say(type="scrub", moment=("start", "line 0", "line 1")[i % 3], seq=400 + i)
        time.sleep(0.005)
    walked.until(lambda m: m["type"] == "spectrum" and m["seq"] == 459)
    frames = [m["seq"] for _, m, _ in walked.heard if m["type"] == "spectrum"]
    assert frames == sorted(frames) and len(frames) <= 20 * (time.monotonic() - began) + 10


def test_a_restored_moment_is_one_more_change(walked, lab):
    steps = len(lab.session.state.past)
    reply = walked.act("revisit", 9, moment="start")
    assert reply["ok"] and reply["code"] == "lab.revisit('start')"
    assert len(lab.session.state.past) == steps + 1 and not lab.infer.par[2].frozen
    assert not walked.act("revisit", 10, moment="line 77")["ok"]


def test_an_overlay_is_sent_once_and_again_to_a_new_view(walked, lab):
    walked.clear()
    assert walked.act("overlay", 5, run=1, on=True)["code"] == "lab.overlay(1, True)"
    ghost = walked.until(lambda m: m["type"] == "overlay")
    (buffer,) = next(b for _, m, b in walked.heard if m is ghost)
    n = sum(u["n"] for u in ghost["units"])
    assert ghost["run"] == 1 and len(np.frombuffer(buffer, "<f4")) == 3 * n == 108
    assert len(buffer) + len(json.dumps(ghost)) < 2000
    assert walked.until(lambda m: m["type"] == "view")["history"][0]["overlaid"] is True
    walked.act("set_value", 6, pid=1, value=-0.7)
    walked.caught_up()
    assert walked.kinds().count("overlay") == 1
    other = Wire(lab)
    other.say(type="hello", view="v2")
    other.until(lambda m: m["type"] == "overlay")
    other.act("overlay", 7, run=1, on=False)
    other.until(lambda m: m["type"] == "view" and not m["history"][0]["overlaid"])


def test_a_walk_along_the_degeneracy_previews_and_lands(walked, lab):
    line = walked.until(lambda m: m["type"] == "view" and m["rev"] == lab.session.state.rev)["degeneracy"]
    assert line["lo"] < line["at"] < line["hi"] and {m["pid"] for m in line["moves"]} == {1, 3}  # par[2] is frozen
    state = lab.session.state
    walked.clear()
    for i in range(30):
        walked.say(type="walk", to=0.05 * i, seq=500 + i)
    frame = walked.until(lambda m: m["type"] == "spectrum" and m["seq"] == 529)
    assert frame["preview"] and [m[0] for m in frame["moves"]] == [1, 3] and lab.session.state is state
    assert walked.kinds().count("spectrum") < 20
    reply = walked.act("walk", 8, to=0.05 * 29)
    assert reply["ok"] and walked.caught_up()["stat"] == frame["stat"]  # what was previewed is what one gets
    walked.say(type="walk", id=9, to=99, seq=600)
    assert "ends before" in walked.until(lambda m: m["type"] == "reply" and m["id"] == 9)["error"]["message"]
