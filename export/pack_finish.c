/* pack_finish.c - the card and the manifest of the clips layout. */
#include "export/pack_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files in the root that the caller put there, such as a contact sheet, belong to the dataset. */
static reel_status put_extras(reel_packer *p, reel_error *err)
{
    reel_name_list names;
    reel_status status = reel_pack_list(p, p->root, &names, err);
    for (int i = 0; !status && i < names.n; i++) {
        char path[REEL_PATH_MAX];
        const char *name = names.names[i];
        reel_pack_path(p, name, path);
        if (name[0] == '.' || reel_fs_is_dir(path) || strcmp(name, "README.md") == 0 ||
            strcmp(name, "manifest.json") == 0) {
            continue;
        }
        reel_card_learn_file(name, &p->strip, &p->picture, &p->has_plan);
        status = reel_manifest_put_hashed(&p->files, p->root, name, err);
    }
    return status;
}

static reel_status write_card(reel_packer *p, reel_error *err)
{
    reel_layout_card own = {0};
    reel_pack_card(p, &own);
    const reel_card card = {
        .name = p->options->name,
        .command = p->options->command,
        .license = p->options->license,
        .strip = p->strip,
        .picture = p->picture,
        .has_plan = p->has_plan,
        .tables = true,
        .colour_tables = p->traits.colour,
        .bytes = reel_manifest_bytes(&p->files),
        .facts = &p->facts,
        .layout = &own,
    };
    reel_status status = reel_card_write(p->root, &card, err);
    reel_layout_card_finish(&own);
    return status ? status : reel_manifest_put_hashed(&p->files, p->root, "README.md", err);
}

/* ---- manifest ---------------------------------------------------------------------------------
 */

static reel_json *clip_json(const reel_packer *p, const reel_pack_clip *clip)
{
    char seed[24];
    snprintf(seed, sizeof(seed), "%" PRIu64, clip->seed);
    reel_json *entry = reel_json_object();
    bool ok = entry && reel_json_put(entry, "clip_id", reel_json_string(clip->id)) &&
              reel_json_put(entry, "family", reel_json_string(clip->family)) &&
              reel_json_put(entry, "folder", reel_json_int(clip->place.folder)) &&
              reel_json_put(entry, "index", reel_json_int((int64_t)clip->index)) &&
              reel_json_put(entry, "seed", reel_json_string(seed)) &&
              reel_json_put(entry, "split", reel_json_string(p->splits[clip->split].name));
    if (!ok) {
        reel_json_destroy(&entry);
    }
    return entry;
}

static reel_status write_manifest(reel_packer *p, reel_error *err)
{
    reel_json *clips = reel_json_array();
    bool ok = clips != NULL;
    for (int i = 0; ok && i < p->n_clips; i++) {
        ok = reel_json_push(clips, clip_json(p, &p->clips[i]));
    }
    if (!ok) {
        reel_json_destroy(&clips);
        return reel_pack_no_memory(err);
    }
    const reel_manifest_facts facts = {
        .layout = "clips",
        .name = p->options->name,
        .command = p->options->command,
        .license = p->options->license,
        .colour = p->traits.colour,
        .clips = clips,
    };
    return reel_manifest_write(p->root, &facts, &p->files, err);
}

reel_status reel_pack_finish(reel_packer *p, reel_error *err)
{
    reel_status (*const steps[])(reel_packer *, reel_error *) = {put_extras, write_card,
                                                                 write_manifest};
    reel_status status = REEL_OK;
    for (size_t i = 0; !status && i < sizeof(steps) / sizeof(steps[0]); i++) {
        status = steps[i](p, err);
    }
    return status;
}
