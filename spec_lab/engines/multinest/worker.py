"""The child process that MultiNest runs in: nothing of spec_lab or JAX, only pymultinest and two pipes.

It is started by `child` as a script in an empty folder. MultiNest calls Python for every likelihood; each call goes as a
frame (tag, length, payload) to the parent, which answers with the free values and the log-likelihood. File descriptor 1
belongs to MultiNest's own output and is put into a log before anything is loaded; an exception here would be swallowed by
ctypes, and MultiNest would go on with a garbage likelihood, so every failure is told and ends the process.
"""

import ctypes
import ctypes.util
import json
import os
import struct
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

HEAD = struct.Struct("<cI")  # tag, length of the payload
LIKELIHOOD, PROGRESS, FAILED, FINISHED = b"L", b"P", b"X", b"F"


def main() -> None:
    """Read the order (one line of JSON), run MultiNest, say how it ended."""
    out = os.dup(1)
    log = os.open("multinest.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    try:
        order = json.loads(sys.stdin.buffer.readline())
        run(order, sys.stdin.buffer, out)
        send(out, FINISHED, b"")
    except BaseException:
        send(out, FAILED, traceback.format_exc().encode())
        os._exit(1)


def send(out: int, tag: bytes, payload: bytes) -> None:
    """Write one frame."""
    data = HEAD.pack(tag, len(payload)) + payload
    while data:
        data = data[os.write(out, data) :]


def load_pymultinest(library: str) -> Callable[..., None]:
    """pymultinest's `run`, with the library at this path whatever name it looks for, and without its plotting."""
    real = ctypes.cdll.LoadLibrary
    ctypes.cdll.LoadLibrary = lambda name: real(library if name and "multinest" in name else name)
    for module in ("plot", "watch"):
        sys.modules[f"pymultinest.{module}"] = None  # type: ignore[assignment]  # would import matplotlib
    if sys.platform == "darwin":
        ctypes.util.find_library = lambda name: name
    try:
        from pymultinest.run import run as start
    finally:
        del ctypes.cdll.LoadLibrary
    return start


def run(order: dict[str, Any], answers: BinaryIO, out: int) -> None:
    """Run MultiNest with its likelihood asked from the parent."""
    n = order["parameters"]
    answer = struct.Struct(f"<{n + 1}d")
    question = struct.Struct(f"<{n}d")

    def likelihood(cube, ndim, nparams, lnew):
        try:
            send(out, LIKELIHOOD, question.pack(*cube[:n]))
            *values, log_like = answer.unpack(answers.read(answer.size))
            for i in range(n):
                cube[i] = values[i]
            return log_like
        except BaseException:  # the parent is gone, or something is wrong here: nobody would hear of it otherwise
            os._exit(2)

    def progress(samples, live, parameters, points, posterior, moments, best, log_z, log_z_error, context):
        send(out, PROGRESS, struct.pack("<3d", samples, best, log_z))

    start = load_pymultinest(order["library"])
    start(likelihood, None, n, outputfiles_basename="1-", dump_callback=progress, **order["settings"])


if __name__ == "__main__":
    main()
