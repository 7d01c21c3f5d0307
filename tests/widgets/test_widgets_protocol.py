"""The border in one place: what the front end reads is made from Python, and every command has its Python call."""

import importlib.util
import inspect
from pathlib import Path

from spec_lab.session import COMMANDS, Query
from spec_lab.session.command_methods import Commands
from spec_lab.session.tutor import Tutor
from spec_lab_widgets import Lab

WIDGETS = Path(__file__).resolve().parents[2] / "widgets"
BY_OTHER_NAMES = {"set_refitted": "refit_others", "difference": "diff", "paste": "set_value"}
SHOWN_ONLY = {"prior_preview", "model_preview", "components"}  # answers that Python code gets elsewhere


def made():
    spec = importlib.util.spec_from_file_location("make_protocol", WIDGETS / "make_protocol.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_made_from_python_is_current():
    texts = made().texts()
    stale = [path.name for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == [], "run widgets/make_protocol.py"
    folder = WIDGETS / "frontend/src/state/protocol"
    assert {path for path in folder.iterdir() if path not in texts} == set()  # nothing there is written by hand


def test_every_command_has_a_python_call():
    names = {BY_OTHER_NAMES.get(name, name) for name in set(COMMANDS) - SHOWN_ONLY}
    assert {name for name in names if not hasattr(Lab, name) and not hasattr(Tutor, name)} == set()


def test_calls_have_the_arguments_and_the_words_of_their_command():
    for owner in (Commands, Tutor):
        for name, call in vars(owner).items():
            command = getattr(call, "command", None)
            if command is not None:
                assert command.wire in (name, "set_refitted")
                assert list(inspect.signature(call).parameters)[1:] == list(inspect.signature(command).parameters)
                assert inspect.getdoc(call) == inspect.getdoc(command)


def test_every_command_is_documented_and_questions_change_nothing():
    for name, command in COMMANDS.items():
        assert inspect.getdoc(command), name
        assert not (issubclass(command, Query) and command.undoable), name
