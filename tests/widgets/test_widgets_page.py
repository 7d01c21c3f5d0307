"""The page without a kernel: what it holds, how large it is, that its sliders tell the truth, that it asks nobody."""

import base64
import importlib
import json
import re

import numpy as np
import pytest
from session_toy import make_infer

from spec_lab.session import views
from spec_lab.session.evaluation import read
from spec_lab_widgets import Lab, page


def data_of(text: str) -> dict:
    found = re.search(r'<script type="application/json" id="spec-lab-data">(.*?)</script>', text, re.S)
    assert found is not None
    return json.loads(found[1], parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def tables_of(frame: views.Frame) -> tuple[dict, list[np.ndarray], list[np.ndarray | None]]:
    """Header, `[axis] -> f[nodes, columns]`, `[unit] -> f[ratios, n]`."""
    header, values = frame.header, np.frombuffer(frame.buffers[0], "<f4").astype(float)
    columns = sum(u["n"] * max(1, u["terms"]) for u in header["units"])
    size = header["nodes"] * columns
    axes = [values[i * size : (i + 1) * size].reshape(-1, columns) for i in range(len(header["axes"]))]
    at, residuals = len(axes) * size, []
    for unit in header["units"]:
        step = header["ratios"] * unit["n"] * unit["residual"]
        residuals.append(values[at : at + step].reshape(header["ratios"], -1) if step else None)
        at += step
    assert at == len(values)
    return header, axes, residuals


@pytest.fixture(scope="module", params=["cpl", "two"])
def fitted(request):
    made = Lab(make_infer(request.param), preview=True)
    made.fit(block=True)
    made.session.settle()
    yield made
    made.close()
    made.session.close()


def test_one_small_file_with_everything_in_it(fitted, tmp_path):
    path = fitted.export(tmp_path / "deep" / "report")
    assert path.name == "report.html" and [p.name for p in path.parent.iterdir()] == ["report.html"]
    text = path.read_text(encoding="utf-8")
    assert len(text) < 1_500_000
    markup = re.sub(r"(<script[^>]*>).*?(</script>)", r"\1\2", text, flags=re.S)
    assert not re.search(r"\b(?:src|href)=|@import|url\(", markup), "it must fetch nothing"
    assert "default-src 'none'" in text and text.count("<script") == text.count("</script>") == 2
    data = data_of(text)
    assert data["panels"] == list(fitted.panels) and data["corner"] is not None
    assert data["script"] == fitted.script()


def test_what_needs_a_kernel_is_taken_back_with_the_reason(fitted):
    view = page.snapshot(fitted.session, ["params"])["view"]
    assert view["frozen"]["why"] == page.WHY and not view["live"] and view["messages"][0]["level"] == "info"
    assert all(not e["enabled"] and e["why"] == page.WHY for e in view["engines"])
    rows = view["params"]["rows"]
    assert all(("fixed" in row) != (row["free"] and row["owner"] == "model") for row in rows)


def test_a_page_made_while_a_fit_runs_is_idle(fitted):
    fitted.fit("emcee", steps=1_000_000)
    try:
        fit = page.snapshot(fitted.session, ["fit"])["view"]["fit"]
    finally:
        fitted.stop()
        fitted.wait(60)
    assert fit["state"] == "idle" and "was running" in fit["message"]


def test_the_tables_are_the_curves(fitted):
    """At the nodes of each slider the tables give what the model gives, and the residuals what the statistic gives."""
    session = fitted.session
    evaluation, rows = session.evaluation(), views.view(session.state, session.evaluation())["params"]["rows"]
    header, axes, residuals = tables_of(views.predictor(session.problem, evaluation, rows))
    assert header["nodes"] == 33 and len(axes) == len(session.get().free)
    here = 1e-6
    for number, axis in enumerate(header["axes"]):
        node = int(np.argmin(np.abs(np.linspace(axis["lo"], axis["hi"], 33) - axis["value"])))
        x = np.array(session.get().free_values)
        x[number] = np.linspace(axis["lo"], axis["hi"], 33)[node]
        moved = session.infer.setup.with_free(x)
        for table, (now, then) in zip(
            np.split(axes[number][node] - 0.0, np.cumsum([u["n"] * max(1, u["terms"]) for u in header["units"]])[:-1]),
            zip(read(session.problems.problem(moved)).units, evaluation.units, strict=True),
            strict=True,
        ):
            curves = [c for _, c in then.terms] or [then.model]
            after = [c for _, c in now.terms] or [now.model]
            for part, a, b in zip(np.split(table, len(curves)), curves, after, strict=True):
                seen = then.used & (a > 1e-30) & (b > 1e-30)
                np.testing.assert_allclose(part[seen], np.log(b[seen] / a[seen]), rtol=1e-4, atol=1e-4)
                assert np.isnan(part[~then.used]).all()
            here = now.stat
    assert here > 0
    for table, unit in zip(residuals, evaluation.units, strict=True):
        assert table is not None
        np.testing.assert_allclose(table[20][unit.used], unit.residual[unit.used], atol=1e-3)


def test_the_budget_holds_for_many_channels(fitted, monkeypatch):
    session = fitted.session
    rows = views.view(session.state, session.evaluation())["params"]["rows"]
    home = importlib.import_module("spec_lab.session.views.predictor")
    monkeypatch.setattr(home, "BUDGET", 4 * 9 * 40 * 5)
    frame = views.predictor(session.problem, session.evaluation(), rows)
    assert frame.header["nodes"] < 33 and tables_of(frame)


def test_text_cannot_end_its_element(lab):
    lab.freeze(1)
    lab.fit(block=True)
    lab.label(1, "</script><!-- x")
    text = page.page(lab.session, ["history"])
    assert text.count("</script>") == 2 and data_of(text)["view"]["history"][0]["label"] == "</script><!-- x"


def test_a_failed_export_leaves_the_old_page(lab, tmp_path, monkeypatch):
    path = lab.export(tmp_path / "r.html")
    before = path.read_bytes()

    def broken(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr(page, "page", broken)
    with pytest.raises(OSError, match="No space"):
        lab.export(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["r.html"]


def test_buffers_are_plain_text(lab):
    made = page.snapshot(lab.session, ["params"])
    header = made["spectrum"]["header"]
    values = np.frombuffer(base64.b64decode(made["spectrum"]["buffers"][0]), "<f4")
    assert len(values) == sum(u["n"] * len(u["fields"]) for u in header["units"])


def test_a_page_made_in_a_lesson_is_no_lesson(lab):
    lab.teach()
    assert page.snapshot(lab.session, ["params"])["view"]["lesson"] is None
    lab.tutor.leave()
