/* A synthetic dataset of many long clips (tests/clip_fixture.h) for the robot layout's limits:
 * make_robot_clips DIR CLIPS. A minute each at a frame a second, two cameras, splits taken in
 * turns, two forces that act in all of them and one that acts in every other. */
#include "base/fs.h"
#include "export/pack.h"
#include "tests/clip_fixture.h"

enum { FRAMES = 60, WIDTH = 64, HEIGHT = 48, MAX_CLIPS = 64, FORCES = 200 };

static reel_take *make_take(const reel_scene *scene, int index)
{
    reel_take *plain = fixture_take(scene);
    reel_take *take = reel_take_create(scene, FORCES + index % 2);
    for (int c = 0; c < take->n_channels; c++) {
        const char *name =
            reel_arena_printf(&take->arena, c < FORCES ? "push %d.force.x" : "wind %d.force.z", c);
        take->channels[c] = (reel_channel){name, "N"};
        for (int i = 1; i < take->n_samples; i++) {
            take->channel[i * take->n_channels + c] = (c + 1) * 0.5 * ((i * 7 + index) % 11 - 5);
        }
    }
    for (int i = 0; i < take->n_samples * take->n_bodies; i++) {
        memcpy(&take->position[3 * i], &plain->position[3 * i], 3 * sizeof(double));
        take->position[3 * i + 1] = 0.25 * index;
        take->rotation[4 * i] = 1;
        take->state[i] = REEL_STATE_PRESENT;
    }
    take->n_states = take->n_samples;
    reel_take_destroy(&plain);
    return take;
}

static reel_status make_clip(const char *dir, int index, reel_error *err)
{
    static const char *const splits[] = {"train", "train", "validation", "train"};
    char id[64], path[REEL_PATH_MAX], prompt[64];
    snprintf(id, sizeof(id), "fixture_%06d", index);
    snprintf(prompt, sizeof(prompt), "Two balls, case %d.", index % 5);
    reel_fs_join(path, sizeof(path), dir, id);
    reel_scene *scene = fixture_scene(WIDTH, HEIGHT, 1, FRAMES);
    scene->caption_prompt = prompt;
    reel_take *take = make_take(scene, index);
    reel_record_options options = fixture_options(scene, 2);
    options.clip_id = id;
    options.split = splits[index % 4];
    options.index = (uint64_t)index;
    options.labels = REEL_PLANE_BIT(REEL_PLANE_DEPTH);
    options.video.keyint = 1;
    options.video.crf = 6; /* large files of few clips */
    const reel_status status = fixture_record(path, scene, take, &options, err);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return status;
}

int main(int argc, char **argv)
{
    char work[REEL_PATH_MAX], paths[MAX_CLIPS][REEL_PATH_MAX];
    const char *dirs[MAX_CLIPS];
    const int n = argc == 3 ? atoi(argv[2]) : 0;
    reel_error err = {0};
    if (n < 1 || n > MAX_CLIPS) {
        fprintf(stderr, "usage: make_robot_clips DIR CLIPS (1 to %d)\n", MAX_CLIPS);
        return 64;
    }
    reel_fs_join(work, sizeof(work), argv[1], ".work");
    reel_status status = reel_fs_make_dirs(work, &err);
    for (int i = 0; status == REEL_OK && i < n; i++) {
        char id[64];
        snprintf(id, sizeof(id), "fixture_%06d", i);
        reel_fs_join(paths[i], sizeof(paths[i]), work, id);
        dirs[i] = paths[i];
        status = make_clip(work, i, &err);
    }
    reel_pack_options options = reel_pack_options_default();
    options.name = "fixture";
    options.command = "make_robot_clips";
    status = status ? status : reel_pack_clips(argv[1], dirs, n, &options, &err);
    status = status ? status : reel_fs_remove_tree(work, &err);
    if (status != REEL_OK) {
        char text[1024];
        reel_error_format(&err, text, sizeof(text));
        fprintf(stderr, "%s\n", text);
    }
    return reel_exit_status(status);
}
