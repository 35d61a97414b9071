"""Where data lives, and where it may: places, labels, verdicts, each with its evidence."""
