"""Gestures of the Lab beyond the click, in a real JupyterLab on the demo's burst: paste, handles, brush, ghosts, scrubbing."""

import math
import re

import pytest
from lab_page import button, row, steps
from playwright.sync_api import expect

VALUES = "[infer.par[i].val for i in (1, 2, 3)]"


@pytest.fixture
def demo(opened):
    """The demo, back where it began after each test."""
    yield opened
    opened.kernel(
        "lab.stop(); lab.session.settle(60)\nwhile lab.session.state.past: lab.undo()\n"
        "for run in lab.session.state.runs: lab.delete(run.number)"
    )
    opened.page.keyboard.press("Escape")


def paste(notebook, text):
    notebook.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    notebook.page.keyboard.press("Control+V")


def test_a_column_is_pasted_as_one_step(demo):
    """Three cells of a spreadsheet into three rows; one undo takes them back."""
    before = steps(demo)
    row(demo, 1).locator(".sl-c-pid").click()
    paste(demo, "-0.8\r\n2.5\r\n0.9\r\n")
    demo.until(f"{VALUES} == [-0.8, 2.5, 0.9]")
    expect(row(demo, 3).locator(".sl-value")).to_contain_text("0.9")
    assert steps(demo) == before + 1
    expect(button(demo, ".sl-header", "Undo paste of 3 values")).to_be_visible()
    demo.page.keyboard.press("Control+C")
    assert demo.page.evaluate("() => navigator.clipboard.readText()") == "cpl.alpha\t-0.8"
    demo.page.keyboard.press("Control+Z")
    demo.until(f"{VALUES} == [-1, 2, 0]")


def test_a_bad_line_is_named_at_its_row_and_nothing_is_pasted(demo):
    row(demo, 1).locator(".sl-c-pid").click()
    paste(demo, "-0.8\nwarm\n0.9")
    note = demo.locate(".sl-panel-params [role=alert]")
    expect(note).to_contain_text("line 2: the value of logEp is not a number")
    expect(note).to_contain_text("Nothing was pasted.")
    assert demo.value(VALUES) == [-1, 2, 0]
    paste(demo, "logA\t0.4\nalpha\t-0.9")  # names and values; the note goes
    demo.until(f"{VALUES} == [-0.9, 2, 0.4]")
    expect(note).to_have_count(0)


def pull(notebook, handle, by):
    """Drag a handle of the open prior by some pixels, with the mouse still down at the end."""
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = notebook.page.mouse
    mouse.move(x, y)
    mouse.down()
    for i in range(1, 9):
        mouse.move(x + by * i / 8, y)
        notebook.page.wait_for_timeout(20)


def test_a_prior_is_pulled_by_its_handles(demo):
    """Pulling previews; letting go sets the prior, once; the arrows do the same."""
    demo.kernel("from spec_lab.priors import norm\ninfer.par[2].prior = norm(2, 0.5)")
    row(demo, 2).locator(".sl-prior").click()
    width = demo.locate(".sl-popover .sl-grip-width")
    width.wait_for()
    before = steps(demo)
    pull(demo, width, 40)
    shown = demo.locate(".sl-popover").get_by_label("scale", exact=True)
    expect(shown).not_to_have_value("0.5")
    assert demo.value("str(infer.par[2].prior)") == "norm(2, 0.5)"  # outside history
    demo.page.mouse.up()
    demo.until("infer.par[2].prior.args[1] > 0.6")
    assert steps(demo) == before + 1
    assert float(shown.input_value()) == demo.value("infer.par[2].prior.args[1]")
    demo.locate(".sl-popover .sl-grip-centre").focus()
    for _ in range(3):
        demo.page.keyboard.press("Shift+ArrowRight")
    demo.until("infer.par[2].prior.args[0] > 2.5")
    assert steps(demo) == before + 2
    demo.shot("prior-handles")
    demo.page.keyboard.press("Control+Z")
    demo.until("infer.par[2].prior.args[0] == 2")
    demo.page.keyboard.press("Escape")
    expect(demo.locate(".sl-popover")).to_have_count(0)


def drag_path(notebook, points):
    """Draw with the mouse along some points of the page."""
    mouse = notebook.page.mouse
    mouse.move(*points[0])
    mouse.down()
    for point in points[1:]:
        mouse.move(*point)
        notebook.page.wait_for_timeout(15)


def test_draws_are_selected_on_the_corner_and_seen_on_the_spectrum(demo):
    """Around the middle of the first pair: most draws, in a band; Escape clears; keys alone do it, too."""
    demo.kernel("lab.fit(); lab.wait(60); lab.session.settle(60)")
    over = demo.locate(".sl-corner .sl-over")
    over.scroll_into_view_if_needed()
    expect(demo.locate(".sl-brush-count")).to_contain_text("drag on a panel")
    at = over.bounding_box()
    before = steps(demo)
    x, y = at["x"] + 0.32 * at["width"], at["y"] + 0.46 * at["height"]
    drag_path(demo, [(x + 40 * math.cos(t / 4), y + 30 * math.sin(t / 4)) for t in range(25)])
    expect(demo.locate(".sl-brush-key")).to_contain_text("selected draws")  # while the mouse is down
    demo.page.mouse.up()
    count = demo.locate(".sl-brush-count")
    expect(count).to_have_text(re.compile(r"^\d+ of \d+ draws$"))
    demo.until("lab.session.brush.settle(1)")
    n, total = demo.value("[lab.session.brush.answer.n, lab.session.brush.answer.total]")
    assert 0.2 * total < n < total and count.inner_text() == f"{n} of {total} draws"
    assert steps(demo) == before  # a selection is no change of the fit
    demo.shot("selected-draws")
    demo.page.keyboard.press("Escape")
    expect(demo.locate(".sl-brush-key")).to_have_count(0)
    over.focus()
    for key in ("ArrowDown", "Enter", "ArrowLeft", "Shift+ArrowUp"):
        demo.page.keyboard.press(key)
    demo.until("lab.session.brush.region is not None and lab.session.brush.region.pids == (1, 3)")
    expect(count).to_have_text(re.compile(r"^\d+ of \d+ draws$"))
    demo.page.keyboard.press("Escape")
    demo.until("lab.session.brush.region is None")


def test_the_past_is_looked_at_and_restored(demo):
    """The slider over the history previews; Escape comes back; Enter restores, and undo takes that back."""
    demo.kernel("infer.par[3].val = 1.0; lab.freeze(1); infer.par[2].val = 2.5; lab.session.settle(60)")
    slider = demo.locate(".sl-scrub input")
    expect(slider).to_have_attribute("max", "3")
    exact = demo.locate(".sl-stat-value").inner_text()
    slider.focus()
    demo.page.keyboard.press("ArrowLeft")
    demo.page.keyboard.press("ArrowLeft")
    expect(demo.locate(".sl-scrub-words")).to_contain_text("2 / 4")
    expect(row(demo, 2).locator(".sl-value")).to_have_text("2")
    expect(demo.locate(".sl-stat-value")).not_to_have_text(exact)
    assert demo.value(f"[{VALUES}, infer.par[1].frozen, len(lab.session.state.past)]") == [[-1, 2.5, 1], True, 3]
    demo.shot("looking-back")
    demo.page.keyboard.press("Escape")
    expect(demo.locate(".sl-stat-value")).to_have_text(exact)
    demo.page.keyboard.press("Home")
    demo.page.keyboard.press("Enter")
    demo.until(f"[{VALUES}, infer.par[1].frozen] == [[-1, 2, 0], False]")
    assert steps(demo) == 4
    button(demo, ".sl-header", "Undo back to the start").click()
    demo.until(f"[{VALUES}, infer.par[1].frozen] == [[-1, 2.5, 1], True]")


def test_the_curve_of_a_run_lies_over_the_spectrum(demo):
    demo.kernel("lab.fit(); lab.wait(60); lab.session.settle(60); infer.par[3].val = 0.4")
    run = demo.value("lab.session.state.runs[-1].number")
    button(demo, ".sl-panel-history", "Overlay").first.click()
    legend = demo.locate(".sl-legend").get_by_role("button", name=f"#{run}")
    expect(legend).to_be_visible()
    demo.until(f"lab.session.state.overlaid == ({run},)")
    demo.shot("overlay")
    legend.click()
    expect(legend).to_have_count(0)
    demo.until("lab.session.state.overlaid == ()")


def test_a_walk_along_the_degeneracy_moves_all_and_is_one_step(demo):
    demo.kernel("lab.fit(); lab.wait(60); lab.session.settle(60)")
    best = demo.value(VALUES)
    handle = demo.locate(".sl-walk input")
    handle.wait_for()
    before = steps(demo)
    box = handle.bounding_box()
    y = box["y"] + box["height"] / 2
    drag_path(demo, [(box["x"] + box["width"] * f, y) for f in (0.5, 0.55, 0.62, 0.7, 0.75)])
    expect(demo.locate(".sl-walk-at")).to_have_class(re.compile("sl-held"))
    expect(demo.locate(".sl-stat.sl-preview")).to_be_visible()
    assert demo.value(VALUES) == best  # outside history
    demo.shot("degeneracy")
    demo.page.mouse.up()
    demo.until(f"all(a != b for a, b in zip({VALUES}, {best}))")
    assert steps(demo) == before + 1
    expect(demo.locate(".sl-stat.sl-preview")).to_have_count(0)
    handle.focus()
    for _ in range(5):
        demo.page.keyboard.press("ArrowLeft")
    demo.until(f"len(lab.session.state.past) == {before + 2}")
    button(demo, ".sl-header", "Undo walk along the degeneracy").click()
    button(demo, ".sl-header", "Undo walk along the degeneracy").click()
    demo.until(f"{VALUES} == {best}")


def test_another_model_is_picked_and_taken_back(demo):
    field = demo.locate(".sl-model-text")
    alpha = demo.value("infer.par['cpl.alpha'].val")
    button(demo, ".sl-panel-params", "cpl").click()
    expect(field).to_have_value("cpl")
    demo.locate(".sl-picks").get_by_text("gauss", exact=True).click()
    expect(field).to_have_value("cpl + gauss")
    expect(demo.locate(".sl-model-form .sl-doc")).to_have_text("6 parameters: 3 stay as they are, 3 new")
    demo.shot("model")
    field.fill("cpl + gaus(")
    expect(demo.locate(".sl-model-form .sl-note-error")).to_contain_text("does not parse")
    demo.shot("model-error")
    field.fill("cpl + gauss")
    button(demo, ".sl-model-form", "Use this model").click()
    expect(row(demo, 6)).to_be_visible()
    expect(demo.locate(".sl-model-popover")).to_have_count(0)
    demo.until("lab.session.settle(0.01)")
    assert demo.value("infer.par['cpl.alpha'].val") == alpha and steps(demo) == 1
    code = demo.value("lab.session.journal()[-1].code")
    assert code.startswith("infer.set_model('cpl+gauss')")  # and, with it, where the line starts
    demo.until("abs(lab.session.evaluation().stat - infer.stat) < 1e-6")
    demo.shot("model-used")
    button(demo, ".sl-header", "Undo model").click()
    expect(row(demo, 4)).to_have_count(0)
