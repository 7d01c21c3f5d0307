"""The follower: previews behind edits, live refits, and nothing stale."""

import numpy as np
import pytest

from spec_lab.session import FitSession, fit_key, preview_worker, reports, views
from spec_lab.session.state import Preview


@pytest.fixture
def live(infer):
    made = FitSession(infer, live=True, previews=True)
    yield made
    made.close()


def test_an_edit_is_followed_by_a_refit_that_one_undo_takes_back_with_it(live, infer):
    start = infer.setup
    infer.par[1].frozen = True
    assert live.settle(120)
    np.testing.assert_allclose(infer.problem.value_and_grad()[1], 0.0, atol=1e-2)
    assert len(live.state.past) == 1
    assert live.journal()[-1].code.startswith("infer.par[1].frozen = True; infer.at_par([")
    live.undo()
    assert live.settle(120) and infer.setup is start  # undo is not followed by a refit
    live.redo()
    assert live.settle(120) and infer.par[1].frozen


def test_a_slider_is_not_pulled_back(live, infer):
    live.settle(120)
    infer.par[1].val = -1.5
    assert live.settle(120) and infer.par[1].val == -1.5


def test_previews_fill_criteria_errors_and_corner(live, infer):
    infer.par[3].val = 0.9
    assert live.settle(120)
    preview = live.state.preview
    assert preview.error is None and preview.key == fit_key(infer.setup)
    made = views.view(live.state, live.evaluation())
    row = made["criteria"]["rows"][0]
    assert row["run"] == "now" and row["k"] == 3 and row["weight"] == 1.0
    assert row["aic"] == pytest.approx(preview.fit.stat + 6)
    assert row["lnz"] == preview.posterior.log_evidence and row["lnz_err"] > 0
    assert made["criteria"]["at"] == "best fit" and made["criteria"]["quality"]["pareto_k"] is not None
    infer.at_par(preview.fit.best)
    assert live.settle(120)
    made = views.view(live.state, live.evaluation())
    assert all(r["error"] for r in made["params"]["rows"] if r["free"])
    assert views.shown_outcome(live.state) is preview.posterior


def test_a_preview_of_another_question_is_dropped(session, infer):
    old = fit_key(infer.setup)
    infer.par[1].frozen = True
    state = session.dispatch(reports.Previewed(Preview(old, infer.setup, None, None)))
    assert state.preview is None


def test_an_improper_prior_is_said_not_raised(live, infer):
    infer.par[1].prior = None
    assert live.settle(120)
    quality = views.view(live.state, live.evaluation())["criteria"]["quality"]
    assert not quality["ok"] and "par[1] (alpha)" in quality["text"]
    assert live.state.preview.fit is not None  # the fit needs no prior


def test_without_live_nothing_moves_by_itself(session, infer):
    infer.par[1].frozen = True
    assert session.settle(60) and session.state.preview is None and len(session.state.past) == 1


def test_going_live_refits_at_once(session, infer):
    before = infer.stat
    session.set_live(True)
    assert session.settle(120) and infer.stat < before


def test_undo_shows_the_numbers_it_had_at_once(live, infer):
    live.settle(120)
    first = live.state.preview
    infer.par[2].prior = "unif(0, 3.5)"
    live.settle(120)
    assert live.state.preview is not first
    live.undo()
    live.settle(120)
    assert live.state.preview is first


def test_a_dropped_preview_is_made_again_when_it_is_asked_for(live, infer):
    live.settle(120)
    for _ in range(6):  # to and fro, quicker than the follower
        infer.par[1].frozen = True
        live.undo()
    infer.par[1].frozen = True
    assert live.settle(120) and live.state.preview.key == fit_key(infer.setup)


def test_a_hook_that_cannot_be_honoured_is_said_not_ignored(live, infer):
    infer.prior_transform_func = lambda infer, cube: cube
    infer.par[1].frozen = True
    assert live.settle(120)
    quality = views.view(live.state, live.evaluation())["criteria"]["quality"]
    assert not quality["ok"] and "prior_transform_func" in quality["text"]


def test_where_the_draws_find_a_better_place_the_fit_is_made_anew_from_there(live, infer, monkeypatch):
    """As when two components may take each other's part: the first minimum need not be the lowest."""
    live.settle(120)
    run, fits = preview_worker.run_engine, []

    def local_first(name, problem, *rest):
        made = run(name, problem, *rest)
        if name != "fit":
            return made
        fits.append(made)
        return made.replace(best=made.best + 0.05, stat=made.stat + 7.0) if len(fits) == 1 else made

    monkeypatch.setattr(preview_worker, "run_engine", local_first)
    infer.par[1].frozen = True
    assert live.settle(120) and len(fits) == 2
    preview = live.state.preview
    assert preview.fit is fits[1] and preview.posterior.stat >= preview.fit.stat - 1e-6
    np.testing.assert_allclose(infer.setup.free_values, preview.fit.best)
    assert len(live.state.past) == 1  # one undo takes edit and refits back
    (row,) = live.state.runs
    assert "The preview found it: the fit before had ended 7 higher." in row.outcome.message
