# What `scan.py` says to Cython, so that other compiled modules may ask it of lines without asking Python.

cimport cython
from cpython cimport array as arrays

@cython.final
cdef class Scan:
    cdef readonly bytes raw
    cdef readonly arrays.array table
    cdef readonly Py_ssize_t line_count
    cdef readonly bytes folded
    cdef readonly arrays.array hashes
    cdef readonly list odd
    cdef readonly list trailing
    cdef readonly list entangled
    cdef int* rows
    cdef unsigned long long* codes
    cdef list known_phrases
    cdef Py_ssize_t row(self, Py_ssize_t place)
    cpdef bytes phrase(self, Py_ssize_t place)
    cpdef bytes folded_line(self, Py_ssize_t place)
    cdef Py_ssize_t folded_end(self, Py_ssize_t place) noexcept
    cdef Py_ssize_t char_count(self, Py_ssize_t place) noexcept
    cpdef Py_ssize_t word_count(self, Py_ssize_t place, Py_ssize_t most=*)
    cpdef bint is_prose(self, Py_ssize_t place)
    cpdef bint is_heading(self, Py_ssize_t place)

cpdef Py_ssize_t count_words(bytes raw, Py_ssize_t start, Py_ssize_t end, Py_ssize_t most)
cpdef bint is_prose_span(bytes raw, Py_ssize_t start, Py_ssize_t end)
cpdef bint is_heading_span(bytes raw, Py_ssize_t start, Py_ssize_t end)
