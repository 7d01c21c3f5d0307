"""`python3 -m spec_lab` and, once installed, `spec-lab`: hands over to `spec_lab._launch`.

Kept parseable by old Pythons, so that they end in a sentence and not in a traceback: no syntax newer than 3.8 here.
"""

import sys


def main(argv=None):
    """Run the command line; returns the exit code.

    Args:
        argv: The arguments after the program's name; those of the process when not given.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 (this line is for those who run an older one)
        return _too_old()
    from spec_lab._launch import run

    return run(sys.argv[1:] if argv is None else argv)


def _too_old():
    import shutil

    newer = next((name for name in ("python3.11", "python3.12", "python3.13") if shutil.which(name)), None)
    hint = (
        "Start it with: " + newer + " -m spec_lab" if newer else "Install Python 3.11 or newer and start it with that."
    )
    version = ".".join(str(part) for part in sys.version_info[:3])
    print("spec_lab needs Python 3.11 or newer; this is Python " + version + ". " + hint, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
