"""Small responses read as if they were large: held by their non-zeros, so that they can be compared with dense ones."""

from spec_lab.data import sparse_matrix


def treat_all_as_large(monkeypatch):
    """Every matrix made from now on is held by its non-zeros."""
    monkeypatch.setattr(sparse_matrix, "LARGE", 0.0)
    monkeypatch.setattr(sparse_matrix, "FULL", 2.0)


def make_both(monkeypatch, make):
    """What `make()` gives as usual, and with every matrix taken for a large one."""
    usual = make()
    with monkeypatch.context() as patch:
        treat_all_as_large(patch)
        return usual, make()
