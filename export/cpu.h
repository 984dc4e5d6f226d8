/*
 * cpu.h - what the loops of export/ may use of this CPU. The bits are the same with and without.
 */
#pragma once

#include <stdbool.h>

static inline bool reel_cpu_has_avx2(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2");
#else
    return false;
#endif
}

/** Carry-less products of 64 bits, and SSE 4.1. */
static inline bool reel_cpu_has_pclmul(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#else
    return false;
#endif
}
