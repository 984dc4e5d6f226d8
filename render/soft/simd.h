/*
 * simd.h - vectors of VW float or int lanes, and masks, for one compilation of kernel.c.
 *
 * VW is 4 (baseline SSE2, or any machine through compiler vectors), 8 (AVX2) or 16 (AVX-512).
 * Arithmetic is the operators of GCC vector types; what they lack stands here. Every function is
 * exactly rounded or exact, so a lane's result depends neither on VW nor on the other lanes:
 * no rcp/rsqrt estimates, no FMA, min and max as "a < b ? a : b".
 */
#pragma once

#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#    include <immintrin.h>
#endif

#define VINL static inline __attribute__((always_inline))
/* A step over a whole batch: kept apart, so that a profile shows it. */
#define STAGE static __attribute__((noinline, unused))

typedef float vf __attribute__((vector_size(VW * 4)));
typedef int32_t vi __attribute__((vector_size(VW * 4)));
typedef uint32_t vu __attribute__((vector_size(VW * 4)));

VINL vf vf_load(const float *p)
{
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}
VINL void vf_store(float *p, vf v)
{
    memcpy(p, &v, sizeof v);
}
VINL vi vi_load(const int32_t *p)
{
    vi v;
    memcpy(&v, p, sizeof v);
    return v;
}
VINL void vi_store(int32_t *p, vi v)
{
    memcpy(p, &v, sizeof v);
}
#if VW == 16 && defined(__AVX512F__)

typedef __mmask16 vm;
VINL vf vf_set(float x)
{
    return (vf)_mm512_set1_ps(x);
}
VINL vi vi_set(int32_t x)
{
    return (vi)_mm512_set1_epi32(x);
}
VINL vm vf_lt(vf a, vf b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
}
VINL vm vf_le(vf a, vf b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LE_OQ);
}
VINL vm vi_eq(vi a, vi b)
{
    return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b);
}
VINL vm vi_lt(vi a, vi b)
{
    return _mm512_cmplt_epi32_mask((__m512i)a, (__m512i)b);
}
VINL vm vm_and(vm a, vm b)
{
    return (vm)(a & b);
}
VINL vm vm_or(vm a, vm b)
{
    return (vm)(a | b);
}
VINL vm vm_andnot(vm a, vm b)
{
    return (vm)(a & ~b);
}
VINL vm vm_not(vm a)
{
    return (vm)~a;
}
VINL vm vm_none(void)
{
    return 0;
}
VINL unsigned vm_bits(vm a)
{
    return a;
}
VINL vm vm_from_bits(unsigned bits)
{
    return (vm)bits;
}
VINL vf vf_sel(vm m, vf a, vf b)
{
    return (vf)_mm512_mask_blend_ps(m, (__m512)b, (__m512)a);
}
VINL vi vi_sel(vm m, vi a, vi b)
{
    return (vi)_mm512_mask_blend_epi32(m, (__m512i)b, (__m512i)a);
}
VINL vf vf_sqrt(vf a)
{
    return (vf)_mm512_sqrt_ps((__m512)a);
}
VINL vf vf_min(vf a, vf b)
{
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
}
VINL vf vf_max(vf a, vf b)
{
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
}
VINL vi vf_trunc(vf a)
{
    return (vi)_mm512_cvttps_epi32((__m512)a);
}
VINL vi vf_round(vf a)
{
    return (vi)_mm512_cvtps_epi32((__m512)a);
}
VINL vf vi_to_f(vi a)
{
    return (vf)_mm512_cvtepi32_ps((__m512i)a);
}
/* The low 16 or 8 bits of every lane. */
VINL void vi_store_u16(void *p, vi v)
{
    _mm256_storeu_si256(p, _mm512_cvtepi32_epi16((__m512i)v));
}
VINL void vi_store_u8(void *p, vi v)
{
    _mm_storeu_si128(p, _mm512_cvtepi32_epi8((__m512i)v));
}
/* Only the lanes of m are stored. */
VINL void vi_put_u16(void *p, vm m, vi v)
{
    _mm256_mask_storeu_epi16(p, m, _mm512_cvtepi32_epi16((__m512i)v));
}

#elif VW == 8 && defined(__AVX2__)

typedef vi vm;
VINL vf vf_set(float x)
{
    return (vf)_mm256_set1_ps(x);
}
VINL vi vi_set(int32_t x)
{
    return (vi)_mm256_set1_epi32(x);
}
VINL vm vf_lt(vf a, vf b)
{
    return (vm)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LT_OQ);
}
VINL vm vf_le(vf a, vf b)
{
    return (vm)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LE_OQ);
}
VINL vm vi_eq(vi a, vi b)
{
    return a == b;
}
VINL vm vi_lt(vi a, vi b)
{
    return a < b;
}
VINL vm vm_and(vm a, vm b)
{
    return a & b;
}
VINL vm vm_or(vm a, vm b)
{
    return a | b;
}
VINL vm vm_andnot(vm a, vm b)
{
    return a & ~b;
}
VINL vm vm_not(vm a)
{
    return ~a;
}
VINL vm vm_none(void)
{
    return vi_set(0);
}
VINL unsigned vm_bits(vm a)
{
    return (unsigned)_mm256_movemask_ps((__m256)a);
}
VINL vm vm_from_bits(unsigned bits)
{
    const vi lane = {1, 2, 4, 8, 16, 32, 64, 128};
    return (vi_set((int32_t)bits) & lane) != 0;
}
VINL vf vf_sel(vm m, vf a, vf b)
{
    return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m);
}
VINL vi vi_sel(vm m, vi a, vi b)
{
    return (vi)_mm256_blendv_epi8((__m256i)b, (__m256i)a, (__m256i)m);
}
VINL vf vf_sqrt(vf a)
{
    return (vf)_mm256_sqrt_ps((__m256)a);
}
VINL vf vf_min(vf a, vf b)
{
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
}
VINL vf vf_max(vf a, vf b)
{
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
}
VINL vi vf_trunc(vf a)
{
    return (vi)_mm256_cvttps_epi32((__m256)a);
}
VINL vi vf_round(vf a)
{
    return (vi)_mm256_cvtps_epi32((__m256)a);
}
VINL vf vi_to_f(vi a)
{
    return (vf)_mm256_cvtepi32_ps((__m256i)a);
}
VINL void vi_store_u16(void *p, vi v)
{
    const __m256i low = (__m256i)(v & 0xffff);
    const __m256i pairs = _mm256_packus_epi32(low, low);
    _mm_storeu_si128(p, _mm256_castsi256_si128(_mm256_permute4x64_epi64(pairs, 8)));
}
VINL void vi_put_u16(void *p, vm m, vi v)
{
    uint16_t row[2][8];
    vi_store_u16(row[0], v);
    vi_store_u16(row[1], (vi)m);
    const __m128i take = _mm_loadu_si128((const __m128i *)row[1]);
    const __m128i old = _mm_loadu_si128(p), new = _mm_loadu_si128((const __m128i *)row[0]);
    _mm_storeu_si128(p, _mm_blendv_epi8(old, new, take));
}
VINL void vi_store_u8(void *p, vi v)
{
    const __m256i low = (__m256i)(v & 0xff);
    const __m256i pairs = _mm256_packus_epi32(low, low);
    const __m128i row = _mm256_castsi256_si128(_mm256_permute4x64_epi64(pairs, 8));
    _mm_storel_epi64(p, _mm_packus_epi16(row, row));
}

#elif VW == 4

typedef vi vm;
VINL vf vf_set(float x)
{
    return (vf){x, x, x, x};
}
VINL vi vi_set(int32_t x)
{
    return (vi){x, x, x, x};
}
VINL vm vf_lt(vf a, vf b)
{
    return a < b;
}
VINL vm vf_le(vf a, vf b)
{
    return a <= b;
}
VINL vm vi_eq(vi a, vi b)
{
    return a == b;
}
VINL vm vi_lt(vi a, vi b)
{
    return a < b;
}
VINL vm vm_and(vm a, vm b)
{
    return a & b;
}
VINL vm vm_or(vm a, vm b)
{
    return a | b;
}
VINL vm vm_andnot(vm a, vm b)
{
    return a & ~b;
}
VINL vm vm_not(vm a)
{
    return ~a;
}
VINL vm vm_none(void)
{
    return vi_set(0);
}
VINL vm vm_from_bits(unsigned bits)
{
    const vi lane = {1, 2, 4, 8};
    return (vi_set((int32_t)bits) & lane) != 0;
}
VINL vf vf_sel(vm m, vf a, vf b)
{
    return (vf)((m & (vi)a) | (~m & (vi)b));
}
VINL vi vi_sel(vm m, vi a, vi b)
{
    return (m & a) | (~m & b);
}
#    if defined(__SSE2__)
VINL unsigned vm_bits(vm a)
{
    return (unsigned)_mm_movemask_ps((__m128)a);
}
VINL vf vf_sqrt(vf a)
{
    return (vf)_mm_sqrt_ps((__m128)a);
}
VINL vf vf_min(vf a, vf b)
{
    return (vf)_mm_min_ps((__m128)a, (__m128)b);
}
VINL vf vf_max(vf a, vf b)
{
    return (vf)_mm_max_ps((__m128)a, (__m128)b);
}
VINL vi vf_trunc(vf a)
{
    return (vi)_mm_cvttps_epi32((__m128)a);
}
VINL vi vf_round(vf a)
{
    return (vi)_mm_cvtps_epi32((__m128)a);
}
VINL vf vi_to_f(vi a)
{
    return (vf)_mm_cvtepi32_ps((__m128i)a);
}
VINL void vi_store_u16(void *p, vi v)
{
    const __m128i wide = _mm_srai_epi32(_mm_slli_epi32((__m128i)v, 16), 16);
    _mm_storel_epi64(p, _mm_packs_epi32(wide, wide));
}
VINL void vi_store_u8(void *p, vi v)
{
    const __m128i pairs = _mm_packs_epi32((__m128i)(v & 0xff), (__m128i)(v & 0xff));
    const int32_t row = _mm_cvtsi128_si32(_mm_packus_epi16(pairs, pairs));
    memcpy(p, &row, sizeof row);
}
#    else
VINL void vi_store_u16(void *p, vi v)
{
    const uint16_t row[4] = {(uint16_t)v[0], (uint16_t)v[1], (uint16_t)v[2], (uint16_t)v[3]};
    memcpy(p, row, sizeof row);
}
VINL void vi_store_u8(void *p, vi v)
{
    const uint8_t row[4] = {(uint8_t)v[0], (uint8_t)v[1], (uint8_t)v[2], (uint8_t)v[3]};
    memcpy(p, row, sizeof row);
}
VINL unsigned vm_bits(vm a)
{
    return (a[0] & 1u) | (a[1] & 2u) | (a[2] & 4u) | (a[3] & 8u);
}
VINL vf vf_sqrt(vf a)
{
    return (vf){__builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]),
                __builtin_sqrtf(a[3])};
}
VINL vf vf_min(vf a, vf b)
{
    return vf_sel(a < b, a, b);
}
VINL vf vf_max(vf a, vf b)
{
    return vf_sel(a > b, a, b);
}
VINL vi vf_trunc(vf a)
{
    return __builtin_convertvector(a, vi);
}
VINL vi vf_round(vf a)
{
    return (vi){(int32_t)__builtin_rintf(a[0]), (int32_t)__builtin_rintf(a[1]),
                (int32_t)__builtin_rintf(a[2]), (int32_t)__builtin_rintf(a[3])};
}
VINL vf vi_to_f(vi a)
{
    return __builtin_convertvector(a, vf);
}
#    endif

VINL void vi_put_u16(void *p, vm m, vi v)
{
    uint16_t row[4];
    uint64_t old, new, take;
    vi_store_u16(row, v);
    memcpy(&new, row, sizeof new);
    vi_store_u16(row, m);
    memcpy(&take, row, sizeof take);
    memcpy(&old, p, sizeof old);
    old = (new &take) | (old & ~take);
    memcpy(p, &old, sizeof old);
}

#else
#    error "VW must be 4, 8 (with AVX2) or 16 (with AVX-512)"
#endif

VINL vm vf_gt(vf a, vf b)
{
    return vf_lt(b, a);
}
VINL vm vf_ge(vf a, vf b)
{
    return vf_le(b, a);
}
VINL int vm_any(vm m)
{
    return vm_bits(m) != 0;
}
/* vm_bits() of a mask whose lanes are all set */
#define VM_ALL ((1u << VW) - 1u)
VINL vf vf_bits(vi a)
{
    return (vf)a;
}
VINL vf vf_abs(vf a)
{
    return (vf)((vi)a & 0x7fffffff);
}
/* |a| with the sign of s, and a times the sign of s */
VINL vf vf_mulsign(vf a, vf s)
{
    return (vf)((vi)a ^ ((vi)s & INT32_MIN));
}
VINL vf vf_clamp(vf x, float lo, float hi)
{
    return vf_min(vf_max(x, vf_set(lo)), vf_set(hi));
}
VINL vf vf_sat(vf x)
{
    return vf_clamp(x, 0.0f, 1.0f);
}
VINL vf vf_mix(vf a, vf b, vf t)
{
    return a + (b - a) * t;
}
/* a where m, else 0 */
VINL vf vf_and(vm m, vf a)
{
    return vf_sel(m, a, vf_set(0.0f));
}
/* The least and the greatest lane. */
VINL float vf_least(vf a)
{
#if VW == 16 && defined(__AVX512F__)
    return _mm512_reduce_min_ps((__m512)a);
#else
    float x = a[0];
    for (int l = 1; l < VW; l++) {
        x = a[l] < x ? a[l] : x;
    }
    return x;
#endif
}
VINL float vf_most(vf a)
{
#if VW == 16 && defined(__AVX512F__)
    return _mm512_reduce_max_ps((__m512)a);
#else
    float x = a[0];
    for (int l = 1; l < VW; l++) {
        x = a[l] > x ? a[l] : x;
    }
    return x;
#endif
}
/* Store the lanes of v whose bits are set, one after the other, as 4-byte items. All VW of them may
 * be written: there must be room. */
VINL void lanes_pack(void *to, vi v, unsigned bits)
{
    if (bits == VM_ALL) {
        memcpy(to, &v, sizeof v);
        return;
    }
#if VW == 16 && defined(__AVX512F__)
    const vi packed = (vi)_mm512_maskz_compress_epi32((__mmask16)bits, (__m512i)v);
    memcpy(to, &packed, sizeof packed);
#else
    int32_t lane[VW];
    char *out = to;
    memcpy(lane, &v, sizeof v);
    for (; bits; bits &= bits - 1, out += sizeof *lane) {
        memcpy(out, &lane[__builtin_ctz(bits)], sizeof *lane);
    }
#endif
}
/* The low three bytes of every lane, one after the other; nothing beyond them is written. */
VINL void vi_store_rgb(void *p, vi v)
{
#if (VW == 16 && defined(__AVX512F__)) || (VW == 8 && defined(__AVX2__))
    const __m128i three = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
#endif
#if VW == 16 && defined(__AVX512F__)
    const __m512i pick = _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15);
    const __m512i packed = _mm512_shuffle_epi8((__m512i)v, _mm512_broadcast_i32x4(three));
    _mm512_mask_storeu_epi32(p, 0x0fff, _mm512_permutexvar_epi32(pick, packed));
#elif VW == 8 && defined(__AVX2__)
    const __m256i pick = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
    const __m256i packed = _mm256_shuffle_epi8((__m256i)v, _mm256_broadcastsi128_si256(three));
    _mm256_maskstore_epi32(p, _mm256_setr_epi32(-1, -1, -1, -1, -1, -1, 0, 0),
                           _mm256_permutevar8x32_epi32(packed, pick));
#else
    unsigned char *out = p;
    for (int l = 0; l < VW; l++) {
        const int32_t item = v[l];
        memcpy(out + 3 * l, &item, 3);
    }
#endif
}
/* table[index] for every lane. */
VINL vi vi_gather(const void *table, vi index)
{
#if VW == 16 && defined(__AVX512F__)
    return (vi)_mm512_i32gather_epi32((__m512i)index, table, 4);
#elif VW == 8 && defined(__AVX2__)
    return (vi)_mm256_i32gather_epi32(table, (__m256i)index, 4);
#else
    vi v = index;
    for (int l = 0; l < VW; l++) {
        v[l] = ((const int32_t *)table)[index[l]];
    }
    return v;
#endif
}
/* p[(l + odd) / 2] for lane l; VW items may be read. odd: 0 or 1. */
VINL vi vi_load_twice(const void *p, int odd)
{
#if VW == 16 && defined(__AVX512F__)
    const __m512i even = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    const __m512i next = _mm512_setr_epi32(0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8);
    return (vi)_mm512_permutexvar_epi32(odd ? next : even, _mm512_loadu_si512(p));
#elif VW == 8 && defined(__AVX2__)
    const __m256i even = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    const __m256i next = _mm256_setr_epi32(0, 1, 1, 2, 2, 3, 3, 4);
    return (vi)_mm256_permutevar8x32_epi32(_mm256_loadu_si256(p), odd ? next : even);
#else
    const int32_t *item = p;
    vi v = vi_set(0);
    for (int l = 0; l < VW; l++) {
        v[l] = item[(l + odd) / 2];
    }
    return v;
#endif
}
/* The same of the first eight items of a table that is at least as long as a vector. */
VINL vi vi_pick8(const void *table, vi index)
{
#if VW == 16 && defined(__AVX512F__)
    return (vi)_mm512_permutexvar_epi32((__m512i)index, _mm512_loadu_si512(table));
#elif VW == 8 && defined(__AVX2__)
    return (vi)_mm256_permutevar8x32_epi32(_mm256_loadu_si256(table), (__m256i)index);
#else
    return vi_gather(table, index);
#endif
}
VINL vf vf_pick8(const float *table, vi index)
{
    return vf_bits(vi_pick8(table, index));
}
/* floor for |x| < 2^31 */
VINL vf vf_floor(vf x)
{
#if VW == 16 && defined(__AVX512F__)
    return (vf)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif VW == 8 && defined(__AVX2__)
    return (vf)_mm256_floor_ps((__m256)x);
#else
    const vf t = vi_to_f(vf_trunc(x));
    return vf_sel(vf_lt(x, t), t - 1.0f, t);
#endif
}
VINL vf vf_lanes(void)
{
    static const float lane[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return vf_load(lane);
}
