# What `line.py` says to Cython, so that other compiled modules may look at lines without asking Python.

cimport cython
from cleaner.scan cimport Scan

@cython.final
cdef class Line:
    cdef readonly Py_ssize_t number
    cdef readonly Py_ssize_t place
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef readonly Py_ssize_t text_start
    cdef readonly str text
    cdef readonly object evidence
    cdef Scan _scan
    cdef Py_ssize_t _row
    cdef str _phrase
    cdef bytes _folded
    cdef str _shape
    cdef Py_ssize_t _words
    cdef int _prose
    cdef int _heading
    cdef void _fill(
        self,
        Py_ssize_t number,
        Py_ssize_t place,
        Py_ssize_t start,
        Py_ssize_t end,
        Py_ssize_t text_start,
        str text,
        object evidence,
        Scan scanned,
        Py_ssize_t row,
    ) noexcept
    cdef Scan _scanned(self)

@cython.final
cdef class Content:
    cdef readonly object document
    cdef readonly Scan scan
    cdef str _text
    cdef object _evidence
    cdef readonly Py_ssize_t count
    cdef readonly object rows
    cdef int[::1] _rows
    cdef dict answers
    cdef dict fields
    cdef list _lines
    cdef int[::1] _numbers
    cdef bytearray _prose
    cdef int[::1] _prose_before
    cdef int[::1] _longest_run
    cpdef Content without(self, object gone)
    cpdef Py_ssize_t row(self, Py_ssize_t place) noexcept
    cpdef Py_ssize_t place(self, Py_ssize_t row) noexcept
    cdef Line line(self, Py_ssize_t place)
    cpdef Line neighbour(self, Py_ssize_t place, Py_ssize_t step)
    cpdef Py_ssize_t distance(self, Py_ssize_t place, Py_ssize_t step)
    cdef Py_ssize_t _number(self, Py_ssize_t place) noexcept
    cdef Py_ssize_t column(self, Py_ssize_t row, Py_ssize_t column) noexcept
    cdef unsigned long long hash(self, Py_ssize_t row) noexcept
    cdef bint is_prose(self, Py_ssize_t row)
    cpdef Py_ssize_t count_prose(self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t most)
    cpdef Py_ssize_t prose_run_from(self, Py_ssize_t place, Py_ssize_t most)
    cdef void _look_far(self)
