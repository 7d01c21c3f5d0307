"""The harness itself, shown on a tiny anywidget."""

import pytest

COUNTER = """
import anywidget, traitlets

class Counter(anywidget.AnyWidget):
    _esm = '''
    export default {
      render({ model, el }) {
        const button = document.createElement("button");
        button.className = "counter";
        const show = () => { button.textContent = `count ${model.get("count")}`; };
        button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
        model.on("change:count", show);
        show();
        el.append(button);
      },
    };
    '''
    count = traitlets.Int(0).tag(sync=True)

counter = Counter()
counter
"""


@pytest.fixture(scope="module")
def notebook(module_notebook):
    return module_notebook([COUNTER]).run_all()


def test_a_click_reaches_python_and_its_echo_the_page(notebook):
    notebook.locate("button.counter").click()
    assert notebook.until("counter.count") == 1
    notebook.kernel("counter.count = 41")
    notebook.locate(
        "button.counter",
    ).get_by_text("count 41").wait_for()
    assert notebook.shot("counter").stat().st_size > 1000


def test_kernel_answers_with_text_and_errors_fail(notebook):
    assert notebook.kernel("print('a'); 'b'") == "a\n'b'"
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.kernel("1 / 0")


def test_a_failing_cell_fails_the_test(open_notebook):
    with pytest.raises(AssertionError, match="no_such_name"):
        open_notebook(["1 + 1", "no_such_name", "2 + 2"]).run_all()


def test_the_page_is_quiet(notebook):
    """No news pop-up, nothing in the console, nothing from outside."""
    assert notebook.page.locator(".Toastify__toast").count() == 0
    assert notebook.errors == []
    assert notebook.strangers == []


def test_clicks_wait_for_cells_without_subshells(open_notebook):
    notebook = open_notebook([COUNTER, "import time; time.sleep(1.5); seen = counter.count"])
    notebook.without_subshells().run_all(wait=False)
    notebook.locate("button.counter").click()
    notebook.wait_until_run()
    assert notebook.value("seen") == 0
    assert notebook.until("counter.count") == 1
