"""The door of the floor: what it offers, and that opening it is cheap."""

import subprocess
import sys

import spec_lab.data


def test_every_name_of_the_door_is_documented():
    offered = [
        name
        for name in vars(spec_lab.data)
        if name[0].isupper() or name in ("fakeit", "write_pha", "write_rsp", "write_arf")
    ]
    assert {"Source", "Background", "Response", "Redistribution", "Auxiliary", "DataUnit", "Data", "Channels"} <= set(
        offered
    )
    assert all(getattr(spec_lab.data, name).__doc__ for name in offered)


def test_opening_it_brings_in_nothing_heavy():
    heavy = ("astropy.io.fits", "pandas", "matplotlib", "scipy.stats", "scipy.optimize", "pooch", "numba")
    code = f"import sys, spec_lab.data; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
