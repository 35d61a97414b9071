"""Made-up companies whose logs are known to the last row, and the faults put into them."""
