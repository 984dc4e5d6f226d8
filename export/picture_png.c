/* picture_png.c - see picture_png.h. libpng's longjmp ends here: its simplified API returns
 * instead. */
#include "export/picture_png.h"
#include "base/fs.h"
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

reel_status reel_png_encode(const uint8_t *rgb, int width, int height, reel_bytes *out,
                            reel_error *err)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = (png_uint_32)width;
    image.height = (png_uint_32)height;
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    uint8_t *file = reel_bytes_reserve(out, size);
    if (!file) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = REEL_OK;
    if (png_image_write_to_memory(&image, file, &size, 0, rgb, 0, NULL)) {
        out->size += size;
    } else {
        status = reel_fail(err, REEL_E_INTERNAL, "libpng: %s", image.message);
    }
    png_image_free(&image);
    return status;
}

reel_status reel_png_write(const char *path, const uint8_t *rgb, int width, int height,
                           reel_error *err)
{
    reel_bytes file = {0};
    reel_status status = reel_png_encode(rgb, width, height, &file, err);
    status = status ? status : reel_fs_publish(path, file.data, file.size, err);
    reel_bytes_finish(&file);
    return status;
}

void reel_png_versions(char *png, char *zlib, size_t size)
{
    snprintf(png, size, "%s", png_get_libpng_ver(NULL));
    snprintf(zlib, size, "%s", zlibVersion());
}
