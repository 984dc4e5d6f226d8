/* digest.c - see digest.h */
#include "base/digest.h"
#include "base/hash.h"
#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void to_hex(const uint8_t *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
}

static reel_status refused(const char *name, reel_error *err)
{
    return reel_fail(err, REEL_E_INTERNAL, "the cryptographic library refuses %s", name);
}

reel_status reel_git_blob_id(const void *data, size_t size, char out[REEL_SHA1_HEX],
                             reel_error *err)
{
    uint8_t digest[20];
    char head[40];
    unsigned n = 0;
    const int head_size = snprintf(head, sizeof head, "blob %zu", size) + 1;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    const bool ok = md && EVP_DigestInit_ex(md, EVP_sha1(), NULL) &&
                    EVP_DigestUpdate(md, head, (size_t)head_size) &&
                    (size == 0 || EVP_DigestUpdate(md, data, size)) &&
                    EVP_DigestFinal_ex(md, digest, &n) && n == sizeof digest;
    EVP_MD_CTX_free(md);
    if (!ok) {
        return refused("SHA-1", err);
    }
    to_hex(digest, sizeof digest, out);
    return REEL_OK;
}

static reel_status digest_slice(const EVP_MD *kind, const char *name, int fd, uint64_t offset,
                                uint64_t size, char *out, reel_error *err)
{
    uint8_t buffer[1 << 15];
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    reel_status status = REEL_OK;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok = md && EVP_DigestInit_ex(md, kind, NULL);
    while (ok && !status && size > 0) {
        const size_t want = size < sizeof buffer ? (size_t)size : sizeof buffer;
        const ssize_t got = pread(fd, buffer, want, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            status = reel_fail(err, REEL_E_IO, "cannot read at byte %" PRIu64 ": %s", offset,
                               got < 0 ? strerror(errno) : "the file ends before");
            break;
        }
        ok = EVP_DigestUpdate(md, buffer, (size_t)got);
        offset += (uint64_t)got;
        size -= (uint64_t)got;
    }
    ok = ok && (status || EVP_DigestFinal_ex(md, digest, &n));
    EVP_MD_CTX_free(md);
    if (!status && !ok) {
        status = refused(name, err);
    }
    if (!status) {
        to_hex(digest, n, out);
    }
    return status;
}

reel_status reel_md5_of_slice(int fd, uint64_t offset, uint64_t size, char out[REEL_MD5_HEX],
                              reel_error *err)
{
    return digest_slice(EVP_md5(), "MD5", fd, offset, size, out, err);
}

reel_status reel_sha256_of_slice(int fd, uint64_t offset, uint64_t size, char *out, reel_error *err)
{
    return digest_slice(EVP_sha256(), "SHA-256", fd, offset, size, out, err);
}
