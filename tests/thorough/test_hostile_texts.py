"""Texts that people type, paste or send, changed at random: models, priors, ties, values, windows, commands of the Lab.

Each is understood, or refused with a sentence, soon; what is refused changes nothing, what is understood leaves a sound state,
and none of them runs anything.

pytest -m thorough tests/thorough          (SPEC_LAB_BUDGET: seconds a test, 60; SPEC_LAB_SEED: 1)
"""

import json
import math
import random
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
from small import make_data
from thorough_budget import budget, seed, within_seconds

from spec_lab import BayesInfer
from spec_lab._base import SpecLabError
from spec_lab.models import Model, bb, pl
from spec_lab.priors import parse_prior
from spec_lab.session import FitSession, as_data, command_from, value_edit
from spec_lab.session.actions import Undo
from spec_lab.session.command_registry import COMMANDS, arguments_of

pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(0)]
SECONDS = 2.0  # of the processor
SEEDS = {
    "model": ["pl", "tbabs*(pl+gauss)", "pl+bb", "const*cpl", "2*pl", "gsmooth(pl)", "(pl+bb)*const", "pl^2", "pl/const"],
    "prior": ["unif(-2, 2)", "norm(loc=0, scale=1)", "logunif(1e-3, 10)", "truncnorm(0, 1, -2, 2)", "dist.Gumbel(0, 1)"],
    "tie": ["2*par[1]+0.5", "=pl.alpha", "exp(p1)", "-par[2]**2", "log10(par[1])", "p3/p1", "=2*bb.kT", "sqrt(abs(par[1]))"],
    "value": ["-0.5", "612 keV", "0.25 MeV", "1e-3", "=2*par[1]", "=par[2]", " 2.5e0 ", "1 2", "1_000", "0x10", "∞", "½"],
    "paste": ["1\n2\n3", "alpha\t-1.2\nlogA\t0.5", "alpha = -1\nbb.kT = 20 keV", "par[1]: 2", "#\tvalue\n1\t2", "1\t2\t3"],
}  # fmt: skip
PIECES = [
    "(", ")", "[", "]", "{", "}", ",", "*", "**", "+", "-", "/", "//", "%", "=", "==", "<", "@", ".", ":", ";", "'", '"',
    "\\", "`", "\n", "\r", "\t", "\x00", "\u2028", "\x85", "é", "🜁", "0", "1", "-1", "1e308", "1e400", "9" * 50,
    "9**9**9", "nan", "inf", "1j", "0/0", "1/0", "True", "None", "lambda", "x for x in y", "par[0]", "par[1]", "par[99]",
    "p1", "p2", "alpha", "pl", "bb", "tbabs", "const", "exp", "log", "sqrt", "unif", "norm", "keV", "erg", "Hz",
    "__import__('os').system('true')", "os.system", "__class__", "().__class__.__bases__", "open('x','w')", "eval",
    "exec('1')", "f'{1}'", "<img src=x>", "$(id)", " " * 50, "(" * 80, "pl+" * 60, "-" * 200, "par[1]" * 20,
]  # fmt: skip
FORBIDDEN = ("os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.", "webbrowser.")
watching, watcher = False, threading.get_ident()
ran: list[str] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """What a text may never lead to: a process, a connection, a file that is written."""
    if not watching or threading.get_ident() != watcher or not event.startswith((*FORBIDDEN, "open")):
        return
    if event == "open" and (not isinstance(arguments[1], str) or "r" in arguments[1]):
        return
    if event.startswith("os.") and event.split(".")[1] in ("listdir", "scandir", "getxattr"):
        return
    ran.append(f"{event}{arguments[:1]}")


sys.addaudithook(_audit)  # there is no way to take one off again


def changed(text, rng):
    """A text with some pieces put in, taken out, exchanged or doubled."""
    for _ in range(rng.choice([0, 1, 1, 2, 3, 6])):
        at, to = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
        how = rng.random()
        if how < 0.5:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif how < 0.65:
            text = text[:at] + text[to:]
        elif how < 0.8:
            text = text[:to] + text[at:to] + text[to:]
        else:
            text = text[:at] + rng.choice(PIECES) + text[to:]
    return text[:3000]


def thing(rng, depth=0):
    """An argument that a message might bring."""
    how = rng.randrange(9 if depth < 3 else 6)
    if how == 0:
        return rng.choice([None, True, False, 0, 1, 2, 3, -1, 99, 10**30, 0.5, -1.5, 1e308, math.nan, math.inf])
    if how in (1, 2):
        return rng.randint(1, 8)
    if how in (3, 4, 5):
        return changed(rng.choice(SEEDS[rng.choice(list(SEEDS))]), rng)
    if how == 6:
        return {changed("value", rng): thing(rng, depth + 1) for _ in range(rng.randrange(3))}
    return [thing(rng, depth + 1) for _ in range(rng.randrange(4))]


def sound(infer):
    """What holds in every state."""
    setup = infer.setup
    assert np.isfinite(np.asarray(setup.values)).all(), "a value is not finite"
    json.dumps(str(infer.par_info)), repr(infer), infer._repr_html_()


def model(session, rng):
    made = Model.parse(changed(rng.choice(SEEDS["model"]), rng))
    assert Model.parse(made.expression).expression == made.expression
    repr(made)


def prior(session, rng):
    made = parse_prior(changed(rng.choice(SEEDS["prior"]), rng))
    assert str(parse_prior(str(made))) == str(made)
    if rng.random() < 0.3:
        session.infer.par[rng.randint(1, 4)].prior = made


def tie(session, rng):
    session.infer.par[rng.randint(1, 4)].tie(changed(rng.choice(SEEDS["tie"]), rng))


def value(session, rng):
    kind = rng.choice(["value", "value", "tie"])
    session.commit(value_edit(session.get(), rng.randint(1, 4), changed(rng.choice(SEEDS[kind]), rng)))


def notice(session, rng):
    session.infer.notice(rng.choice([session.get().pairs[0].data.names[0], changed("u1", rng)]), thing(rng))


SKIPPED = (
    "fit",
    "teach",
    "leave",
    "next",
    "shuffle",
    "reveal",
    "resample",
    "guess",
    "set_model",
    "set_refitted",
    "set_live",
    "set_previews",
)


def command(session, rng):
    """A message of a panel; those that compute for long, or let others edit, are left out."""
    name = rng.choice([name for name in COMMANDS if name not in SKIPPED])
    arguments = {field.name: thing(rng) for field in arguments_of(COMMANDS[name]) if rng.random() < 0.9}
    if name == "paste":
        arguments["text"] = changed(rng.choice(SEEDS["paste"]), rng)
    try:
        answer = command_from(name, arguments, session.get()).answer(session)
    except SpecLabError:
        raise
    except Exception as error:
        raise AssertionError(f"{name}({arguments!r})"[:500]) from error
    json.dumps(answer, default=repr)


DOORS = [model, model, prior, tie, value, notice, command, command, command]


def test_a_hostile_text_is_understood_or_refused_with_a_sentence():
    global watching
    infer = BayesInfer([(make_data(1), pl() + bb())])
    session = FitSession(infer)
    assert np.isfinite(infer.stat)  # compiles: that may make a folder, before folders are watched for
    import astropy.units  # noqa: F401
    import numpyro.distributions  # noqa: F401

    end, tries, outcomes = time.monotonic() + budget(), 0, {"understood": 0, "refused": 0}
    while time.monotonic() < end:
        rng = random.Random(f"{seed()}/texts/{tries}")
        tries += 1
        door = rng.choice(DOORS)
        before, lines = infer.setup, len(session.journal())
        watching = True
        try:
            with within_seconds(SECONDS):
                door(session, rng)
            outcomes["understood"] += 1
        except SpecLabError as error:
            outcomes["refused"] += 1
            assert infer.setup is before and len(session.journal()) == lines, f"try {tries - 1}: refused, and half done"
            assert len(str(error)) < 6000 and as_data(error), (
                f"try {tries - 1}: a sentence of {len(str(error))} letters"
            )
        except BaseException as error:
            raise AssertionError(f"try {tries - 1}, {door.__name__}: {type(error).__name__}: {error}"[:1000]) from error
        finally:
            watching = False
        assert not ran, f"try {tries - 1}, {door.__name__}: it led to {ran}"
        try:
            sound(infer)
        except Exception as error:
            raise AssertionError(f"try {tries - 1}, {door.__name__}: {error}"[:1000]) from error
        if rng.random() < 0.1:
            while session.state.past:
                session.dispatch(Undo())
    print(f"{tries} texts, {outcomes}")
    assert all(outcomes.values())
