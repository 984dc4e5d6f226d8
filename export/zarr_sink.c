#include "export/chunk.h"
#include "export/sink_internal.h"
#include "export/zarr_internal.h"
#include "export/zip.h"

#include <blosc.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

typedef struct zarr_sink {
    reel_sink base;
    reel_planes planes;
    reel_zip_writer *zip;
    char *path;
    reel_chunk_packer *packer;
} zarr_sink;

static reel_status no_memory(const char *path, reel_error *err)
{
    return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
}

/* Takes `value` over. */
static reel_status add_json(zarr_sink *zarr, const char *name, reel_json *value, reel_error *err)
{
    size_t size = 0;
    char *text = value ? reel_json_pretty(value, &size) : NULL;
    const reel_status status =
        text ? reel_zip_add(zarr->zip, name, text, size, err) : no_memory(zarr->path, err);
    reel_free(text);
    reel_json_destroy(&value);
    return status;
}

/* All that is known before the first frame: a reader that streams the file meets it first. */
static reel_status add_metadata(zarr_sink *zarr, const reel_stream_desc *desc, reel_error *err)
{
    char name[64];
    reel_json *group = reel_json_object();
    if (group && !reel_json_put(group, "zarr_format", reel_json_int(2))) {
        reel_json_destroy(&group);
    }
    reel_status status = add_json(zarr, ".zgroup", group, err);
    if (status == REEL_OK) {
        status = add_json(zarr, ".zattrs", reel_zarr_group_attributes(desc), err);
    }
    for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        if (!(zarr->planes & REEL_PLANE_BIT(p))) {
            continue;
        }
        snprintf(name, sizeof(name), "%s/.zarray", reel_plane_get_info((reel_plane)p)->name);
        status = add_json(zarr, name, reel_zarr_array((reel_plane)p, desc), err);
        if (status == REEL_OK) {
            snprintf(name, sizeof(name), "%s/.zattrs", reel_plane_get_info((reel_plane)p)->name);
            status = add_json(zarr, name, reel_zarr_attributes((reel_plane)p, desc), err);
        }
    }
    return status;
}

static reel_status write_chunk(zarr_sink *zarr, reel_plane plane, const reel_frame *frame,
                               reel_error *err)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    const size_t bytes = reel_plane_bytes(plane, frame->width, frame->height);
    const uint8_t *packed = NULL;
    size_t size = 0;
    assert(frame->planes & REEL_PLANE_BIT(plane));
    reel_error why = {0};
    const reel_status status =
        reel_chunk_pack(zarr->packer, info, frame->plane[plane], bytes, &packed, &size, &why);
    if (status != REEL_OK) {
        return reel_fail_at(err, status, zarr->path, 0, info->name, "cannot pack frame %d: %s",
                            zarr->base.next, why.msg);
    }
    char name[64];
    snprintf(name, sizeof(name), "%s/%d.0.0%s", info->name, zarr->base.next,
             info->channels > 1 ? ".0" : "");
    return reel_zip_add(zarr->zip, name, packed, size, err);
}

static reel_status zarr_write(reel_sink *sink, const reel_frame *frame, reel_error *err)
{
    zarr_sink *zarr = (zarr_sink *)sink;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (zarr->planes & REEL_PLANE_BIT(p)) {
            const reel_status status = write_chunk(zarr, (reel_plane)p, frame, err);
            if (status != REEL_OK) {
                return status;
            }
        }
    }
    return REEL_OK;
}

static reel_status zarr_close(reel_sink *sink, reel_error *err)
{
    return reel_zip_finish(((zarr_sink *)sink)->zip, err);
}

static void zarr_destroy(reel_sink *sink)
{
    zarr_sink *zarr = (zarr_sink *)sink;
    reel_zip_writer_destroy(&zarr->zip); /* removes a file that is not whole */
    reel_chunk_packer_destroy(&zarr->packer);
    reel_free(zarr->path);
    reel_free(zarr);
}

static const reel_sink_vtable zarr_vtable = {zarr_write, zarr_close, zarr_destroy};

reel_status reel_zarr_sink_open(const char *path, const reel_stream_desc *desc, reel_planes planes,
                                reel_sink **out, reel_error *err)
{
    assert((planes & ~REEL_PLANES_LABELS) == 0 && planes != 0);
    reel_status status = REEL_OK;
    size_t largest = 0;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        const size_t bytes = reel_plane_bytes((reel_plane)p, desc->width, desc->height);
        largest = planes & REEL_PLANE_BIT(p) && bytes > largest ? bytes : largest;
    }
    assert(largest > 0 && largest <= BLOSC_MAX_BUFFERSIZE);
    zarr_sink *zarr = reel_calloc(1, sizeof(*zarr));
    if (!zarr) {
        return no_memory(path, err);
    }
    const size_t path_size = strlen(path) + 1;
    zarr->base = (reel_sink){.vtable = &zarr_vtable,
                             .width = desc->width,
                             .height = desc->height,
                             .frames = desc->frames};
    zarr->planes = planes;
    zarr->path = reel_alloc(path_size);
    zarr->packer = reel_chunk_packer_create(largest);
    if (!zarr->path || !zarr->packer) {
        status = no_memory(path, err);
        goto fail;
    }
    memcpy(zarr->path, path, path_size);
    status = reel_zip_create(path, &zarr->zip, err);
    if (status == REEL_OK) {
        status = add_metadata(zarr, desc, err);
    }
    if (status != REEL_OK) {
        goto fail;
    }
    *out = &zarr->base;
    return REEL_OK;
fail:
    zarr_destroy(&zarr->base);
    return status;
}

void reel_zarr_codec_versions(char *blosc, char *zstd, size_t size)
{
    snprintf(blosc, size, "%s", blosc_get_version_string());
    snprintf(zstd, size, "%s", ZSTD_versionString()); /* Blosc tells what it was built with */
}
