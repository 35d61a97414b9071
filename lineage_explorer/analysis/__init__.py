"""Questions to a lineage, and the values that answer them."""
