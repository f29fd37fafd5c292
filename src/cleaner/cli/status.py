"""Exit status, as the design fixes it."""

FINE = 0
DIFFERENT = 1
UNUSABLE = 2
SOME_FAILED = 3
INTERRUPTED = 130
