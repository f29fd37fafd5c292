# What `folded_lines.py` says to Cython, so that other compiled modules may ask it of lines without asking Python.

from cleaner.scan cimport Scan

cdef class FoldedLines:
    cdef Scan scan
    cdef bytes source
    cdef Py_ssize_t count
    cdef Py_ssize_t headline
    cdef bint has_whole
    cdef Py_ssize_t room
    cdef int* places
    cdef int* folded
    cdef int* starts
    cdef int* ends
    cdef unsigned long long* codes
    cdef int* first
    cdef int* earlier
    cdef int* _slots
    cdef list _arrays
    cdef Py_ssize_t _repeated_count
    cdef void _make_room(self, Py_ssize_t room)
    cdef int* _integers(self, Py_ssize_t count)
    cdef void read(self, object page, object gone, Py_ssize_t headline)
    cdef void _read_whole(self, dict whole)
    cdef void forget(self)
    cdef bint has_repeated(self)
    cdef bint is_same(self, Py_ssize_t line, Py_ssize_t other) noexcept
    cdef bint is_whole(self, Py_ssize_t line) noexcept

cdef bint is_equal(unsigned char* source, Py_ssize_t one, Py_ssize_t other, Py_ssize_t size) noexcept
cdef Py_ssize_t find_byte(unsigned char* source, unsigned char byte, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint stands_in(
    unsigned char* part, Py_ssize_t part_start, Py_ssize_t part_end,
    unsigned char* source, Py_ssize_t start, Py_ssize_t end,
) noexcept
cdef Py_ssize_t word_end(unsigned char* source, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint is_in_word(unsigned char code) noexcept
