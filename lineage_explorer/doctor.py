"""`lx.doctor()`: the checkup as text."""

from lineage_explorer.checkup import doctor

__all__ = ["doctor"]
