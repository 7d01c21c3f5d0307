"""Photo-electric absorption of the cold interstellar medium: cross-sections per hydrogen atom against energy.

    atoms      cross-sections of single atoms from published fit formulae (the coefficients lie beside it as .csv)
    bcmc       the same from the polynomials of Balucinska-Church & McCammon 1992
    fine       the tables that TBabs has in place of fits at the O K, Ne K and Fe L edges
    recover    where those tables come from: python -m spec_lab.models.photoelectric.recover
    medium     their sum over a composition: wabs, phabs, tbabs
    build      writes the packaged tables: python -m spec_lab.models.photoelectric.build
    sections   reads a table and interpolates in it

Not here: the model components (`spec_lab.models.absorption`).
"""

from spec_lab.models.photoelectric.sections import Section, section

__all__ = ["Section", "section"]
