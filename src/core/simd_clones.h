// Lets the compiler build a function several times, for plain and for newer processors; the program picks at
// start. The source stays plain C++, and is its own plain twin: results differ by rounding only.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define MIEN_SIMD_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MIEN_SIMD_CLONES
#endif

// For small functions that such loops call: inlined before the compiler makes the clones, or their loops do
// not become vector loops.
#if defined(__GNUC__)
#define MIEN_INLINE [[gnu::always_inline]] inline
#else
#define MIEN_INLINE inline
#endif
