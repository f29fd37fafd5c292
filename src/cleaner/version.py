"""The version of this package, known before anything else of it."""

VERSION = "0.1.0"
