"""Absorption by cold gas and dust on the way: the factors, and the cross-sections per hydrogen atom behind them.

    gas               tbabs, ztbabs, phabs, wabs, pcfabs, tinvabs
    dust              redden, zdust
    unabsorbed        a model without what absorbs, as its factors declare it
    cross_sections    reads a table of cross-sections and interpolates in it
    medium            the sum over a composition: wabs, phabs, tbabs, ztbabs
    atoms             cross-sections of single atoms from published fit formulae (the coefficients lie beside it as .csv)
    balucinska1992    the same from the polynomials of Balucinska-Church & McCammon 1992
    near_edge         the tables that TBabs has in place of fits at the O K, Ne K and Fe L edges

The packaged tables are written by `notebooks/make_absorption_tables.py`, those near the edges were recovered by
`notebooks/recover_edge_tables.py`. Not here: absorption lines and edges of one element (`library.factors`).
"""
