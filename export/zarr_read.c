#include "export/filters.h"
#include "export/zarr.h"
#include "export/zip.h"

#include "base/json.h"
#include "base/scene.h"

#include <blosc.h>
#include <stdio.h>
#include <string.h>

typedef struct array_info {
    bool has_blosc, has_delta;
    char separator; /* of chunk keys: '.' or '/' */
} array_info;

struct reel_zarr {
    reel_zip *zip;
    char *path;
    reel_planes planes;
    int frames, width, height;
    double depth_scale;
    array_info arrays[REEL_PLANE_COUNT];
    uint8_t *packed; /* grows to the largest chunk */
    size_t packed_room;
};

/* "depth/.zarray": says what is wrong with it. */
static reel_status bad_array(const reel_zarr *zarr, const char *plane, const char *what,
                             reel_error *err)
{
    return reel_fail_at(err, REEL_E_CONFLICT, zarr->path, 0, plane, "%s", what);
}

static reel_status no_memory(const char *path, reel_error *err)
{
    return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
}

/* Parse the JSON entry `name`; *out is NULL if there is no such entry. */
static reel_status read_json(reel_zarr *zarr, const char *name, reel_json **out, reel_error *err)
{
    enum { MOST = 1 << 20 };
    const int entry = reel_zip_find(zarr->zip, name);
    *out = NULL;
    if (entry < 0) {
        return REEL_OK;
    }
    const size_t size = reel_zip_size(zarr->zip, entry);
    if (size > MOST) {
        return bad_array(zarr, name, "too large for metadata", err);
    }
    char *text = reel_alloc(size + 1);
    if (!text) {
        return no_memory(zarr->path, err);
    }
    reel_error why = {0};
    reel_status status = reel_zip_read(zarr->zip, entry, text, err);
    if (status == REEL_OK) {
        status = reel_json_parse(text, size, name, out, &why);
        if (status == REEL_E_SCENE) {
            status = bad_array(zarr, name, why.msg, err);
        } else if (status != REEL_OK) {
            status = no_memory(zarr->path, err);
        }
    }
    reel_free(text);
    return status;
}

static bool get_int(const reel_json *array, size_t i, int64_t *out)
{
    const reel_json *v = reel_json_at(array, i);
    return v && reel_json_to_int(v, out);
}

static bool is_text(const reel_json *object, const char *key, const char *want)
{
    const reel_json *v = reel_json_get(object, key);
    const char *text = v ? reel_json_to_string(v) : NULL;
    return text && strcmp(text, want) == 0;
}

static bool is_absent(const reel_json *v)
{
    return !v || reel_json_type_of(v) == REEL_JSON_NULL;
}

/* Frames, height and width out of "shape"; they must be those of the planes before. */
static const char *check_shape(reel_zarr *zarr, const reel_plane_info *info, const reel_json *meta)
{
    const reel_json *shape = reel_json_get(meta, "shape"), *chunks = reel_json_get(meta, "chunks");
    const size_t n = info->channels > 1 ? 4 : 3;
    int64_t s[4] = {0}, c = 0;
    if (!shape || !chunks || reel_json_count(shape) != n || reel_json_count(chunks) != n) {
        return "wrong number of axes";
    }
    for (size_t i = 0; i < n; i++) {
        if (!get_int(shape, i, &s[i]) || !get_int(chunks, i, &c) || c != (i == 0 ? 1 : s[i])) {
            return "its chunks are not one whole frame each";
        }
    }
    const int64_t height = s[n - 2], width = s[n - 1];
    if (s[0] < 1 || s[0] > REEL_MAX_FRAMES || height < 1 || height > REEL_MAX_SIDE || width < 1 ||
        width > REEL_MAX_SIDE || (n == 4 && s[1] != info->channels)) {
        return "sizes out of range";
    }
    if (zarr->planes == 0) {
        zarr->frames = (int)s[0];
        zarr->height = (int)height;
        zarr->width = (int)width;
    }
    return zarr->frames == s[0] && zarr->height == height && zarr->width == width
               ? NULL
               : "another size than the planes before";
}

static const char *check_codecs(array_info *array, const reel_plane_info *info,
                                const reel_json *meta)
{
    const reel_json *filters = reel_json_get(meta, "filters");
    const reel_json *compressor = reel_json_get(meta, "compressor");
    array->has_delta = !is_absent(filters) && reel_json_count(filters) > 0;
    if (array->has_delta) {
        const reel_json *f = reel_json_at(filters, 0);
        if (!f || reel_json_count(filters) != 1 || !is_text(f, "id", "delta") ||
            !is_text(f, "dtype", info->dtype) ||
            (!is_absent(reel_json_get(f, "astype")) && !is_text(f, "astype", info->dtype))) {
            return "a filter other than Delta of its own type";
        }
    }
    array->has_blosc = !is_absent(compressor);
    return !array->has_blosc || is_text(compressor, "id", "blosc")
               ? NULL
               : "a compressor other than Blosc";
}

static const char *check_array(reel_zarr *zarr, reel_plane plane, const reel_json *meta)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    array_info *array = &zarr->arrays[plane];
    int64_t version = 0;
    const reel_json *v = reel_json_get(meta, "zarr_format");
    if (!v || !reel_json_to_int(v, &version) || version != 2) {
        return "not Zarr format 2";
    }
    if (!is_text(meta, "dtype", info->dtype) || !is_text(meta, "order", "C")) {
        return "another type or order than the plane has";
    }
    const reel_json *separator = reel_json_get(meta, "dimension_separator");
    array->separator =
        is_absent(separator) || is_text(meta, "dimension_separator", ".") ? '.' : '/';
    if (array->separator == '/' && !is_text(meta, "dimension_separator", "/")) {
        return "unknown dimension_separator";
    }
    const char *wrong = check_shape(zarr, info, meta);
    return wrong ? wrong : check_codecs(array, info, meta);
}

static reel_status read_depth_scale(reel_zarr *zarr, reel_error *err)
{
    reel_json *attributes = NULL;
    reel_status status = read_json(zarr, "depth/.zattrs", &attributes, err);
    if (status != REEL_OK) {
        return status;
    }
    const reel_json *scale = attributes ? reel_json_get(attributes, "scale") : NULL;
    if (!scale || !reel_json_to_real(scale, &zarr->depth_scale) || !(zarr->depth_scale > 0)) {
        status = bad_array(zarr, "depth", "has no attribute scale > 0", err);
    }
    reel_json_destroy(&attributes);
    return status;
}

static reel_status read_arrays(reel_zarr *zarr, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int p = 1; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        char name[64];
        const char *plane = reel_plane_get_info((reel_plane)p)->name;
        snprintf(name, sizeof(name), "%s/.zarray", plane);
        reel_json *meta = NULL;
        status = read_json(zarr, name, &meta, err);
        if (status == REEL_OK && meta) {
            const char *wrong = check_array(zarr, (reel_plane)p, meta);
            status = wrong ? bad_array(zarr, plane, wrong, err) : REEL_OK;
            zarr->planes |= REEL_PLANE_BIT(p);
        }
        reel_json_destroy(&meta);
    }
    if (status == REEL_OK && zarr->planes == 0) {
        status = reel_fail_at(err, REEL_E_CONFLICT, zarr->path, 0, NULL,
                              "not a label store: no plane of ours is in it");
    }
    if (status == REEL_OK && zarr->planes & REEL_PLANE_BIT(REEL_PLANE_DEPTH)) {
        status = read_depth_scale(zarr, err);
    }
    return status;
}

reel_status reel_zarr_open(const char *path, reel_zarr **out, reel_error *err)
{
    reel_zarr *zarr = reel_calloc(1, sizeof(*zarr));
    const size_t path_size = strlen(path) + 1;
    if (!zarr || !(zarr->path = reel_alloc(path_size))) {
        reel_zarr_close(&zarr);
        return no_memory(path, err);
    }
    memcpy(zarr->path, path, path_size);
    reel_status status = reel_zip_open(path, &zarr->zip, err);
    if (status == REEL_OK) {
        status = read_arrays(zarr, err);
    }
    if (status != REEL_OK) {
        reel_zarr_close(&zarr);
        return status;
    }
    *out = zarr;
    return REEL_OK;
}

void reel_zarr_close(reel_zarr **zarr)
{
    if (*zarr) {
        reel_zip_close(&(*zarr)->zip);
        reel_free((*zarr)->packed);
        reel_free((*zarr)->path);
        reel_free(*zarr);
        *zarr = NULL;
    }
}

reel_planes reel_zarr_planes(const reel_zarr *zarr)
{
    return zarr->planes;
}

int reel_zarr_frames(const reel_zarr *zarr)
{
    return zarr->frames;
}

int reel_zarr_width(const reel_zarr *zarr)
{
    return zarr->width;
}

int reel_zarr_height(const reel_zarr *zarr)
{
    return zarr->height;
}

double reel_zarr_depth_scale(const reel_zarr *zarr)
{
    return zarr->depth_scale;
}

static reel_status bad_chunk(const reel_zarr *zarr, const reel_plane_info *info, int frame,
                             const char *what, reel_error *err)
{
    return reel_fail_at(err, REEL_E_CONFLICT, zarr->path, 0, info->name, "frame %d: %s", frame,
                        what);
}

static reel_status read_plain(reel_zarr *zarr, const reel_plane_info *info, int entry, int frame,
                              void *out, size_t bytes, reel_error *err)
{
    if (reel_zip_size(zarr->zip, entry) != bytes) {
        return bad_chunk(zarr, info, frame, "a chunk of another size", err);
    }
    return reel_zip_read(zarr->zip, entry, out, err);
}

static reel_status read_blosc(reel_zarr *zarr, const reel_plane_info *info, int entry, int frame,
                              void *out, size_t bytes, reel_error *err)
{
    const size_t size = reel_zip_size(zarr->zip, entry);
    size_t unpacked = 0;
    if (size < BLOSC_MIN_HEADER_LENGTH || size > bytes + BLOSC_MAX_OVERHEAD + 4096) {
        return bad_chunk(zarr, info, frame, "a chunk of another size", err);
    }
    if (size > zarr->packed_room) {
        uint8_t *grown = reel_realloc(zarr->packed, size);
        if (!grown) {
            return no_memory(zarr->path, err);
        }
        zarr->packed = grown;
        zarr->packed_room = size;
    }
    const reel_status status = reel_zip_read(zarr->zip, entry, zarr->packed, err);
    if (status != REEL_OK) {
        return status;
    }
    if (blosc_cbuffer_validate(zarr->packed, size, &unpacked) != 0 || unpacked != bytes) {
        return bad_chunk(zarr, info, frame, "not a Blosc chunk of the plane's size", err);
    }
    const int got = blosc_decompress_ctx(zarr->packed, out, bytes, 1);
    return got >= 0 && (size_t)got == bytes
               ? REEL_OK
               : bad_chunk(zarr, info, frame, "a damaged Blosc chunk", err);
}

static reel_status read_plane(reel_zarr *zarr, reel_plane plane, int frame, reel_frame *out,
                              reel_error *err)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    const array_info *array = &zarr->arrays[plane];
    if (!(zarr->planes & REEL_PLANE_BIT(plane))) {
        return bad_array(zarr, info->name, "is not in the store", err);
    }
    const char s = array->separator;
    char name[64];
    int n = snprintf(name, sizeof(name), "%s/%d%c0%c0", info->name, frame, s, s);
    if (info->channels > 1) {
        n += snprintf(name + n, sizeof(name) - (size_t)n, "%c0", s);
    }
    const int entry = reel_zip_find(zarr->zip, name);
    if (entry < 0) {
        return bad_chunk(zarr, info, frame, "has no chunk", err);
    }
    const size_t bytes = reel_plane_bytes(plane, zarr->width, zarr->height);
    void *data = out->plane[plane];
    const reel_status status = array->has_blosc
                                   ? read_blosc(zarr, info, entry, frame, data, bytes, err)
                                   : read_plain(zarr, info, entry, frame, data, bytes, err);
    if (status == REEL_OK && array->has_delta) {
        reel_delta_decode(data, bytes, info->itemsize);
    }
    return status;
}

reel_status reel_zarr_read(reel_zarr *zarr, int frame, reel_frame *out, reel_error *err)
{
    if (frame < 0 || frame >= zarr->frames || out->width != zarr->width ||
        out->height != zarr->height) {
        return reel_fail_at(err, REEL_E_CONFLICT, zarr->path, 0, NULL,
                            "holds %d frames of %d x %d; frame %d of %d x %d was asked for",
                            zarr->frames, zarr->width, zarr->height, frame, out->width,
                            out->height);
    }
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (out->planes & REEL_PLANE_BIT(p)) {
            const reel_status status = read_plane(zarr, (reel_plane)p, frame, out, err);
            if (status != REEL_OK) {
                return status;
            }
        }
    }
    return REEL_OK;
}
