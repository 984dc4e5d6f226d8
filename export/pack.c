/* pack.c - from records to the clips layout, stage by stage; see pack.h. */
#include "export/pack.h"
#include "export/pack_internal.h"
#include <stdio.h>
#include <string.h>

reel_pack_options reel_pack_options_default(void)
{
    return (reel_pack_options){.name = "physreel clips",
                               .command = "",
                               .license = "cc-by-4.0",
                               .folder_entries = REEL_FOLDER_ENTRIES};
}

reel_status reel_pack_no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory while packing");
}

void reel_pack_path(const reel_packer *p, const char *name, char out[REEL_PATH_MAX])
{
    reel_fs_join(out, REEL_PATH_MAX, p->root, name);
}

reel_status reel_pack_make_parent(const char *path, reel_error *err)
{
    char dir[REEL_PATH_MAX];
    snprintf(dir, sizeof(dir), "%s", path);
    *strrchr(dir, '/') = 0;
    return reel_fs_make_dirs(dir, err);
}

reel_status reel_pack_clips(const char *root, const char *const *record_dirs, int n,
                            const reel_pack_options *options, reel_error *err)
{
    reel_packer p = {.root = root, .options = options};
    reel_status status =
        n < 1 ? reel_fail(err, REEL_E_CONFLICT, "there are no clips to pack") : REEL_OK;
    if (!status) {
        status = reel_pack_gather(&p, record_dirs, n, err);
    }
    if (!status) {
        status = reel_pack_move(&p, err);
    }
    if (!status) {
        status = reel_pack_tables(&p, err);
    }
    if (!status) {
        status = reel_pack_finish(&p, err);
    }
    reel_facts_finish(&p.facts);
    reel_manifest_files_finish(&p.files);
    reel_trainers_destroy(&p.trainers);
    reel_arena_finish(&p.arena);
    return status;
}
