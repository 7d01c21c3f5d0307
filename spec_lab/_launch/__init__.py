"""The launcher: from a bare Python to a live Lab, or to the tests.

`commands` reads the command line. `checkout` makes the environment of a source checkout from the hashed lock (a stamp
makes the second start immediate); `steps` shows and logs what that takes, and turns the failures one meets into
sentences. `lab` starts JupyterLab on a notebook; `notebooks` writes those notebooks (the demo, or one for the user's
own files); `check` runs the tests. `server` is loaded by the Jupyter server, `labextensions` by its page: neither is
imported here.

Everything here is standard library only (except `server`), belongs to no floor, and is imported by none of them.
"""

from spec_lab._launch.commands import run as run
