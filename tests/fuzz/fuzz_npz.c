/*
 * fuzz_npz.c - any bytes as a file of arrays, or as one array of such a file.
 *
 * What is refused has a status and a message; what is read has as many bytes as its shape says.
 */
#include "base/alloc.h"
#include "export/npz.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/zip_input.h"

static void read_array(reel_npz *npz, const char *name)
{
    reel_npz_array a;
    reel_error err = {0};
    const reel_status status = reel_npz_read(npz, name, &a, &err);
    if (status != REEL_OK) {
        must(err.status == status && err.msg[0] && err.file[0], "a refusal says why");
        return;
    }
    size_t n = (size_t)(a.dtype[2] - '0');
    for (int i = 0; i < a.n_dims; i++) {
        n *= (size_t)a.shape[i];
    }
    must(n == a.bytes, "the bytes are those of the shape");
    unsigned sum = 0;
    for (size_t i = 0; i < a.bytes; i++) {
        sum += ((const unsigned char *)a.data)[i];
    }
    must(sum <= 255u * (unsigned)a.bytes, "every byte can be read");
    reel_free_aligned(a.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    reel_npz *npz = NULL;
    reel_error err = {0};
    const int fd = zip_input(data, size, NULL, "x.npy", path);
    const reel_status status = reel_npz_open(path, &npz, &err);
    for (int i = 0; status == REEL_OK && i < reel_npz_count(npz); i++) {
        read_array(npz, reel_npz_name(npz, i));
    }
    must(status == REEL_OK || (!npz && err.msg[0]), "a refusal says why");
    reel_npz_close(&npz);
    close(fd);
    return 0;
}
