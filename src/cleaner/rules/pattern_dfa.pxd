# What `pattern_dfa.py` says to Cython, so that conditions may ask for lines without asking Python.

cdef class LineDfa:
    cdef tuple _sources
    cdef tuple _all
    cdef Py_ssize_t _wait  # so many more bytes are passed on unseen
    cdef object _lock
    cdef list _exact_chars  # of each pattern
    cdef list _follow
    cdef list _edge_follow
    cdef list _lasts  # of each pattern
    cdef list _edge_lasts
    cdef object _letters
    cdef bytearray _near
    cdef dict _far
    cdef dict _kinds  # kinds by the positions that they may stand at, and whether they are part of a word
    cdef list _accepted
    cdef list _are_words
    cdef dict _reached  # states by the positions of the last character
    cdef dict _states  # states by what may come, and the patterns that may end there
    cdef list _coming
    cdef list _ends
    cdef list _sure_chars
    cdef int _start
    cdef short[::1] _table
    cpdef tuple ends(self, int state)
    cpdef bint is_sure(self, int state, Py_ssize_t char_count)
    cpdef int follow(self, bytes raw, Py_ssize_t start, Py_ssize_t end)
    cdef object _make(self)
    cdef int _classify(self, int code)
    cdef int _step(self, int state, int kind)
    cdef int _reach(self, tuple key)
    cdef int _state(self, object coming, object edge_coming, object was_word, tuple ends)
