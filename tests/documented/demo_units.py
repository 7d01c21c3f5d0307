"""A unit of the demo burst, with what a test wants of it."""

from spec_lab import DataUnit


def unit(paths, name, **more):
    """The unit `na` or `bg` of the files in `paths`."""
    return DataUnit(src=paths[f"{name}.pha"], bkg=paths[f"{name}.bak"], rsp=paths[f"{name}.rsp"], **more)
