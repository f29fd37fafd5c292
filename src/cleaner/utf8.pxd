# What `utf8.py` says to Cython, so that other compiled modules may ask it without asking Python.

cpdef bytes encode(str text)
cpdef str decode(bytes encoded)
cdef int put_character(unsigned char* out, unsigned int code) noexcept
