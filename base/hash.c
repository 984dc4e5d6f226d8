#include "base/hash.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static void put_hex(const uint8_t *bytes, int n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

static reel_xxh128 canonical(XXH128_hash_t h)
{
    XXH128_canonical_t form;
    reel_xxh128 out;
    XXH128_canonicalFromHash(&form, h);
    memcpy(out.bytes, form.digest, sizeof(out.bytes));
    return out;
}

reel_xxh128 reel_xxh128_of(const void *data, size_t size)
{
    return canonical(XXH3_128bits(data, size));
}

uint64_t reel_xxh64_of(const void *data, size_t size, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, size, seed);
}

void reel_xxh128_hex(reel_xxh128 h, char out[REEL_XXH128_HEX])
{
    put_hex(h.bytes, 16, out);
}

struct reel_xxh128_state {
    XXH3_state_t *xxh; /* the library's: its size is not part of its ABI */
};

reel_xxh128_state *reel_xxh128_create(void)
{
    reel_xxh128_state *s = reel_calloc(1, sizeof(*s));
    if (!s) {
        return NULL;
    }
    s->xxh = XXH3_createState();
    if (!s->xxh) {
        reel_free(s);
        return NULL;
    }
    XXH3_128bits_reset(s->xxh);
    return s;
}

void reel_xxh128_update(reel_xxh128_state *s, const void *data, size_t size)
{
    if (size > 0) {
        XXH3_128bits_update(s->xxh, data, size);
    }
}

reel_xxh128 reel_xxh128_digest(const reel_xxh128_state *s)
{
    return canonical(XXH3_128bits_digest(s->xxh));
}

void reel_xxh128_destroy(reel_xxh128_state **s)
{
    if (*s) {
        XXH3_freeState((*s)->xxh);
        reel_free(*s);
        *s = NULL;
    }
}

reel_sha256 reel_sha256_of(const void *data, size_t size)
{
    reel_sha256 out;
    unsigned n = 0;
    const int ok = EVP_Digest(data, size, out.bytes, &n, EVP_sha256(), NULL);
    assert(ok && n == sizeof(out.bytes)); /* fails only without memory for its few bytes */
    return out;
}

void reel_sha256_hex(reel_sha256 h, char out[REEL_SHA256_HEX])
{
    put_hex(h.bytes, 32, out);
}

reel_status reel_sha256_file(const char *path, reel_sha256 *out, uint64_t *size, reel_error *err)
{
    enum { CHUNK = 1 << 16 };
    reel_status status = REEL_OK;
    reel_sha256 h;
    uint64_t total = 0;
    bool is_hashed = true;
    uint8_t *chunk = reel_alloc(CHUNK);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    /* a dataset from elsewhere may hold pipes or links to devices, which never end */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot open: %s", strerror(errno));
        goto fail;
    }
    if (!S_ISREG(st.st_mode)) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "not a regular file");
        goto fail;
    }
    if (!chunk || !ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)) {
        status = reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
        goto fail;
    }
    for (;;) {
        const ssize_t n = read(fd, chunk, CHUNK);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            status =
                reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot read: %s", strerror(errno));
            goto fail;
        }
        if (n == 0) {
            break;
        }
        is_hashed = is_hashed && EVP_DigestUpdate(ctx, chunk, (size_t)n);
        total += (uint64_t)n;
    }
    if (!is_hashed || !EVP_DigestFinal_ex(ctx, h.bytes, NULL)) {
        status = reel_fail_at(err, REEL_E_INTERNAL, path, 0, NULL, "OpenSSL cannot hash it");
        goto fail;
    }
    *out = h;
    *size = total;
fail:
    if (fd >= 0) {
        close(fd);
    }
    EVP_MD_CTX_free(ctx);
    reel_free(chunk);
    return status;
}
