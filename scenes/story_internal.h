/*
 * story_internal.h - what the files of story.h share.
 */
#pragma once

#include "base/bytes.h"
#include "base/camera.h"
#include "scenes/story.h"

enum { REEL_STORY_ACTIONS = 16 }; /* most that are kept */

/** Objects that look alike. */
typedef struct reel_story_group {
    int first;             /**< object that stands for all */
    int n;                 /**< objects that show in some frame */
    int n_first;           /**< objects that show in the first frame */
    const char *one, *all; /**< "red rubber ball", "red rubber balls" */
} reel_story_group;

typedef enum reel_story_kind {
    REEL_STORY_COLLISION = 0,
    REEL_STORY_FALL,
    REEL_STORY_TOPPLE,
    REEL_STORY_START,
    REEL_STORY_REST,
    REEL_STORY_ENTER,
    REEL_STORY_LEAVE,
} reel_story_kind;

typedef struct reel_story_action {
    reel_story_kind kind;
    int group, other; /**< other: of what was hit; -1: none, or the environment */
    int hit;          /**< object that was hit; -1: none */
    int object;       /**< that did it; of several, the first */
    const char *how;  /**< start: "roll", "slide", "move" */
    bool is_mutual;   /**< collision: now one hit, now the other */
    int count;
    double start, end; /**< s */
    double weight;     /**< how much it shows: a speed in m/s, more or less */
} reel_story_action;

typedef struct reel_story {
    reel_arena arena;
    const reel_scene *scene;
    const reel_take *take;
    int camera, n_instances, least;
    const int32_t *visible;
    int n_groups;
    reel_story_group *groups;
    int *group_of; /**< [n_objects]; -1: not told of */
    int n_actions, max_actions;
    reel_story_action *actions; /**< by time */
} reel_story;

/** Whether object `o` shows in `frame`; the environment always does. */
bool reel_story_shows(const reel_story *s, int o, int frame);
/** The frame at or after `time`; the last one if there is none. */
int reel_story_frame(const reel_story *s, double time);
/** m: longest edge of the boxes of its bodies. */
double reel_story_size(const reel_scene *scene, int object);

/** Groups of what shows. False: out of memory. */
bool reel_story_find_groups(reel_story *s);
/** What happens. False: out of memory. */
bool reel_story_find_actions(reel_story *s);

/** A sentence about an action, without a final period; appended. */
void reel_story_put_action(const reel_story *s, const reel_story_action *a, reel_bytes *out);
/** "a red rubber ball", "three red rubber balls". */
void reel_story_put_group(const reel_story_group *g, int n, reel_bytes *out);
/** The sentences of the first frame; appended. They are made of the scene alone: the take is no
 * argument. `shows` [n_objects]: in the first frame. */
void reel_story_put_prompt(const reel_scene *scene, int camera, const reel_story_group *groups,
                           int n_groups, const bool *shows, reel_bytes *out);

/** Camera, light and surroundings as objects and words. NULL: out of memory. */
reel_json *reel_story_cinematography(const reel_story *s);
reel_json *reel_story_lighting(const reel_story *s);
/** "static", "orbits to the left", ... */
const char *reel_story_camera_motion(const reel_scene *scene, int camera);
/** "low angle", "eye level", "high angle", "overhead": by the slope of the view in the first frame. */
const char *reel_story_camera_angle(const reel_scene *scene, const reel_take *take, int camera);
/** "clear daylight", ... */
const char *reel_story_light(const reel_scene *scene);
/** "a gray concrete floor" of the environment; "" if there is nothing to name. Appended. */
void reel_story_put_floor(const reel_scene *scene, reel_bytes *out);
/** Names the number up to twelve, else digits; appended. */
void reel_story_put_number(int n, reel_bytes *out);
/** "a" or "an" by the first letter. */
const char *reel_story_article(const char *word);
