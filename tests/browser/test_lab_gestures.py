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
    expect(row(demo, 6)).to_be_visible(timeout=30_000)  # its start is guessed first, by a new program
    expect(demo.locate(".sl-model-popover")).to_have_count(0)
    demo.until("lab.session.settle(0.01)")
    assert demo.value("infer.par['cpl.alpha'].val") == alpha and steps(demo) == 1
    code = demo.value("lab.session.journal()[-1].code")
    assert code.startswith("infer.set_model('cpl+gauss')")  # and, with it, where the line starts
    demo.until("abs(lab.session.evaluation().stat - infer.stat) < 1e-6")
    demo.shot("model-used")
    button(demo, ".sl-header", "Undo model").click()
    expect(row(demo, 4)).to_have_count(0)


def on_the_curve(notebook, share):
    """A place on the model's curve, at a share of the picture's width: where the mouse shows that it can be taken."""
    over = notebook.locate(".sl-panel-spectrum .sl-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    x = box["x"] + share * box["width"]
    for y in range(int(box["y"]) + 30, int(box["y"] + 0.7 * box["height"]), 3):
        notebook.page.mouse.move(x, y)
        if over.evaluate("node => node.style.cursor") == "ns-resize":
            return x, y
    raise AssertionError("the curve is nowhere under the mouse")


def test_the_curve_is_dragged_and_the_parameters_follow(demo):
    """A preview while it moves, one change with its line when it is let go; sideways it is a zoom; undo takes it back."""
    demo.kernel("lab.fit(); lab.wait(60); lab.session.settle(60); before = lab.session.evaluation()")
    best, done = demo.value(VALUES), steps(demo)
    x, y = on_the_curve(demo, 0.4)
    drag_path(demo, [(x, y - 4 * i) for i in range(11)])
    expect(demo.locate(".sl-legend")).to_contain_text("preview")
    expect(demo.locate(".sl-stat.sl-preview")).to_be_visible()
    expect(row(demo, 3).locator(".sl-value")).not_to_have_text(re.compile(f"^{best[2]:.3f}"))
    assert demo.value(VALUES) == best and steps(demo) == done  # outside history
    demo.shot("curve-dragged")
    demo.page.mouse.up()
    demo.until(f"len(lab.session.state.past) == {done + 1}")
    expect(button(demo, ".sl-header", "Undo curve dragged at ")).to_be_visible()
    assert re.fullmatch(r"infer\.at_par\(\[[^]]*\]\)", demo.value("lab.session.journal()[-1].code"))
    at = "[u.model[u.used].max() for u in {}.units]"
    now, then = (demo.value(f"[float(v) for v in {at.format(e)}]") for e in ("lab.session.evaluation()", "before"))
    assert now[0] > 1.2 * then[0]
    drag_path(demo, [(x + 10 * i, y) for i in range(6)])
    demo.page.mouse.up()
    button(demo, ".sl-panel-spectrum", "(Noticed|Show the noticed)").click()
    demo.page.keyboard.press("Control+Z")
    demo.until(f"{VALUES} == {best}")


def test_two_posteriors_are_chosen_in_turn(demo):
    """Corner plot, selection, band and figure are those of the run that is chosen, in the panel or in the history."""
    demo.kernel(
        "sample = dict(steps=60, walkers=16, discard=20, seed=1)\n"
        "lab.fit(block=True); lab.fit('emcee', block=True, **sample)\n"
        "lab.freeze(2); lab.fit('emcee', block=True, **sample); lab.session.settle(60)"
    )
    old, new = demo.value("[run.number for run in lab.session.state.runs if run.outcome.engine == 'emcee']")
    corner, which = demo.locate(".sl-corner [role=img]"), demo.locate("[aria-label='Which posterior']")
    expect(which).to_have_value("")
    expect(corner).to_have_attribute("aria-label", re.compile(r"\(emcee\)\. α: [^;]*; log A: [^;]*$"))
    which.select_option(str(old))
    expect(corner).to_have_attribute("aria-label", re.compile("log E_?p"))
    expect(demo.locate(".sl-panel-corner")).to_contain_text(f"run #{old} had another set-up")
    assert demo.value("len(lab.figure('corner').axes)") == 9
    demo.shot("posterior-chosen")
    demo.locate(".sl-panel-spectrum").get_by_role("button", name="band").click()
    demo.until("lab.session.brush.settle(1) and lab.session.brush.answer.n > 0")
    assert demo.value("len(lab.session.brush._asked[1].best)") == 3  # the draws of that run
    demo.page.keyboard.press("Escape")
    show = demo.locate(".sl-panel-history").get_by_role("button", name=re.compile("^Show: "))
    show.first.click()  # the newest run
    expect(which).to_have_value(str(new))
    expect(corner).not_to_have_attribute("aria-label", re.compile("log E_?p"))
    assert demo.value("len(lab.figure('corner').axes)") == 4
    which.select_option("")
    demo.until("lab.session.state.shown is None")


def focused(notebook, selector):
    """Whether the keyboard is within something."""
    return notebook.page.evaluate("s => !!document.activeElement.closest(s)", selector)


def test_the_main_job_by_keys_alone(demo):
    """From the top to the parameters in fewer than ten Tabs; then model, fit, freeze and link without the mouse."""
    keys = demo.page.keyboard
    demo.kernel("lab.set_previews(False)")
    demo.locate(".sl-root").evaluate("node => { node.tabIndex = -1; node.focus(); }")
    tabs = next(n for n in range(1, 11) if keys.press("Tab") or focused(demo, "tr[data-pid]"))
    assert tabs < 10
    keys.press("m")
    expect(demo.locate(".sl-model-text")).to_be_focused()
    keys.type("pl + cpl")
    expect(demo.locate(".sl-model-form .sl-doc")).to_contain_text("parameters")
    keys.press("Enter")
    demo.until(
        "infer.setup.pairs[0].model.expression == 'pl+cpl' and lab.session.settle(0.01)"
    )  # started near the data
    expect(row(demo, 5)).to_be_visible()
    assert focused(demo, "tr[data-pid]")  # where the form was opened from
    keys.press("Home")
    keys.press("Shift+F")
    demo.until("lab.session.state.fit.phase == 'done'")
    keys.press("f")
    demo.until("infer.par[1].frozen")
    keys.press("f")
    demo.until("not infer.par[1].frozen")
    for key in ("Space", "ArrowDown", "ArrowDown", "Space", "l"):
        keys.press(key)
    expect(demo.locate("[role=alertdialog]")).to_contain_text("would lose the prior")
    keys.press("Enter")
    demo.until("infer.par[3].mates == (1,)")
    demo.shot("by-keys")
    for _ in range(5):
        keys.press("Control+z")
    demo.until("infer.setup.pairs[0].model.expression == 'cpl'")
    demo.kernel("lab.set_previews(True)")


def test_the_first_screen_holds_the_main_job(demo):
    """1280 x 720 with the file browser open: spectrum, three parameters and the button that fits, at once."""
    demo.page.set_viewport_size({"width": 1280, "height": 720})
    try:
        demo.locate(".sl-header").evaluate("node => node.scrollIntoView({ block: 'start' })")
        for seen in (
            demo.locate(".sl-panel-spectrum .sl-plot"),
            *(row(demo, pid) for pid in (1, 2, 3)),
            button(demo, ".sl-header", "Fit"),
        ):
            expect(seen).to_be_in_viewport(ratio=0.95)
        assert demo.locate(".sl-c-slider .sl-switch").bounding_box()["height"] < 24  # "Refit others" on one line
        width = demo.locate(".sl-stat").bounding_box()
        demo.kernel("lab.set_value(3, 6.0); lab.session.evaluation()")
        expect(demo.locate(".sl-stat-value")).to_contain_text("×10")
        assert demo.locate(".sl-stat").bounding_box() == width  # nothing moves when the statistic grows
        demo.shot("first-screen")
    finally:
        demo.page.set_viewport_size({"width": 1500, "height": 1400})
