"""The proof that the tests notice: published faults of other systems, put into copies of this house one at a time."""
