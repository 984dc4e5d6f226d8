/* tell.c - see tell.h */
#include "app/tell.h"
#include "scenes/story.h"

reel_status reel_tell_streams(reel_record_writer *writer, const reel_scene *scene,
                              const reel_take *take, const reel_record_options *options,
                              reel_error *err)
{
    reel_json *all = reel_json_object();
    reel_status status = all ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
    for (int i = 0; !status && i < options->n_cameras; i++) {
        reel_json *one = NULL;
        status = reel_story_tell(scene, take, options->cameras[i],
                                 reel_record_visible_pixels(writer, i), &one, err);
        if (!status && !reel_json_put(all, reel_record_stream_id(writer, i), one)) {
            status = reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    char *text = status ? NULL : reel_json_canonical(all, NULL);
    if (!status) {
        status = text ? reel_record_tell(writer, text, err)
                      : reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_free(text);
    reel_json_destroy(&all);
    return status;
}
