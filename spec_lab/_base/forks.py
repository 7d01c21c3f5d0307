"""A process in which JAX runs must not be copied by a fork: the copy has JAX's state but none of its threads, and waits for ever.

So whatever runs compiled programs asks here first, and a forked child gets an error that names what to use instead.
"""

import os
import sys

from spec_lab._base.errors import EngineError

_forked = False


def refuse_forked_child() -> None:
    """Raise in the forked child of a process that had JAX.

    Raises:
        EngineError: Saying how else to start a process.
    """
    if _forked:
        raise EngineError(
            "this process was forked from one in which JAX runs, and JAX does not survive that",
            got=f"process {os.getpid()}",
            allowed='multiprocessing.get_context("spawn"), or a ProcessPoolExecutor with that context',
            hint="Start processes with spawn.",
        )


def _in_child() -> None:
    global _forked
    _forked = "jax" in sys.modules


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_in_child)
