/*
 * gl_scene.h - the scene that peer_ours dumps, and its shapes as triangles, for peer_gl.c.
 */
#pragma once

#include <stdbool.h>

enum { GL_SCENE_MAX_OBJECTS = 64, GL_SCENE_MAX_FRAMES = 256 };

typedef enum gl_shape { GL_SHAPE_PLANE, GL_SHAPE_BOX, GL_SHAPE_SPHERE, GL_SHAPE_CYLINDER } gl_shape;

typedef struct gl_object {
    gl_shape shape;
    float size[3]; /* m, as in base/scene.h */
    float color[3], roughness, metallic;
} gl_object;

typedef struct gl_frame {
    float fov_y, eye[3], cam_from_world[9];
    float pose[GL_SCENE_MAX_OBJECTS][7]; /* position, w x y z */
} gl_frame;

typedef struct gl_scene {
    int n_objects, n_frames;
    gl_object objects[GL_SCENE_MAX_OBJECTS];
    float sun[7], sky[6];
    gl_frame frames[GL_SCENE_MAX_FRAMES];
} gl_scene;

/* Read a dump; false if it is none. */
bool gl_scene_read(const char *path, gl_scene *out);

/* Triangles of a shape of size 1 (a ball of radius 1, a box and cylinder of half lengths 1):
 * position and normal, 6 floats a corner. Balls have 1472 triangles, cylinders 128. @return
 * corners; the array is of static storage. */
int gl_shape_corners(gl_shape shape, const float **out);

/* 4x4, column by column. */
void gl_matrix_of_pose(const float pose[7], const gl_object *object, float out[16]);
void gl_matrix_of_view(const gl_frame *frame, float out[16]); /* y up, looks along -z */
void gl_matrix_of_lens(float fov_y, float aspect, float near, float far, float out[16]);
/* A square of half length `reach` about the origin, seen from the sun. */
void gl_matrix_of_sun(const float to_light[3], float reach, float out[16]);
void gl_matrix_multiply(const float a[16], const float b[16], float out[16]);
