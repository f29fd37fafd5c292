"""Dumps: finding inputs, reading entries, writing outputs and audit files, and the run that ties them together."""
