"""How fast it is, as ratios against a floor of the same run: `python -m tests.bench`. Run by hand, not by pytest."""
