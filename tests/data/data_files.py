"""Small OGIP files for the tests, every part of which can be changed, left out or broken."""

import numpy as np
from astropy.io import fits

N = 8
COUNTS = np.array([3, 5, 8, 13, 9, 6, 2, 1])
EDGES = np.linspace(1.0, 9.0, N + 1)
PHOTON_EDGES = np.linspace(0.5, 10.5, 11)


def dense(rows=10, channels=N):
    """A response matrix [e, ch] with a diagonal, a neighbour and, in some rows, a separate stretch."""
    matrix = np.zeros((rows, channels))
    for i in range(rows):
        j = min(i, channels - 1)
        matrix[i, j] = 10.0 + i
        matrix[i, max(j - 1, 0)] += 2.0
        if j > 4:
            matrix[i, 0] += 0.5
    return matrix


def table(columns, header, name):
    made = fits.BinTableHDU.from_columns([fits.Column(name=n, format=f, array=a) for n, f, a in columns])
    made.header["EXTNAME"] = name
    for key, value in header.items():
        if value is not None:
            made.header[key] = value
    return made


def save(path, *hdus):
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path, overwrite=True)
    return path


PHA_HEADER = {
    "EXPOSURE": 100.0,
    "BACKSCAL": 1.0,
    "AREASCAL": 1.0,
    "POISSERR": True,
    "DETCHANS": N,
    "HDUCLAS1": "SPECTRUM",
}


def pha_hdu(counts=COUNTS, columns=(), header=None, channel=True, name="SPECTRUM", column="COUNTS", form="J"):
    base = [("CHANNEL", "J", 1 + np.arange(len(counts)))] if channel else []
    base += [(column, form, np.asarray(counts))] if counts is not None else []
    return table([*base, *columns], PHA_HEADER | (header or {}), name)


def pha(path, *args, **kwargs):
    return save(path, pha_hdu(*args, **kwargs))


def pack(matrix, origin=1):
    """Start, length and values of the non-zero stretches of each row."""
    starts, lengths, values = [], [], []
    for row in matrix:
        held = np.concatenate([[0], (row != 0).astype(int), [0]])
        begin, end = np.flatnonzero(np.diff(held) == 1), np.flatnonzero(np.diff(held) == -1)
        starts.append(begin + origin)
        lengths.append(end - begin)
        values.append(row[row != 0])
    return starts, lengths, values


def ragged(rows, dtype):
    made = np.empty(len(rows), dtype=object)
    made[:] = [np.asarray(row, dtype=dtype) for row in rows]
    return made


def padded(rows, width):
    return np.array([np.concatenate([row, np.zeros(width - len(row))]) for row in rows])


def ebounds_hdu(edges=EDGES, first=1, header=None):
    edges = np.asarray(edges)
    columns = [
        ("CHANNEL", "J", first + np.arange(len(edges) - 1)),
        ("E_MIN", "E", edges[:-1]),
        ("E_MAX", "E", edges[1:]),
    ]
    return table(columns, header or {}, "EBOUNDS")


def matrix_hdu(matrix=None, edges=PHOTON_EDGES, origin=1, storage="P", name="MATRIX", header=None, columns=None):
    matrix = dense() if matrix is None else matrix
    starts, lengths, values = pack(matrix, origin)
    base = [
        ("ENERG_LO", "D", np.asarray(edges)[:-1]), ("ENERG_HI", "D", np.asarray(edges)[1:]),
        ("N_GRP", "I", np.array([len(s) for s in starts])),
    ]  # fmt: skip
    if storage in ("P", "Q"):
        base += [
            ("F_CHAN", f"{storage}I()", ragged(starts, np.int16)),
            ("N_CHAN", f"{storage}I()", ragged(lengths, np.int16)),
        ]
        base += [("MATRIX", f"{storage}D()", ragged(values, np.float64))]
    elif storage == "fixed":
        width, longest = max(map(len, starts)), max(map(len, values))
        base += [("F_CHAN", f"{width}I", padded(starts, width)), ("N_CHAN", f"{width}I", padded(lengths, width))]
        base += [("MATRIX", f"{longest}D", padded(values, longest))]
    elif storage == "scalar":  # every row holds all channels
        n = matrix.shape[1]
        base[2] = ("N_GRP", "I", np.ones(len(matrix)))
        base += [("F_CHAN", "I", np.full(len(matrix), origin)), ("N_CHAN", "I", np.full(len(matrix), n))]
        base += [("MATRIX", f"{n}D", matrix)]
    made = table([c for c in base if c[0] not in (columns or {})] + list((columns or {}).values()), {}, name)
    index = [c.name for c in made.columns].index("F_CHAN") + 1 if "F_CHAN" in made.columns.names else 4
    defaults = {f"TLMIN{index}": origin, "DETCHANS": matrix.shape[1], "HDUCLAS1": "RESPONSE"}
    for key, value in (defaults | (header or {})).items():
        if value is not None:
            made.header[key] = value
    return made


def rsp(path, *args, first=1, channel_edges=EDGES, **kwargs):
    return save(path, matrix_hdu(*args, **kwargs), ebounds_hdu(channel_edges, first))


def arf(path, edges=PHOTON_EDGES, area=None, name="SPECRESP", column="SPECRESP"):
    edges = np.asarray(edges)
    area = np.linspace(1.0, 2.0, len(edges) - 1) if area is None else area
    columns = [("ENERG_LO", "E", edges[:-1]), ("ENERG_HI", "E", edges[1:]), (column, "E", area)]
    return save(path, table(columns, {}, name))
