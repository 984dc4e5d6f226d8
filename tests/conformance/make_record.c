/* Writes a synthetic clip record (tests/clip_fixture.h) for the readers in this folder:
 * make_record DIR [WIDTH HEIGHT FRAMES [RGB]]. RGB gets the raw frames of the first stream. */
#include "tests/clip_fixture.h"

static bool dump_rgb(const char *path, const reel_scene *scene)
{
    reel_frame frame;
    FILE *file = fopen(path, "wb");
    if (!file || reel_frame_init(&frame, scene->width, scene->height,
                                 REEL_PLANE_BIT(REEL_PLANE_RGB), 2, NULL) != REEL_OK) {
        return false;
    }
    const size_t bytes = reel_plane_bytes(REEL_PLANE_RGB, scene->width, scene->height);
    bool ok = true;
    for (int f = 0; ok && f < scene->frames; f++) {
        fixture_draw(&frame, f);
        ok = fwrite(frame.plane[REEL_PLANE_RGB], 1, bytes, file) == bytes;
    }
    reel_frame_finish(&frame);
    return fclose(file) == 0 && ok;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 5 && argc != 6) {
        fprintf(stderr, "usage: make_record DIR [WIDTH HEIGHT FRAMES [RGB]]\n");
        return 64;
    }
    const int width = argc >= 5 ? atoi(argv[2]) : 64, height = argc >= 5 ? atoi(argv[3]) : 48;
    const int frames = argc >= 5 ? atoi(argv[4]) : 13;
    reel_error err = {0};
    reel_scene *scene = fixture_scene(width, height, 24, frames);
    reel_take *take = fixture_take(scene);
    const reel_record_options options = fixture_options(scene, 2);
    const reel_status status = fixture_record(argv[1], scene, take, &options, &err);
    if (status != REEL_OK) {
        char text[1024];
        reel_error_format(&err, text, sizeof(text));
        fprintf(stderr, "%s\n", text);
    }
    const bool dumped = argc < 6 || dump_rgb(argv[5], scene);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return dumped ? reel_exit_status(status) : 74;
}
