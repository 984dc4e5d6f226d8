/*
 * story.h - a clip in words: what is there, what happens when, how it is filmed and lit.
 *
 * From the frozen scene, the take, and how many pixels of each object each frame shows; only what a
 * camera shows is told. Thread-safety: pure functions.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

/**
 * Tell what camera `camera` saw.
 *
 * {"caption": tells the outcome, "prompt": does not, "caption_json": {...}}. Caption and prompt are
 * the script's; where it has none, or a caption that is the prompt over again, sentences are made:
 * the prompt of the first frame alone, the caption with the three things that show most.
 * caption_json has the keys that Cosmos 3 is trained on (subjects, actions, cinematography,
 * lighting, background_setting, style_medium, context, temporal_caption, resolution, aspect_ratio,
 * duration, fps) and in subjects and actions what words leave out: names of the objects, kind,
 * start and end in s.
 *
 * Objects of which no frame shows at least reel_story_least() pixels are left out. Kinds of action,
 * each told when the objects show at that time:
 *   collision  an event of kind impact that was approached at 0.25 m/s or more, less what comes
 *              within 0.1 s of another of the same two objects
 *   fall       nothing touches it while it goes down, by at least 0.05 m and a quarter of its size
 *   topple     no joint holds it; it stood still at the start, turned by 45 degrees, ends lower
 *   start      it rested for two frames or more, then moves at 0.05 m/s and comes 0.02 m away
 *   rest       it moved at 0.1 m/s and then stays slower than 5 mm/s and 20 mrad/s to the end, for
 *              two frames or more
 *   enter      it is outside the image in the first frame, and shows later
 *   leave      it shows, then not any more to the end, where its centre is outside the image
 * What alike objects do in the same way is one action with a count. The 16 that show most are kept,
 * by time.
 * @param visible  [frames][instances] pixels.
 * @return REEL_OK; REEL_E_NOMEM.
 */
reel_status reel_story_tell(const reel_scene *scene, const reel_take *take, int camera,
                            const int32_t *visible, reel_json **out,
                            reel_error *err) REEL_MUST_CHECK;

/** Pixels of an object from which on it is told of: 1/5000 of the image, at least 4. */
int reel_story_least(const reel_scene *scene);

REEL_API_END
