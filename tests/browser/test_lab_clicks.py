"""The Lab as a person uses it: real clicks, in a real JupyterLab, on the demo's burst."""

import re
from pathlib import Path

import pytest
from lab_page import DEMO, button, row, steps
from playwright.sync_api import expect

from spec_lab._base import statistic_text


@pytest.fixture
def demo(opened):
    """The demo, back where it began after each test."""
    yield opened
    opened.kernel("lab.stop(); lab.session.settle(60)\nwhile lab.session.state.past: lab.undo()\nlab.set_live(False)")


def test_the_demo_shows_spectrum_parameters_and_posterior(demo):
    expect(demo.locate(".sl-stat-value")).to_have_text(re.compile(r"^\d+\.\d+$"))
    assert demo.locate(".sl-panel-params tr[data-pid]").count() == 3
    expect(demo.locate(".sl-panel-criteria")).to_contain_text("Preview posterior trustworthy")
    expect(demo.locate(".sl-panel-corner")).to_contain_text("preview")
    ink = demo.page.evaluate(
        """() => [...document.querySelectorAll('.jp-OutputArea-output *')].flatMap(e => e.shadowRoot
            ? [...e.shadowRoot.querySelectorAll('canvas')] : e.tagName === 'CANVAS' ? [e] : []).map(c => {
              const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
              let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; })"""
    )
    assert ink and max(ink) > 2000  # something was drawn
    demo.shot("lab-demo")


def test_a_click_freezes_and_undo_thaws(demo):
    row(demo, 1).locator(".sl-freeze").click()
    expect(row(demo, 1)).to_have_class(re.compile("sl-frozen"))
    assert demo.value("infer.par[1].frozen") is True
    expect(demo.locate(".sl-panel-python")).to_contain_text("infer.par[1].frozen = True")
    button(demo, ".sl-header", "Undo").click()
    expect(row(demo, 1)).not_to_have_class(re.compile("sl-frozen"))
    assert demo.value("infer.par[1].frozen") is False


def test_a_line_in_a_cell_moves_the_panel(demo):
    demo.kernel("infer.par[2].frozen = True; infer.par[3].val = 0.75")
    expect(row(demo, 2)).to_have_class(re.compile("sl-frozen"))
    expect(row(demo, 3).locator(".sl-value")).to_contain_text("0.75")


INTERVAL = r">\+\d"  # the upper error of a median, as a text of a picture


def corner_svg(notebook):
    """The corner plot as it is saved."""
    with notebook.page.expect_download() as saved:
        notebook.locate(".sl-panel-corner").get_by_role("button", name="SVG").click()
    return Path(saved.value.path()).read_text()


def test_a_posterior_that_cannot_be_trusted_shows_no_numbers(demo):
    """A free constant times a free norm: the data know their product only, along a ridge up to the limits of the priors.

    Contours are dashed, the warning has its own badge, and medians, intervals and ln Z are withheld wherever they would stand.
    """
    assert re.search(INTERVAL, corner_svg(demo))
    demo.kernel("lab.set_model('const*cpl'); lab.set_prior(1, 'unif(0, 1000)')")
    demo.until("lab.session.settle(0.01)")
    corner = demo.locate(".sl-panel-corner")
    badge = corner.locator(".sl-tag-warn")
    expect(badge).to_contain_text(re.compile(r"^not to be trusted \(.*\): run a sampler$"))
    expect(corner.locator("[role=img]")).to_have_attribute(
        "aria-label", re.compile(r"\(preview\), not to be trusted \(.*sampler\.$")
    )
    expect(demo.locate(".sl-panel-criteria .sl-quality.sl-warn")).to_contain_text("cannot be trusted")
    expect(demo.locate(".sl-panel-criteria .sl-now td").nth(6)).to_have_text("–")  # ln Z
    expect(demo.locate(".sl-legend")).to_contain_text("band (doubtful)")
    drawn = corner_svg(demo)
    assert drawn.count('stroke-dasharray="4 3"') >= 4 + 6  # marginals and pairs
    assert not re.search(INTERVAL, drawn)
    row(demo, 1).locator(".sl-prior").click()
    expect(demo.locate(".sl-popover")).to_contain_text("posterior, not to be trusted: run a sampler")
    demo.page.keyboard.press("Escape")
    corner.scroll_into_view_if_needed()
    demo.shot("lab-doubtful")


def test_a_link_changes_the_criteria(demo):
    """The two detectors' factors, free and then linked: one parameter fewer, other criteria."""
    demo.kernel("lab.thaw(6, 11); lab.session.settle(60)")
    criteria = demo.locate(".sl-panel-criteria tbody tr").first
    expect(criteria.locator("td").nth(1)).to_have_text("5")
    before = criteria.inner_text()
    row(demo, 6).locator(".sl-c-pid").click()
    row(demo, 11).locator(".sl-c-pid").click(modifiers=["Control"])
    button(demo, ".sl-panel-params", "Link").click()
    expect(criteria.locator("td").nth(1)).to_have_text("4")
    expect(row(demo, 11)).to_have_count(0)  # shown once, with its master
    row(demo, 6).locator(".sl-followers").click()
    expect(row(demo, 11).locator(".sl-chain")).to_be_visible()
    row(demo, 6).locator(".sl-followers").click()
    assert demo.value("list(infer.par[6].mates)") == [11]
    assert criteria.inner_text() != before


def test_parameters_of_different_units_are_linked_only_after_a_question(demo):
    before = steps(demo)
    row(demo, 1).locator(".sl-c-pid").click()
    row(demo, 2).locator(".sl-c-pid").click(modifiers=["Control"])
    demo.page.keyboard.press("l")
    question = demo.locate(".sl-panel-params [role=alertdialog]")
    expect(question).to_contain_text("cpl.alpha has no unit, cpl.logEp is in keV.")
    demo.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert steps(demo) == before
    expect(row(demo, 2)).to_be_focused()  # the row in hand: the next key goes there
    demo.page.keyboard.press("l")
    expect(question.get_by_role("button", name="Link")).to_be_focused()
    demo.page.keyboard.press("Enter")
    demo.until("list(infer.par[1].mates) == [2]")
    expect(row(demo, 1)).to_be_focused()
    demo.page.keyboard.press("Control+z")
    demo.until("not infer.par[1].mates")


def test_the_wheel_moves_the_row_in_hand_and_no_other(demo):
    before, value = steps(demo), demo.value("infer.par[3].val")
    row(demo, 3).locator(".sl-c-pid").click()
    row(demo, 3).locator(".sl-slider").hover()
    demo.page.mouse.wheel(0, -100)
    demo.until(f"infer.par[3].val > {value}")
    assert steps(demo) == before + 1
    row(demo, 2).locator(".sl-slider").hover()
    demo.page.mouse.wheel(0, 1)
    demo.page.wait_for_timeout(600)  # longer than keys and wheel rest before they act
    assert steps(demo) == before + 1


def test_nothing_moves_when_the_statistic_grows(demo):
    tools = demo.locate(".sl-tools")
    before = tools.bounding_box()
    demo.kernel("lab.set_value(3, 8)")
    expect(demo.locate(".sl-stat-value")).to_contain_text("×10")
    after = tools.bounding_box()
    assert [after[key] for key in ("x", "y", "height")] == [before[key] for key in ("x", "y", "height")]


def test_a_slider_previews_and_lands_on_release(demo):
    steps = demo.value("len(lab.session.state.past)")
    thumb = row(demo, 3).locator(".sl-thumb").bounding_box()
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    mouse = demo.page.mouse
    mouse.move(x, y)
    mouse.down()
    for i in range(12):
        mouse.move(x + 2 * i, y)
        demo.page.wait_for_timeout(30)
    expect(demo.locate(".sl-stat.sl-preview")).to_be_visible()
    assert demo.value("infer.par[3].val") == 0.0  # outside history
    mouse.up()
    demo.until("infer.par[3].val > 0.5")
    expect(demo.locate(".sl-stat.sl-preview")).to_have_count(0)
    assert demo.value("len(lab.session.state.past)") == steps + 1
    assert demo.locate(".sl-stat-value").inner_text() == statistic_text(demo.value("infer.stat"))


def test_a_prior_is_edited_with_the_mouse(demo):
    row(demo, 2).locator(".sl-prior").click()
    form = demo.locate(".sl-popover")
    form.get_by_role("textbox", name="max").fill("3.5")
    form.get_by_role("button", name="Set prior").click()
    demo.until("str(infer.par[2].prior) == 'unif(0, 3.5)'")
    expect(demo.locate(".sl-panel-python")).to_contain_text("infer.par[2].prior = unif(0, 3.5)")


def test_a_double_click_on_a_units_bar_notices_all_of_it(demo):
    demo.kernel("lab.notice('na', [[20, 500]])")
    bar = demo.locate(".sl-panel-spectrum .sl-over")
    expect(demo.locate(".sl-legend")).not_to_contain_text("88/96")
    bar.dblclick(position={"x": bar.bounding_box()["width"] / 2, "y": 12})
    demo.until("not infer.setup.pairs[0].data['na'].notc")
    expect(demo.locate(".sl-legend")).to_contain_text("96/96")


def test_bad_input_is_explained_and_changes_nothing(demo):
    journal = demo.value("len(lab.session.journal())")
    row(demo, 1).locator(".sl-value").click()
    row(demo, 1).locator(".sl-value-edit").fill("twelve")
    demo.page.keyboard.press("Enter")
    expect(demo.locate(".sl-panel-params [role=alert]")).to_contain_text("not a number")
    assert demo.value("(infer.par[1].val, len(lab.session.journal()))") == [-1.0, journal]
    demo.shot("lab-error")


def test_a_fit_runs_and_undo_takes_it_back(demo):
    before = demo.value("infer.stat")
    button(demo, ".sl-panel-fit", "Start").click()
    expect(demo.locate(".sl-panel-fit .sl-badge-done")).to_be_visible()
    demo.until("infer.stat < 200")
    expect(demo.locate(".sl-panel-history")).to_contain_text("Converged")
    button(demo, ".sl-header", "Undo").click()
    demo.until(f"infer.stat == {before}")


def test_a_long_fit_leaves_the_kernel_free_and_stops(demo):
    """A sampler with far too many steps: kernel and edits go on; Stop is heard at once and keeps the draws."""
    demo.locate(".sl-panel-fit select").first.select_option("emcee")
    demo.locate(".sl-panel-fit").get_by_label("steps", exact=True).fill("1000000")
    button(demo, ".sl-panel-fit", "Start").click()
    expect(demo.locate(".sl-panel-fit .sl-badge-running")).to_be_visible()
    demo.until("bool(lab.session.progress and lab.session.progress.fraction)")  # it begins by finding the mode
    assert demo.value("6 * 7") == 42
    row(demo, 1).locator(".sl-freeze").click()
    expect(row(demo, 1)).to_have_class(re.compile("sl-frozen"))
    expect(demo.locate(".sl-panel-fit")).to_contain_text("draft")
    demo.shot("lab-running")
    button(demo, ".sl-panel-fit", "Pause").click()
    expect(demo.locate(".sl-panel-fit .sl-badge-paused")).to_be_visible()
    demo.until("lab.session.job.waiting")
    expect(demo.locate(".sl-panel-fit")).to_contain_text(", waiting")
    done = demo.value("lab.session.progress.fraction")
    demo.page.wait_for_timeout(300)
    assert demo.value("lab.session.progress.fraction") == done
    demo.shot("lab-paused")
    row(demo, 2).focus()
    demo.page.keyboard.press("Shift+P")
    expect(demo.locate(".sl-panel-fit .sl-badge-running")).to_be_visible()
    demo.until(f"lab.session.progress.fraction > {done}")
    button(demo, ".sl-panel-fit", "Stop").click()
    expect(demo.locate(".sl-panel-fit .sl-badge-stopped")).to_be_visible()
    assert demo.value("lab.session.state.runs[-1].outcome.engine") == "emcee"
    assert demo.value("infer.par[1].frozen") is True  # the edit stands
    button(demo, ".sl-header", "Undo").click()
    button(demo, ".sl-panel-fit", "Start").wait_for()


def test_live_refits_behind_the_click(demo):
    demo.locate(".sl-header").get_by_role("switch", name="Live").click()
    demo.until("lab.session.settle(0.01) and infer.stat < 200")
    row(demo, 1).locator(".sl-freeze").click()
    demo.until("lab.session.settle(0.01) and infer.par[1].frozen")
    assert demo.value("len(lab.session.state.past)") == 2


def test_the_lab_works_while_a_cell_is_busy_without_subshells_too(open_notebook):
    """Clicks then wait for the cell, and arrive: nothing is lost."""
    notebook = open_notebook([DEMO, "import time; time.sleep(2); seen = infer.par[1].frozen"])
    notebook.without_subshells().run_all(wait=False)
    row(notebook, 1).locator(".sl-freeze").click()
    notebook.wait_until_run()
    expect(row(notebook, 1)).to_have_class(re.compile("sl-frozen"))
    assert notebook.until("infer.par[1].frozen") is True


def test_the_page_asked_for_nothing_outside_and_complained_of_nothing(demo):
    assert demo.strangers == []
    assert demo.errors == []


def test_the_spectrum_is_looked_at_in_other_ways_and_grouped_for_the_fit(demo):
    panel = demo.locate(".sl-panel-spectrum")
    panel.get_by_text("band", exact=True).click()
    expect(panel.locator(".sl-brush-key")).to_have_text(re.compile("posterior, 68 and 95 %"))
    demo.locate("select[aria-label='Bins of the picture']").select_option("5")
    demo.locate("select[aria-label='What the lower panel shows']").select_option("ratio")
    demo.shot("looks")
    panel.locator(".sl-brush-key").click()
    expect(panel.locator(".sl-brush-key")).to_have_count(0)
    assert steps(demo) == 0  # looking changes nothing
    button(demo, ".sl-panel-spectrum", "Energy ranges as text").click()
    grouping = demo.locate("select[aria-label='Grouping of na']")
    expect(grouping).to_have_value("file")
    grouping.select_option("min_evt=20")
    demo.until("lab.infer.setup.pairs[0].data['na'].grpg is not None")
    expect(demo.locate(".sl-panel-python")).to_contain_text("infer.group('na', {'min_evt': 20})")
    button(demo, ".sl-header", "Undo grouping of na").click()
    expect(grouping).to_have_value("file")
    button(demo, ".sl-panel-spectrum", "Energy ranges as text").click()
