/* Writes a synthetic clip record (tests/clip_fixture.h) for the readers in this folder:
 * make_record DIR [WIDTH HEIGHT FRAMES]. */
#include "tests/clip_fixture.h"

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 5) {
        fprintf(stderr, "usage: make_record DIR [WIDTH HEIGHT FRAMES]\n");
        return 64;
    }
    const int width = argc == 5 ? atoi(argv[2]) : 64, height = argc == 5 ? atoi(argv[3]) : 48;
    const int frames = argc == 5 ? atoi(argv[4]) : 13;
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
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return reel_exit_status(status);
}
