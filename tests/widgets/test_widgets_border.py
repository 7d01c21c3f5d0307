"""The border, by a recorded wire: what is answered, what is sent, how much and by whom."""

import json
import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from widgets_wire import Wire

from spec_lab.session import COMMANDS
from spec_lab_widgets import pump

PROTOCOL = Path(__file__).resolve().parents[2] / "widgets" / "PROTOCOL.md"


def test_nothing_is_sent_before_hello(lab):
    wire = Wire(lab)
    lab.set_value(1, -0.9)
    time.sleep(0.2)
    assert wire.heard == []


def test_hello_is_answered_with_a_snapshot(wire):
    assert {"view", "spectrum"} <= set(wire.kinds())
    wire.clear()
    wire.say(type="hello", view="v2", again=True)
    wire.until(lambda m: m["type"] == "view")
    wire.until(lambda m: m["type"] == "spectrum")


def test_a_hello_in_the_middle_of_a_turn_is_answered_whole(wire, lab):
    """Another page opens between a message and the note that it was seen."""
    send, said = lab._connection.send, []

    def late(content, buffers):
        send(content, buffers)
        if content["type"] == "spectrum" and not said:
            said.append("hello")
            wire.clear()
            wire.say(type="hello", view="v2")

    lab._connection.send = late
    wire.say(type="action", id=1, name="set_value", args={"pid": 1, "value": -0.9})
    wire.until(lambda m: said and m["type"] == "spectrum", timeout=20)


def test_a_click_is_answered_shown_and_journalled(wire, lab):
    wire.clear()
    reply = wire.act("freeze", 7, pids=[1], frozen=True)
    assert reply["ok"] and reply["code"] == "infer.par[1].frozen = True" and reply["rev"] == lab.session.state.rev
    wire.caught_up()
    view = wire.until(lambda m: m["type"] == "view")
    assert view["params"]["rows"][0]["frozen"] and view["journal"][-1]["code"] == reply["code"]
    assert lab.infer.par[1].frozen


def test_one_click_costs_few_messages(wire):
    time.sleep(0.3)
    wire.clear()
    wire.act("set_value", 1, pid=2, value=2.2)
    wire.caught_up()
    time.sleep(0.3)
    kinds = wire.kinds()
    assert kinds.count("reply") == 1 and kinds.count("spectrum") == 1 and kinds.count("view") <= 2
    assert len(kinds) <= 4
    assert sum(len(json.dumps(m)) + sum(map(len, b)) for _, m, b in wire.heard) < 200_000


def test_only_the_pump_sends(wire, lab):
    for i in range(5):
        wire.act("set_value", i + 1, pid=1, value=-0.5 - 0.1 * i)
    lab.freeze(2)
    lab.fit(block=True)
    wire.until(lambda m: m["type"] == "view" and m["fit"]["state"] == "done")
    assert wire.threads == {"spec_lab-pump"}


def test_no_trait_changes_behind_the_front_end(wire, lab):
    changes = []
    lab.observe(lambda change: changes.append(change["name"]))
    wire.act("link", 1, pids=[6, 11])
    wire.act("fit", 2, engine="fit")
    lab.wait(120)
    wire.caught_up()
    assert changes == []


@pytest.mark.parametrize(
    "message",
    [
        {"type": "action", "id": 5, "name": "frobnicate", "args": {}},
        {"type": "action", "id": 5, "name": "link", "args": {"pids": [1]}},
        {"type": "action", "id": 5, "name": "link", "args": {}},
        {"type": "action", "id": 5, "name": "link", "args": 3},
        {"type": "action", "id": 5, "name": "set_value", "args": {"pid": 1, "value": "twelve"}},
        {"type": "action", "id": 5, "name": "set_prior", "args": {"pid": 1, "prior": "unif(2, 1)"}},
        {"type": "action", "id": 5, "name": "notice", "args": {"unit": "na", "windows": [[1e6, 2e6]]}},
        {"type": "action", "id": 5, "name": "fit", "args": {"engine": "fit", "options": {"starts": "many"}}},
        {"type": "action", "id": 5, "name": "undo", "args": {}},
        {"type": "action", "id": 5, "name": "prior_preview", "args": {"pid": 1, "prior": "nonsense("}},
        {"type": "action", "id": 5, "name": "set_model", "args": {"model": "plx"}},
        {"type": "action", "id": 5, "name": "set_model", "args": {"model": "pl", "pair": 7}},
        {"type": "action", "id": 5, "name": "model_preview", "args": {"model": "pl+"}},
        {"type": "action", "id": 5, "name": "dismiss", "args": {"message": "x"}},
        {"type": "ack", "id": 5},
        {"type": "drag", "id": 5, "pid": 99, "value": 1, "seq": 1},
        {"type": "whatever", "id": 5},
    ],
)
def test_bad_messages_are_answered_with_an_error_and_change_nothing(wire, lab, message):
    state = lab.session.state
    wire.clear()
    wire.say(**message)
    reply = wire.until(lambda m: m["type"] == "reply" and m["id"] == 5)
    assert reply["ok"] is False and reply["error"]["message"] and json.dumps(reply)
    assert {"kind", "message", "what", "got", "allowed", "hint"} <= set(reply["error"])
    assert lab.session.state is state


@pytest.mark.parametrize("message", [None, 3, "hello", [], {}, {"type": None}])
def test_what_is_no_message_raises_nothing(wire, lab, message):
    wire.clear()
    lab._connection.receive(message)
    assert wire.until(lambda m: m["type"] == "reply")["ok"] is False


def test_every_action_of_the_protocol_is_answered(wire):
    names = re.findall(r"^\| `(\w+)` \|", PROTOCOL.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(names) == set(COMMANDS)
    for number, name in enumerate(names):
        reply = wire.act(name, number)
        assert reply["ok"] or "there is no such action" not in reply["error"]["message"]


def test_the_script_and_prior_previews_change_nothing(wire, lab):
    wire.act("set_value", 1, pid=1, value=-0.75)
    state = lab.session.state
    assert "infer.par[1].val = -0.75" in wire.act("script", 2)["text"]
    drawn = wire.act("prior_preview", 3, pid=1, prior="norm(0, 0.5)")
    assert len(drawn["x"]) == len(drawn["density"]) and drawn["lo"] < 0 < drawn["hi"] and "posterior" in drawn
    assert lab.session.state is state


def test_what_differs_from_a_run_is_told_and_changes_nothing(wire, lab):
    lab.fit(block=True)
    state, run = lab.session.state, lab.session.state.runs[-1].number
    told = wire.act("difference", 1, run=run)
    assert told["rows"] == [] and "nothing differs" in told["words"] and told["code"] == f"lab.diff({run})"
    assert lab.session.state is state
    wire.act("freeze", 2, pids=[1], frozen=True)
    assert [row["name"] for row in wire.act("difference", 3, run=run)["rows"]] == lab.diff(run).data_dict["parameter"]
    assert "no such run" in wire.act("difference", 4, run="x")["error"]["message"]


def test_another_model_is_previewed_picked_and_used(wire, lab):
    state = lab.session.state
    assert any(c["name"] == "gauss" for c in wire.act("components", 1)["components"])
    assert "3 stay as they are" in wire.act("model_preview", 2, model="cpl + gauss", pair=None)["words"]
    assert lab.session.state is state
    reply = wire.act("set_model", 3, model="cpl + gauss", pair=None)
    assert reply["code"] == "infer.set_model('cpl+gauss')"  # at once: its start is looked for in the background
    shown = wire.until(lambda m: m["type"] == "view" and m["rev"] > reply["rev"])
    assert shown["models"] == [{"pair": 1, "data": "na + b1", "expression": "cpl+gauss"}]
    line = lab.session.journal()[-1].code
    assert line.startswith("infer.set_model('cpl+gauss'); infer.par[4].prior")  # what is new starts near the data


def test_frames_say_what_a_count_is_worth_once_asked(wire, lab):
    wire.clear()
    wire.say(type="unfold")
    frame = wire.until(lambda m: m["type"] == "spectrum")
    assert all("unfold" in unit["fields"] for unit in frame["units"])
    wire.say(type="drag", pid=3, value=1.3, seq=101)
    assert "unfold" in wire.until(lambda m: m["type"] == "spectrum" and m["preview"])["units"][0]["fields"]


def test_a_drag_previews_and_leaves_no_trace(wire, lab):
    state = lab.session.state
    wire.clear()
    wire.say(type="drag", pid=3, value=1.3, seq=101)
    frame = wire.until(lambda m: m["type"] == "spectrum" and m["preview"])
    assert frame["seq"] == 101 and lab.session.state is state
    wire.act("set_value", 2, pid=3, value=1.3)
    assert wire.caught_up()["stat"] == frame["stat"]  # what was previewed is what one gets


def test_of_many_drags_the_newest_wins(wire):
    wire.clear()
    for i in range(60):
        wire.say(type="drag", pid=3, value=0.01 * i, seq=200 + i)
        time.sleep(0.003)
    wire.until(lambda m: m["type"] == "spectrum" and m["seq"] == 259)
    frames = [m["seq"] for _, m, _ in wire.heard if m["type"] == "spectrum"]
    assert frames == sorted(frames) and len(frames) < 20


def test_frames_wait_for_acks_and_do_not_pile_up(lab):
    wire = Wire(lab, acks=False)
    wire.say(type="hello", view="v1")
    first = wire.until(lambda m: m["type"] == "spectrum")
    for i in range(8):
        wire.act("set_value", i, pid=1, value=-0.5 - 0.1 * i)
    time.sleep(0.3)
    assert wire.kinds().count("spectrum") == 1
    wire.say(type="ack", topic="spectrum", seq=first["seq"])
    wire.until(lambda m: m["type"] == "spectrum" and m["seq"] > first["seq"])
    newest = wire.until(lambda m: m["type"] == "view" and m["stat"]["exact"])
    assert wire.kinds().count("spectrum") == 2 and newest["rev"] == lab.session.state.rev


def test_a_hidden_tab_gets_no_frames_and_the_newest_when_it_comes_back(lab):
    wire = Wire(lab, acks=False)
    wire.say(type="hello", view="v1")
    wire.until(lambda m: m["type"] == "spectrum")
    wire.say(type="visible", visible=False)
    wire.act("set_value", 1, pid=1, value=-0.65)
    wire.until(lambda m: m["type"] == "view" and m["rev"] == lab.session.state.rev)
    time.sleep(0.2)
    assert wire.kinds().count("spectrum") == 1
    wire.say(type="visible", visible=True)  # the ack that is missing does not matter any more
    wire.caught_up()


def test_never_more_than_twenty_messages_a_second(wire):
    time.sleep(0.6)
    wire.clear()
    began = time.monotonic()
    i = 0
    while time.monotonic() - began < 2.0:
        wire.say(type="action", id=i, name="set_value", args={"pid": 1, "value": -1 + 0.001 * i})
        i += 1
        time.sleep(0.004)
    pushed = [t for t, m, _ in wire.heard if m["type"] != "reply"]
    assert len(pushed) <= 20 * 2.0 + 10 + 2
    assert sum(m["type"] == "reply" for _, m, _ in wire.heard) >= i - 1


def test_handlers_are_short(wire):
    times = []
    for i in range(60):
        began = time.thread_time()
        wire.say(type="action", id=i, name="set_value", args={"pid": 1, "value": -1 + 0.001 * i})
        times.append(time.thread_time() - began)
    assert sorted(times)[len(times) // 2] < 0.005


def test_handlers_may_come_from_any_thread(wire, lab):
    """With kernel subshells messages arrive beside the main thread; edits of both sides all count."""

    def clicks(pid):
        for i in range(100):
            wire.say(type="action", id=pid * 1000 + i, name="set_value", args={"pid": pid, "value": 1 + 0.01 * i})

    threads = [threading.Thread(target=clicks, args=(pid,)) for pid in (2, 3)]
    for thread in threads:
        thread.start()
    for i in range(100):
        lab.infer.par[1].val = -0.01 * i
    for thread in threads:
        thread.join()
    wire.caught_up()
    assert len(lab.session.state.past) == 300
    replies = [m for _, m, _ in wire.heard if m["type"] == "reply"]
    assert all(m["ok"] for m in replies)


def test_a_fit_is_followed_live(wire, lab):
    wire.clear()
    wire.act("fit", 9, engine="fit", options={"starts": 3})
    lab.wait(120)
    done = wire.until(lambda m: m["type"] == "view" and m["fit"]["state"] == "done")
    assert all(m["fit"]["state"] == "running" for _, m, _ in wire.heard if m["type"] == "progress")
    assert done["history"][0]["engine"] == "fit" and done["undo"]["label"] == "best of fit"
    wire.until(lambda m: m["type"] == "corner")
    assert wire.act("stop", 10)["ok"]  # nothing runs any more: harmless


def test_curves_that_cannot_be_computed_are_a_message(lab, monkeypatch):
    from spec_lab.session import evaluator

    def broken(problem, **options):
        raise ValueError("the model returned a string")

    monkeypatch.setattr(evaluator, "read", broken)
    wire = Wire(lab)
    wire.say(type="hello", view="v1")
    view = wire.until(lambda m: m["type"] == "view" and m["messages"])
    assert "the model returned a string" in view["messages"][-1]["text"] and not view["stat"]["exact"]
    monkeypatch.undo()
    wire.act("set_value", 1, pid=1, value=-0.9)  # an edit later the curves are back
    wire.caught_up()
    assert wire.until(lambda m: m["type"] == "view" and m["rev"] == lab.session.state.rev)["messages"] == []


def test_a_running_sampler_shows_its_draws(wire, lab, monkeypatch):
    from spec_lab.engines import run_engine
    from spec_lab.session import jobs

    def sampling(name, problem, control, **options):
        generator, n = np.random.default_rng(1), 0
        while not control.stopped:
            n += 100
            control.report(0.5, f"{n} draws", draws=lambda n=n: generator.normal(size=(n, problem.n)))
            time.sleep(0.02)
        return run_engine(name, problem, **options)

    monkeypatch.setattr(jobs, "run_engine", sampling)
    wire.clear()
    wire.act("fit", 3, engine="fit")
    wire.until(lambda m: m["type"] == "corner" and m["source"] == "fit" and m["n"] >= 100)
    began = time.monotonic()
    time.sleep(2.2)
    frames = sum(m["type"] == "corner" and t > began for t, m, _ in wire.heard)
    assert 1 <= frames <= 3
    wire.act("stop", 4)
    lab.wait(60)


def test_a_paused_fit_says_so_and_is_silent(wire, lab):
    assert not wire.act("pause", 1)["ok"]
    wire.act("fit", 2, engine="emcee", options={"steps": 1_000_000})
    wire.until(lambda m: m["type"] == "progress" and m["fit"]["progress"])
    assert wire.act("pause", 3)["code"] == "lab.pause()"
    wire.until(lambda m: m["type"] in ("view", "progress") and m["fit"]["message"].endswith("waiting"))
    assert wire.until(lambda m: m["type"] == "view")["fit"]["state"] == "paused"
    time.sleep(1.5)  # the newest draws were still on their way, at one corner plot a second
    wire.clear()
    time.sleep(0.5)
    assert wire.kinds() == []  # nothing moves, nothing is sent
    assert wire.act("resume", 4)["ok"]
    wire.until(lambda m: m["type"] == "progress" and m["fit"]["state"] == "running")
    wire.act("stop", 5)
    assert lab.wait(60) is not None


def test_a_lesson_over_the_wire(wire, lab):
    assert wire.act("teach", 1, steps=[{"say": "Go.", "until": {"score_below": 1}}])["code"].startswith("lab.teach([")
    view = wire.until(lambda m: m["type"] == "view" and m["lesson"] and m["lesson"]["number"])
    assert view["lesson"]["step"]["goal"] == "score below 1" and view["criteria"]["rows"] == []
    wire.clear()
    wire.say(type="drag", pid=1, value=-1.6, seq=50)
    frame = wire.until(lambda m: m["type"] == "spectrum" and m["preview"])
    assert frame["score"]["number"] > 0 and frame["score"]["word"]
    began = time.perf_counter()
    assert wire.act("resample", 2)["ok"]
    assert time.perf_counter() - began < 20
    wire.until(lambda m: m["type"] == "view" and m["lesson"]["counts"] == "simulated counts, seed 1")
    wire.act("undo", 3)
    lab.tutor.settle(60)
    assert wire.act("reveal", 4)["ok"]
    wire.until(lambda m: m["type"] == "view" and m["lesson"]["step"]["reached"])
    assert not wire.act("fit", 5, engine="fit")["ok"]
    assert wire.act("leave", 6)["ok"] and lab.infer.par[1].val == -1.0
    assert wire.until(lambda m: m["type"] == "view" and m["lesson"] is None)["undo"]["can"] is False
    lab.teach()
    assert lab.tutor is lab.session.tutor
    lab.tutor.leave()


def test_what_the_job_does_while_a_view_is_written_is_told_after_it(wire, lab, monkeypatch):
    """The job comes to rest between the writing of the view and its sending: the next message says that it waits."""
    wire.act("fit", 1, engine="emcee", options={"steps": 1000000})
    wire.until(lambda m: m["type"] == "progress" and m["fit"]["progress"])
    make, job = pump.views.view, lab.session.job

    def slow(*args, **keywords):
        made = make(*args, **keywords)
        if made["fit"]["state"] == "paused" and not keywords["waiting"]:
            while not job.waiting:
                time.sleep(0.01)
        return made

    monkeypatch.setattr(pump.views, "view", slow)
    wire.act("pause", 2)
    wire.until(lambda m: m["type"] in ("view", "progress") and m["fit"]["message"].endswith(", waiting"), timeout=20)
    lab.stop()
    lab.session.wait(60)
