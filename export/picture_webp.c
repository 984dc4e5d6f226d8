/* picture_webp.c - see picture_webp.h; the only file that talks to libwebp. */
#include "export/picture_webp.h"
#include "base/alloc.h"
#include "base/fs.h"
#include <stdio.h>
#include <webp/encode.h>
#include <webp/mux.h>

enum { QUALITY = 72, METHOD = 4, KEY_EVERY = 24 };

struct reel_webp {
    WebPAnimEncoder *encoder;
    WebPConfig config;
    int width, height, time; /* ms so far */
};

static reel_status failed(const char *what, const char *why, reel_error *err)
{
    return reel_fail(err, REEL_E_INTERNAL, "libwebp cannot %s: %s", what, why);
}

reel_status reel_webp_create(int width, int height, reel_webp **out, reel_error *err)
{
    WebPAnimEncoderOptions options;
    reel_webp *webp = reel_calloc(1, sizeof *webp);
    if (!webp) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    webp->width = width;
    webp->height = height;
    if (!WebPAnimEncoderOptionsInit(&options) || !WebPConfigInit(&webp->config)) {
        reel_free(webp);
        return failed("begin", "another version than it was built with", err);
    }
    options.anim_params.loop_count = 0;
    options.kmin = KEY_EVERY / 2;
    options.kmax = KEY_EVERY;
    webp->config.quality = QUALITY;
    webp->config.method = METHOD;
    webp->config.thread_level = 0;
    webp->encoder = WebPAnimEncoderNew(width, height, &options);
    if (!webp->encoder) {
        reel_free(webp);
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    *out = webp;
    return REEL_OK;
}

reel_status reel_webp_add(reel_webp *webp, const uint8_t *rgb, int milliseconds, reel_error *err)
{
    WebPPicture picture;
    if (!WebPPictureInit(&picture)) {
        return failed("begin", "another version than it was built with", err);
    }
    picture.use_argb = 1;
    picture.width = webp->width;
    picture.height = webp->height;
    if (!WebPPictureImportRGB(&picture, rgb, 3 * webp->width)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    const int ok = WebPAnimEncoderAdd(webp->encoder, &picture, webp->time, &webp->config);
    WebPPictureFree(&picture);
    webp->time += milliseconds;
    return ok ? REEL_OK : failed("encode", WebPAnimEncoderGetError(webp->encoder), err);
}

reel_status reel_webp_publish(reel_webp *webp, const char *path, reel_error *err)
{
    WebPData data;
    WebPDataInit(&data);
    if (!WebPAnimEncoderAdd(webp->encoder, NULL, webp->time, NULL) ||
        !WebPAnimEncoderAssemble(webp->encoder, &data)) {
        return failed("finish", WebPAnimEncoderGetError(webp->encoder), err);
    }
    const reel_status status = reel_fs_publish(path, data.bytes, data.size, err);
    WebPDataClear(&data);
    return status;
}

void reel_webp_destroy(reel_webp **webp)
{
    if (*webp) {
        WebPAnimEncoderDelete((*webp)->encoder);
        reel_free(*webp);
        *webp = NULL;
    }
}

void reel_webp_version(char *out, size_t size)
{
    const int v = WebPGetEncoderVersion();
    snprintf(out, size, "%d.%d.%d", v >> 16 & 0xff, v >> 8 & 0xff, v & 0xff);
}
