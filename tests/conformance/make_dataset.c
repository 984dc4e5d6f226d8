/* Packs a synthetic dataset (tests/clip_fixture.h) for the readers in this folder:
 * make_dataset DIR [CLIPS]. Every fourth clip is in the split "test"; odd clips have two cameras.
 */
#include "base/fs.h"
#include "export/pack.h"
#include "tests/clip_fixture.h"

static reel_status make_clip(const char *dir, int index, int n_cameras, bool colour,
                             reel_error *err)
{
    char id[64], path[REEL_PATH_MAX];
    snprintf(id, sizeof(id), "fixture_%06d", index);
    reel_fs_join(path, sizeof(path), dir, id);
    reel_scene *scene = fixture_scene(64, 48, 24, 13);
    reel_take *take = fixture_take(scene);
    reel_record_options options = fixture_options(scene, n_cameras);
    options.clip_id = id;
    options.split = index % 4 == 3 ? "test" : "train";
    options.index = (uint64_t)index;
    options.colour = colour;
    const reel_status status = fixture_record(path, scene, take, &options, err);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return status;
}

int main(int argc, char **argv)
{
    const bool colour = argc < 4 || strcmp(argv[3], "no-colour") != 0;
    if (argc < 2 || argc > 4 || (argc == 4 && colour)) {
        fprintf(stderr, "usage: make_dataset DIR [CLIPS [no-colour]]\n");
        return 64;
    }
    enum { MAX_CLIPS = 64 };
    const int n = argc > 2 ? atoi(argv[2]) : 4;
    char work[REEL_PATH_MAX], paths[MAX_CLIPS][REEL_PATH_MAX];
    const char *dirs[MAX_CLIPS];
    reel_error err = {0};
    reel_fs_join(work, sizeof(work), argv[1], ".work");
    reel_status status = n < 1 || n > MAX_CLIPS ? reel_fail(&err, REEL_E_USAGE, "1 to 64 clips")
                                                : reel_fs_make_dirs(work, &err);
    for (int i = 0; status == REEL_OK && i < n; i++) {
        char id[64];
        snprintf(id, sizeof(id), "fixture_%06d", i);
        reel_fs_join(paths[i], sizeof(paths[i]), work, id);
        dirs[i] = paths[i];
        status = make_clip(work, i, 1 + i % 2, colour, &err);
    }
    reel_pack_options options = reel_pack_options_default();
    options.name = "Fixture: \"two\" balls";
    options.command = "physreel run fixture --count 4";
    if (status == REEL_OK) {
        status = reel_pack_clips(argv[1], dirs, n, &options, &err);
    }
    if (status == REEL_OK) {
        status = reel_fs_remove_tree(work, &err);
    }
    if (status != REEL_OK) {
        char text[1024];
        reel_error_format(&err, text, sizeof(text));
        fprintf(stderr, "%s\n", text);
    }
    return reel_exit_status(status);
}
