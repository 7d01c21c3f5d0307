"""A small OGIP table model, written as a file."""

import numpy as np
from astropy.io import fits


def write_table(path, additive):
    """Two parameters (one logarithmic), one additional spectrum, rows in scrambled order."""
    e = np.geomspace(0.5, 20, 61)
    kT, Z = np.array([0.5, 1.0, 2.0, 4.0]), np.array([0.0, 1.0])
    rows = [(t, z) for z in Z for t in kT][::-1]
    spectra = np.array([(np.diff(e) if additive else 1.0) * np.exp(-e[:-1] / t) * (1 + z) for t, z in rows])
    extra = np.tile(np.diff(e), (len(rows), 1))
    primary = fits.PrimaryHDU()
    primary.header.update(
        MODLNAME="toy", ADDMODEL=additive, REDSHIFT=False, HDUCLASS="OGIP", HDUCLAS1="XSPEC TABLE MODEL"
    )
    values = np.zeros((3, 4))
    values[0], values[1, :2] = kT, Z
    parameters = fits.BinTableHDU.from_columns(
        [
            fits.Column("NAME", "12A", array=["kT", "Abund", "extra"]),
            fits.Column("METHOD", "J", array=[1, 0, 0]),
            fits.Column("INITIAL", "E", array=[1.0, 0.5, 0.0]),
            fits.Column("DELTA", "E", array=[0.1, 0.1, 0.1]),
            fits.Column("MINIMUM", "E", array=[0.5, 0.0, 0.0]),
            fits.Column("MAXIMUM", "E", array=[4.0, 1.0, 10.0]),
            fits.Column("NUMBVALS", "J", array=[4, 2, 0]),
            fits.Column("VALUE", "4E", array=values),
        ],
        name="PARAMETERS",
    )
    parameters.header.update(NINTPARM=2, NADDPARM=1)
    energies = fits.BinTableHDU.from_columns(
        [fits.Column("ENERG_LO", "D", array=e[:-1]), fits.Column("ENERG_HI", "D", array=e[1:])], name="ENERGIES"
    )
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column("PARAMVAL", "2E", array=np.array(rows)),
            fits.Column("INTPSPEC", "60D", array=spectra),
            fits.Column("ADDSP001", "60D", array=extra),
        ],
        name="SPECTRA",
    )
    fits.HDUList([primary, parameters, energies, table]).writeto(path)
    return e
