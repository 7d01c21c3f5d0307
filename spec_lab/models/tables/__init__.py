"""Models from tables: spectra tabulated over parameters, of OGIP files or of arrays.

table_models   the components: atable, mtable, tabulated
table_files    what a file holds, and what is said when it holds something else
"""
