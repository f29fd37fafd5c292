# What `scan.py` says to Cython, so that other compiled modules may ask it of lines without asking Python.

cpdef Py_ssize_t count_words(bytes raw, Py_ssize_t start, Py_ssize_t end, Py_ssize_t most)
cpdef bint is_prose_span(bytes raw, Py_ssize_t start, Py_ssize_t end)
cpdef bint is_heading_span(bytes raw, Py_ssize_t start, Py_ssize_t end)
