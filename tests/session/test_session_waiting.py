"""While something is computed: each sentence that was once told of a set-up it did not belong to, and what is told instead."""

import threading
import time

import numpy as np
import pytest
from session_toy import fitted_session, make_infer

from spec_lab._base import ModelError
from spec_lab.engines import ENGINES, Control
from spec_lab.fit import SetModel
from spec_lab.models import Model
from spec_lab.session import FitSession, evaluator, fit_key, jobs, preview_worker, start_search, starts, views
from spec_lab.session.state import Preview


@pytest.fixture(scope="module")
def fitted():
    session = fitted_session()
    yield session
    session.close()


@pytest.fixture
def untrusted(fitted):
    """A state whose preview fluctuates too much to be trusted."""
    best = fitted.state.runs[-1].outcome
    draws = np.random.default_rng(1).multivariate_normal(best.best, best.covariance, 500)
    doubtful = best.replace(engine="preview", draws=draws, stats=(("pareto_k", 0.93),), log_evidence=-100.0)
    state = fitted.state
    preview = Preview(fit_key(state.setup), state.setup, best, doubtful)
    return state.replace(preview=preview, previews=True)


def gated(monkeypatch, module, name):
    """Let a function of a module wait until it is told to go on; begun, and gate."""
    begun, gate, real = threading.Event(), threading.Event(), getattr(module, name)

    def waiting(*args, **options):
        begun.set()
        gate.wait(20)
        return real(*args, **options)

    monkeypatch.setattr(module, name, waiting)
    return begun, gate


def test_not_a_statistic_of_the_set_up_before_as_if_it_were_near_that_of_this(fitted):
    """Was: "~46.40" where it is 7.8 million. Now: said to be exact or not; what is not is drawn grey, with its name."""
    old, state = fitted.evaluation(), fitted.state
    moved = state.replace(setup=state.setup.edited(values=state.setup.values + 0.5))
    told = views.view(moved, None, known=old)["stat"]
    assert (
        told["exact"] is False and told["value"] == views.view(state, old)["stat"]["value"] and "~" not in told["value"]
    )


def test_not_computing_but_compiling_where_a_model_is_new(monkeypatch):
    """Was: nothing at all, under "model, exact". Now: "compiling pl" with its seconds, "computing" once it is known."""
    session = FitSession(make_infer())
    session.evaluation()
    begun, gate = gated(monkeypatch, evaluator, "read")
    session.set_model("pl")
    session.evaluator.want(session.get())
    assert begun.wait(20)
    texts = [views.activity(session.state, 3.0, None, compiling=session.evaluator.compiling)["curves"]["text"]]
    gate.set()
    assert session.evaluator.settle(120)
    begun.clear()
    gate.clear()
    session.set_value(1, -1.2)
    session.evaluator.want(session.get())
    assert begun.wait(20)
    texts += [views.activity(session.state, 3.0, None, compiling=session.evaluator.compiling)["curves"]["text"]]
    gate.set()
    assert session.evaluator.settle(120) and texts == ["compiling pl", "computing pl"]
    session.close()


@pytest.fixture
def searching(monkeypatch):
    """A session that looks for the start of another model, and what lets it find one."""
    session = FitSession(make_infer())
    begun, gate = gated(monkeypatch, starts, "near_data")
    session.start_search.begin(starts.GiveModel("cpl*const"))
    assert begun.wait(20)
    yield session, gate
    gate.set()
    session.close()


def test_not_a_busy_kernel_while_a_new_model_compiles(searching):
    """Was: "The kernel is busy", and no answer to anything. Now: what is compiled, edits in the meantime, one change."""
    session, gate = searching
    told = views.activity(session.state, None, None, search=("compiling cpl*const", 1.0))["curves"]
    assert session.start_search.under_way[0] == told["text"] == "compiling cpl*const" and told["stop"] == "stop_search"
    session.freeze(1)
    assert session.state.setup.frozen[0] and not session.start_search.settle(0.01)
    gate.set()
    assert session.start_search.settle(120) and session.start_search.under_way is None
    pair = session.get().pairs[0]
    assert pair.model.expression == "cpl*const" and session.get().frozen[0] and len(session.state.past) == 2


def test_a_stop_while_a_new_model_compiles_leaves_everything_as_it_was(searching):
    session, gate = searching
    before, began = session.state, time.perf_counter()
    session.stop_search()
    assert session.start_search.under_way is None and time.perf_counter() - began < 0.3
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "spec_lab-start":
            thread.join(60)
    assert session.state is before


def test_a_model_that_was_given_meanwhile_is_newer_than_one_looked_for(searching):
    session, gate = searching
    session.commit(SetModel(Model.parse("pl")))
    gate.set()
    assert session.start_search.settle(120) and session.get().pairs[0].model.expression == "pl"


def test_a_search_for_a_start_is_refused_at_once_where_there_is_none():
    session = FitSession(make_infer())
    with pytest.raises(ModelError, match="plx"):
        session.start_search.begin(starts.GiveModel("plx"))
    assert session.start_search.under_way is None
    session.close()


def test_a_preview_that_was_stopped_is_not_said_to_be_on_the_way(monkeypatch):
    """Was: "No posterior yet" for a moment before the chip, and "wait for the preview" after a stop."""
    session = FitSession(make_infer())
    begun, gate = gated(monkeypatch, preview_worker, "run_engine")
    session.set_previews(True)
    assert views.view(session.state, None)["posterior"]["pending"] and begun.wait(60)
    session.stop_preview()
    told = views.view(session.state, None)["posterior"]
    assert not told["pending"] and told["text"].startswith("The preview was given up; the next change begins another.")
    gate.set()
    session.close()


def test_no_posterior_yet_is_not_said_while_one_is_computed(monkeypatch):
    """Was: "No posterior yet". Now: what is being done, its share, and a stop after which nothing is said to be done."""
    session = FitSession(make_infer())
    begun, gate = gated(monkeypatch, preview_worker, "run_engine")
    session.set_previews(True)
    assert begun.wait(60)
    control = Control()
    control.report(0.4, "draws")
    told = views.activity(
        session.state, None, session.previewer.seconds + 1, control.latest, stage=session.previewer.stage
    )
    assert told["posterior"]["text"] == "looking for the best fit" and told["posterior"]["progress"] == 0.4
    session.stop_preview()
    assert session.previewer.seconds is None
    gate.set()
    assert session.previewer.settle(60)
    session.close()


def test_no_milliseconds_before_a_fit_of_seconds(fitted):
    """Was: "... damped Newton method: milliseconds." before a compilation of nine seconds."""
    docs = [engine["doc"] for engine in views.view(fitted.state, None)["engines"]]
    assert docs and not any("millisecond" in text for text in docs)
    assert "a new model is compiled first" in ENGINES["fit"].doc
    state = fitted.state.replace(fit=fitted.state.fit._replace(phase="running", setup=fitted.get()))
    assert views.fit(state, None)["message"] == "starting; a new model is compiled first"


def test_numbers_of_a_posterior_that_cannot_be_trusted_are_withheld(untrusted):
    """Was: medians, errors, ln Z and bits as of any other. Now: a warning in their place."""
    outcome = views.shown_outcome(untrusted)
    frame = views.corner(outcome, rev=1, seq=1).header
    assert frame["median"] == frame["plus"] == frame["minus"] == [""] * 3 and not frame["trusted"]
    assert frame["warning"] == "not to be trusted (Pareto k = 0.93 > 0.7): run a sampler"
    told = views.view(untrusted, None)
    assert told["criteria"]["rows"][0]["texts"]["lnz"] == "–" and not told["criteria"]["quality"]["ok"]
    prior = untrusted.setup.priors[0]
    assert views.posterior_curve(untrusted, 1, prior, False)["words"] == "posterior, not to be trusted: run a sampler"


def test_messages_name_parameters_as_the_table_does(fitted):
    """Was: "At its bound: pair1.cpl.alpha", which no row is called."""
    run, said = fitted.state.runs[-1], "At its bound: pair1.cpl.alpha."
    state = fitted.state.replace(
        runs=(run._replace(outcome=run.outcome.replace(message=said)),), fit=fitted.state.fit._replace(message=said)
    )
    told = views.view(state, None)
    assert told["history"][0]["note"] == told["fit"]["message"] == "At its bound: cpl.alpha."


def test_an_earlier_posterior_is_not_current(fitted):
    """Was: the old corner in full colour under another model, also while a fit ran. Now: said to be of an earlier set-up."""
    session = FitSession(make_infer())
    session.record(fitted.state.runs[-1].outcome)
    session.set_value(1, -1.1)
    session.freeze(1)
    told = views.view(session.state, None)["posterior"]
    assert told["current"] is False and told["text"] == "Switch Live on for a preview, or run a sampler."
    session.close()


def test_stop_answers_within_three_hundred_milliseconds_while_compiling(monkeypatch):
    session = FitSession(make_infer())
    begun, gate = gated(monkeypatch, jobs, "run_engine")
    session.fit()
    assert begun.wait(60)
    began = time.perf_counter()
    session.stop()
    assert session.state.fit.phase == "stopping"
    assert session.job is None or session._job.finished.wait(5)
    assert time.perf_counter() - began < 0.5 and session.state.fit.phase == "stopped"  # 0.25 s, and a busy machine
    gate.set()
    session.close()


def test_a_search_that_is_overtaken_leaves_the_newer_one_alone(fitted):
    """Was: one that found another model in place broke off whatever was looked for then, also the search that came after it."""
    searching = start_search.StartSearch(lambda: fitted.state, lambda report: None, lambda setup: None)
    old, new = (start_search.Search(None, text, ["another model"]) for text in ("old", "new"))  # type: ignore[arg-type]
    searching._now = new
    assert searching._landed(old) and not new.over.is_set()
    assert searching.under_way is not None and searching.under_way[0] == "new"
    assert searching._landed(new) and new.over.is_set() and searching.under_way is None
