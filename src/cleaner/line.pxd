# What `line.py` says to Cython, so that other compiled modules may look at lines without asking Python.

cdef class Line:
    cdef readonly Py_ssize_t number
    cdef readonly Py_ssize_t place
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef readonly Py_ssize_t text_start
    cdef readonly str text
    cdef readonly object evidence
    cdef readonly dict passed
    cdef readonly bytes signature
    cdef object _scan
    cdef Py_ssize_t _row
    cdef str _phrase
    cdef bytes _folded
    cdef str _shape
    cdef Py_ssize_t _words
    cdef int _prose
    cdef int _heading
    cdef bytes fold(self)
    cdef Py_ssize_t count_words(self)
    cdef bint reads_as_prose(self)
    cdef bint reads_as_heading(self)
    cdef _scanned(self)

cdef class Content:
    cdef readonly object document
    cdef str _text
    cdef object _scan
    cdef list _made
    cdef readonly Py_ssize_t count
    cdef list _prose_counts
    cdef list _prose_runs
    cdef list _longest_runs(self)
    cdef Line line(self, Py_ssize_t place)
    cpdef Py_ssize_t prose_above(self, Py_ssize_t place)
    cpdef Py_ssize_t prose_below(self, Py_ssize_t place)
    cpdef Py_ssize_t prose_run_below(self, Py_ssize_t place)
    cpdef Line neighbour(self, Py_ssize_t place, Py_ssize_t step)
