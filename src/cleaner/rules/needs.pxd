# What `needs.py` says to Cython, so that other compiled modules may ask without asking Python.

cdef class Needs:
    cdef tuple _given
    cdef _Beginnings _heads
    cdef tuple _sets
    cdef _Beginnings _firsts
    cdef bint are_met_at(self, bytes folded, Py_ssize_t start, Py_ssize_t end)

cdef class _Beginnings:
    cdef dict _by_first
    cdef bint stand_at(self, bytes folded, Py_ssize_t start, Py_ssize_t end)
    cdef bint stand_at_word(self, bytes folded, Py_ssize_t start, Py_ssize_t end)

cdef class Sought:
    cdef bytes _literal
    cdef Py_ssize_t _spot
    cdef bint stands_in(self, bytes folded, Py_ssize_t start, Py_ssize_t end) noexcept
