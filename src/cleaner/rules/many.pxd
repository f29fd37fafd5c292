# What `many.py` says to Cython, so that `cleaner.rules.conditions` may ask it without asking Python.

from cleaner.line cimport Content

cdef class NeedsOfMany:
    cdef dict known
    cdef tuple _needs
    cdef list _by_first
    cdef int[::1] _codes
    cdef int[::1] _starts
    cpdef list met(self, Content content, Py_ssize_t place)
    cdef bint _may_hold(self, Py_ssize_t number, Content content, Py_ssize_t place)
    cdef bint _are_noted(self, bytes signature, Py_ssize_t at) noexcept
