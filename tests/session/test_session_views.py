"""View-models: the fields of the protocol, all of them and no others, finite, small, and formatted here."""

import inspect
import json
import re

import numpy as np
import pytest
from session_toy import burst, fitted_session, make_infer

from spec_lab import BayesInfer, Data
from spec_lab._base import plain, statistic_text, with_error, with_sides
from spec_lab.models import cpl
from spec_lab.priors import logunif, norm, unif
from spec_lab.session import FitSession, fit_forms, messages, reports, view_model, views
from spec_lab.session.evaluation import read
from spec_lab.session.views.parameter_table import errors_of, slider_range

VIEW = set(
    "type rev title subtitle models params units stat criteria engines fit history timeline degeneracy hint offer usual styles "
    "journal undo redo live messages autosave lesson refit_others posterior".split()
)
ROW = set(
    "pid owner pair expression component name label doc unit value text error frozen free link linked_to tie at_bound prior "
    "prior_set slider hidden glyph".split()
)
UNIT = set("name pair stat formula channels used notice grouping range color".split())
STAT = set("name value number dof bins reduced exact per_unit".split())
CRITERION = set("run label k stat aic aicc bic lnz lnz_err weight texts deltas note comparable why".split())
FIT = set("state engine progress message doubt elapsed eta error draft pause".split())
RUN = set("run label engine time stat k lnz pinned note current overlaid posterior shown".split())
ENGINE = set("name title doc enabled why options presets".split())
OPTION = set("name label kind default min max choices doc".split())
SPECTRUM = set("type rev seq preview exact units xlabel ylabel stat ymin xscale yscale".split())
CORNER = set(
    "type rev seq labels pids lo hi bins median plus minus best levels source n trusted warning run live".split()
)


@pytest.fixture(scope="module")
def fitted():
    session = FitSession(make_infer("two"))
    session.infer.link([7, 12])
    session.infer.par[7].frozen = False
    session.fit()
    session.wait(120)
    session.dispatch(reports.Tell("info", "hello"))
    yield session
    session.close()


def test_the_view_has_the_fields_of_the_protocol(fitted):
    view = views.view(fitted.state, fitted.evaluation())
    assert set(view) == VIEW
    assert all(set(row) == ROW for row in view["params"]["rows"])
    assert all(set(f) == {"name", "signature", "doc", "args"} for f in view["params"]["families"])
    assert all(set(unit) == UNIT for unit in view["units"])
    assert set(view["stat"]) == STAT
    assert set(view["criteria"]) == {"rows", "at", "quality", "stale"}
    assert all(set(row) == CRITERION for row in view["criteria"]["rows"]) and len(view["criteria"]["rows"]) == 2
    assert set(view["fit"]) == FIT
    assert all(set(run) == RUN for run in view["history"]) and len(view["history"]) == 1
    assert all(set(e) == ENGINE and all(set(o) == OPTION for o in e["options"]) for e in view["engines"])
    assert {"fit", "iminuit", "preview"} <= {e["name"] for e in view["engines"]}
    assert all(set(m) == {"id", "level", "text"} for m in view["messages"])


def test_the_protocol_names_every_field_we_send():
    known = set(
        re.findall(r"\w+", inspect.getsource(view_model) + inspect.getsource(messages) + inspect.getsource(fit_forms))
    )
    for fields in (VIEW, ROW, UNIT, STAT, CRITERION, FIT, RUN, ENGINE, OPTION, SPECTRUM, CORNER):
        assert fields <= known


def test_the_view_is_json_and_small(fitted):
    text = json.dumps(views.view(fitted.state, fitted.evaluation()), allow_nan=False)
    assert 1_000 < len(text) < 200_000


def test_the_statistic_is_the_sum_of_its_units(fitted):
    evaluation = fitted.evaluation()
    assert evaluation.stat == pytest.approx(fitted.infer.stat, rel=1e-12)
    stat = views.view(fitted.state, evaluation)["stat"]
    assert stat["dof"] == stat["bins"] - len(fitted.get().free) and stat["exact"] is True
    assert sum(u["bins"] for u in stat["per_unit"]) == stat["bins"] == 36
    waiting = views.view(fitted.state, None, known=evaluation)["stat"]
    assert waiting["exact"] is False and waiting["number"] == stat["number"]


def test_linked_rows_name_their_master(fitted):
    rows = views.view(fitted.state, None)["params"]["rows"]
    master, member = ({row["pid"]: row for row in rows}[pid] for pid in (7, 12))
    assert (master["link"], master["linked_to"], master["free"]) == (1, None, True)
    assert (member["link"], member["linked_to"], member["free"], member["hidden"]) == (1, 7, False, False)
    assert master["value"] == member["value"] and master["text"] == member["text"]
    assert sum(not r["hidden"] for r in rows) == 4 + 2


def test_the_spectrum_is_header_and_one_buffer(fitted):
    evaluation = fitted.evaluation()
    frame = views.spectrum(evaluation, rev=3, seq=7)
    assert set(frame.header) == SPECTRUM and json.dumps(frame.header, allow_nan=False)
    data = np.frombuffer(frame.buffers[0], dtype="<f4")
    assert len(frame.buffers) == 1 and len(data) == sum(u["n"] * len(u["fields"]) for u in frame.header["units"])
    unit = frame.header["units"][0]
    assert unit["fields"][:7] == ["lo", "hi", "data", "err", "model", "resid", "used"]
    columns = dict(zip(unit["fields"], data[: unit["n"] * len(unit["fields"])].reshape(-1, unit["n"]), strict=True))
    terms = [columns[f"comp:{name}"] for name in unit["components"]]
    assert len(terms) == 2
    np.testing.assert_allclose(sum(terms), columns["model"], rtol=1e-5)
    assert frame.header["ymin"] > 0 and (columns["used"] == 1).all()


def test_data_and_model_are_net_rates_per_kev(fitted):
    unit = fitted.get().pairs[0].data["na"]
    c, shown = unit.channels(), fitted.evaluation().units[0]
    width = c.emax - c.emin
    np.testing.assert_allclose(shown.data, (c.S / c.ts - c.B / c.tb) / width)
    np.testing.assert_allclose(shown.error, np.hypot(c.sigma_S / c.ts, c.sigma_B / c.tb) / width)
    rates, _, residual = fitted.problem.display()
    np.testing.assert_allclose(shown.model, rates[0][0] / width)
    np.testing.assert_allclose(shown.residual, residual[0][0])


def test_ignored_groups_are_shown_without_model(infer, session):
    infer.notice("na", [[30, 300]])
    unit = session.evaluation().units[0]
    assert len(unit.lo) == 20 and 0 < unit.used.sum() < 20
    assert np.isnan(unit.model[~unit.used]).all() and np.isfinite(unit.model[unit.used]).all()
    assert np.isfinite(unit.data).all()
    made = views.view(session.state, session.evaluation())["units"][0]
    assert made["used"] == unit.used.sum() and made["channels"] == 20 and made["notice"] == [(30.0, 300.0)]


def test_the_corner_is_histograms(session):
    session.fit()
    outcome = session.wait(120).outcome
    frame = views.corner(outcome, rev=1, seq=1)
    assert set(frame.header) == CORNER and json.dumps(frame.header, allow_nan=False)
    p, bins = len(outcome.setup.free), frame.header["bins"]
    marginal, pairs, levels = frame.buffers
    assert len(marginal) == p * bins * 4 and len(pairs) == p * (p - 1) // 2 * bins * bins
    assert len(levels) == p * (p - 1) // 2 * 2 * 4
    low, high = np.frombuffer(levels, "<f4").reshape(-1, 2).T[::-1]
    assert (low <= high).all() and (high <= 255).all()
    assert np.frombuffer(marginal, "<f4").reshape(p, bins).max(axis=1) == pytest.approx(1.0)
    x, y = outcome.draws[:, 0], outcome.draws[:, 1]  # rows are y of parameter 1, columns x of parameter 0
    picture = np.frombuffer(pairs, np.uint8)[: bins * bins].reshape(bins, bins)
    j, i = (int((v - lo) / (hi - lo) * bins) for v, lo, hi in zip(
        (np.median(x), np.median(y)), frame.header["lo"], frame.header["hi"], strict=False))  # fmt: skip
    assert picture[i, j] > 100


def test_many_parameters_are_cut_to_the_correlated_ones(fitted):
    outcome = fitted.state.runs[0].outcome
    free = len(outcome.setup.free)
    generator = np.random.default_rng(1)
    assert views.from_draws(outcome.setup, generator.normal(size=(5, free)), outcome.best, "x", rev=0, seq=0) is None
    same = np.tile(outcome.best, (100, 1))
    assert views.from_draws(outcome.setup, same, outcome.best, "x", rev=0, seq=0) is None


def test_other_data_are_fenced_off(infer, session):
    session.fit()
    session.wait(120)
    infer.notice("na", [[30, 300]])
    row = views.view(session.state, session.evaluation())["criteria"]["rows"][1]
    assert not row["comparable"] and "other energies in na" in row["why"] and row["weight"] is None


def test_equal_models_share_one_weight(infer, session):
    for _ in range(2):
        session.fit()
        session.wait(120)
    infer.par[1].frozen = True
    session.fit()
    session.wait(120)
    rows = views.view(session.state, session.evaluation())["criteria"]["rows"]
    assert sum(r["weight"] for r in rows if r["weight"] is not None) == pytest.approx(1.0)
    assert sum(r["weight"] is not None for r in rows) == 2


def test_engines_say_why_they_cannot_run(infer, session):
    infer.par[1].prior = None
    engines = {e["name"]: e for e in views.view(session.state, None)["engines"]}
    assert engines["fit"]["enabled"] and engines["fit"]["why"] == ""
    assert not engines["preview"]["enabled"] and "par[1] (alpha)" in engines["preview"]["why"]
    options = {o["name"]: o for o in engines["fit"]["options"]}
    assert options["starts"]["kind"] == "int" and options["starts"]["default"] == 1 and options["starts"]["doc"]
    labels = [o["label"] for engine in engines.values() for o in engine["options"]]
    assert "importance draws" in labels and "sharpen" not in labels
    assert {o["name"]: o["kind"] for o in engines["iminuit"]["options"]}["minos"] == "bool"


@pytest.mark.parametrize(
    ("value", "error", "texts"),
    [
        (-1.56179, 0.0107, ("-1.562", "0.011")),
        (2.33, 0.04, ("2.33", "0.04")),
        (0.827, 0.119, ("0.83", "0.12")),
        (0.827, 0.367, ("0.8", "0.4")),
        (1.0, 0.0963, ("1.00", "0.10")),
        (1234567.0, 8901.0, ("1.235e+6", "0.009e+6")),
        (3.2e-12, 1.1e-13, ("3.20e-12", "0.11e-12")),
        (7.25, None, ("7.25", "")),
        (7.25, float("nan"), ("7.25", "")),
    ],
)
def test_numbers_have_the_digits_their_errors_allow(value, error, texts):
    assert with_error(value, error) == texts


def test_no_number_shown_has_more_than_six_digits():
    session = fitted_session()
    session.set_value(1, 1.9)
    view = views.view(session.state, session.evaluation())
    session.close()
    rows = view["criteria"]["rows"]
    assert rows[0]["deltas"]["aicc"].startswith("+") and "×10" in rows[0]["texts"]["aicc"]
    assert [row["deltas"]["aicc"] for row in rows if row["comparable"]].count("best") == 1
    shown = [view["stat"]["value"], view["stat"]["reduced"], *(run["stat"] for run in view["history"])]
    shown += [text for row in rows for part in (row["texts"], row["deltas"]) for text in part.values()]
    shown += [side for row in view["params"]["rows"] for side in (row["text"], *row["error"].split())]
    digits = [re.sub(r"(e[+-]?\d+|×10.*)$|\D", "", text).lstrip("0") for text in shown]
    assert max(map(len, digits)) <= 6


def test_plain_numbers():
    assert [plain(v) for v in (float("inf"), float("-inf"), float("nan"), 0.1234567)] == ["∞", "-∞", "–", "0.123457"]


@pytest.mark.parametrize(
    ("prior", "value", "error", "expected"),
    [
        (unif(-2, 2), 0.5, None, (-2, 2, False)),
        (unif(-2, 2), 3.0, None, (-2, 3.0, False)),
        (norm(0, 1), 0.5, 0.1, (-3.0902, 3.0902, False)),
        (logunif(1, 1000), 10, None, (1.0069, 993.1, True)),
        (None, 10.0, 0.5, (7.5, 12.5, False)),
        (None, 10.0, None, (1.0, 100.0, True)),
        (None, -10.0, None, (-100.0, -1.0, False)),
        (None, 0.0, None, (-1.0, 1.0, False)),
    ],
)
def test_sliders_span_what_is_believed(prior, value, error, expected):
    low, high, log = slider_range(prior, value, error)
    assert (low, high) == pytest.approx(expected[:2], rel=1e-3) and log is expected[2]


def test_a_prior_can_be_drawn():
    drawn = views.prior_preview(norm(1, 0.5))
    assert len(drawn["x"]) == len(drawn["density"]) <= 200 and drawn["lo"] < 1 < drawn["hi"]
    assert json.dumps(views.prior_preview(logunif(0.1, 10)), allow_nan=False)


def test_no_error_is_shown_far_from_the_best_fit(fitted):
    run = fitted.state.runs[-1]
    at_best = run.outcome.setup
    far = at_best.replace(values=at_best.values + 100.0)
    assert errors_of(at_best, None, run)
    assert errors_of(far, None, run) == {}
    one_off = at_best.replace(values=at_best.values + 100.0 * (np.arange(len(at_best.values)) == 0))
    assert errors_of(one_off, None, run) == {}  # the others' errors belong to another place, too


@pytest.mark.parametrize(
    ("value", "minus", "plus", "texts"),
    [
        (0.05, 0.05, 14.0, ("0.05", "+14 -0.05")),  # its lower limit is 0: never "0 ± 14"
        (0.0, 0.0, 14.0, ("0", "+14")),
        (3.0, 0.4, 0.0, ("3.0", "-0.4")),
        (0.827, 0.119, 0.121, ("0.83", "0.12")),
        (2.33, 0.04, 0.11, ("2.33", "+0.11 -0.04")),
        (7.25, float("nan"), float("nan"), ("7.25", "")),
        (7.25, 0.0, 0.0, ("7.25", "")),
    ],
)
def test_errors_have_two_sides_where_they_differ_and_one_at_a_bound(value, minus, plus, texts):
    assert with_sides(value, minus, plus) == texts


def test_factors_of_the_data_that_cannot_matter_have_no_row(fitted):
    rows = views.view(fitted.state, None)["params"]["rows"]
    factors = {row["name"]: row["doc"] for row in rows if row["owner"] == "data"}
    assert not {"ra", "dec"} & set(factors) and "exposure" in factors["sf"]


def test_errors_belong_to_a_best_fit_by_its_statistic(fitted):
    run = fitted.state.runs[-1]
    best = run.outcome.setup
    assert errors_of(best, None, run, run.outcome.stat + 0.9)
    assert errors_of(best, None, run, run.outcome.stat + 1.1) == {}  # N_H = 0.05 is not "0 ± 14" far from the fit


def test_what_a_count_is_worth_is_the_facade_s(fitted):
    evaluation = read(fitted.problem, unfold=True)
    assert evaluation.unfolded and not fitted.evaluation().unfolded
    given = fitted.infer.pairs[0].cts_to_pht
    for unit, wanted in zip(evaluation.units, given, strict=True):
        np.testing.assert_allclose(unit.noticed().unfold, wanted, rtol=1e-12)
        assert np.isnan(unit.unfold[~unit.used]).all()
    frame = views.spectrum(evaluation, rev=1, seq=1)
    assert all(head["fields"][7] == "unfold" for head in frame.header["units"])
    assert all(
        "unfold" not in head["fields"] for head in views.spectrum(fitted.evaluation(), rev=1, seq=1).header["units"]
    )


def test_readings_unfold_from_the_moment_it_is_asked(fitted):
    fitted.evaluation()
    fitted.evaluator.unfold(fitted.state.setup)
    assert fitted.evaluator.settle(30) and fitted.evaluation().unfolded
    fitted.infer.par[1].val += 0.01
    assert fitted.evaluation().unfolded


def test_the_history_says_that_a_sampler_found_better_than_the_fit():
    infer = make_infer()
    session = FitSession(infer)
    infer.fit()
    infer.at_par((infer.setup.free_values + 0.2).tolist(), origin="fitted")  # as a fit that ended elsewhere leaves it
    infer.preview(draws=500)
    latest = views.view(session.state, None)["history"][0]
    assert latest["engine"] == "preview" and "lower than the fit it began from" in latest["note"]
    session.close()


def test_the_criteria_of_runs_stand_at_the_maximum_and_say_so():
    infer = make_infer()
    session = FitSession(infer)
    best = infer.fit()
    run = infer.preview(draws=100)
    session.fit("emcee", steps=10, discard=5, seed=1)
    session.wait(120)
    view = views.view(session.state, None)
    emcee, preview, fit = view["criteria"]["rows"][1:]
    drawn = session.state.runs[-1].outcome.stat
    for row in (emcee, preview, fit):
        assert row["aic"] == pytest.approx(best.aic, abs=1e-4)
    assert drawn > best.min_stat + 0.01 and preview["bic"] == pytest.approx(run.bic, rel=1e-9)
    assert fit["note"] == "" and emcee["note"].startswith("at the maximum; the best draw of emcee has ")
    assert {entry["stat"] for entry in view["history"]} == {statistic_text(best.min_stat)}
    infer.loglike_func = lambda infer, theta: infer.loglike
    infer.emcee(nstep=10, discard=5, savepath=None, random_seed=1)
    hooked = views.view(session.state, None)["criteria"]["rows"][1]
    assert hooked["note"] == "at the best draw of emcee" and hooked["stat"] == session.state.runs[-1].outcome.stat
    session.close()


def test_the_criteria_of_weighted_units_are_those_of_their_analyzers():
    data = burst()
    infer = BayesInfer(
        [(Data([(n, u.replace(weight=0.5)) for n, u in data.items()]), cpl(alpha=-1.0, logEp=2.5, logA=0.5))]
    )
    session = FitSession(infer)
    best = infer.fit()
    row = views.view(session.state, None)["criteria"]["rows"][1]
    assert (row["aicc"], row["bic"]) == pytest.approx((best.aicc, best.bic), rel=1e-9)
    session.close()
