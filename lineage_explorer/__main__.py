"""`python -m lineage_explorer` is the same as `lineage-explorer`."""

from lineage_explorer.cli import main

if __name__ == "__main__":
    main(prog_name="lineage-explorer")
