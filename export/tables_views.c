/* tables_views.c - where the cameras are (cameras). */
#include "export/tables_internal.h"

#define I REEL_COLUMN_INT32
#define F REEL_COLUMN_FLOAT64
#define V REEL_COLUMN_VECTOR
static const reel_column camera_columns[] = {
    REEL_TABLE_VIEW_COLUMNS,
    {"time", F, 0, "s", "frame / fps"},
    {"width", I, 0, "px", "image width"},
    {"height", I, 0, "px", "image height"},
    {"fx", F, 0, "px", "focal length; u = fx x/z + cx"},
    {"fy", F, 0, "px", "focal length; v = fy y/z + cy"},
    {"cx", F, 0, "px", "principal point; pixel (i, j) has its centre at (i + 0.5, j + 0.5)"},
    {"cy", F, 0, "px", "principal point"},
    {"fov_y", F, 0, "rad", "vertical field of view"},
    {"cam_from_world", V, 16, "", "4x4, row-major; camera axes x right, y down, z forward"},
    {"eye", V, 3, "m", "camera centre, world"},
    {"aperture", F, 0, "m",
     "diameter of the lens; 0: all is sharp. This and what follows is of colours only"},
    {"focus", F, 0, "m", "distance along the view that is sharp; 0 without an aperture"},
    {"shutter", F, 0, "", "share of the time between frames that is exposed, around the frame's"},
    {"exposure", F, 0, "", "stops added to the scene's"},
    {"white", F, 0, "K",
     "temperature of the daylight that is shown as white; 0: colours as they are"},
    {"vignette", F, 0, "", "share of the natural fall of light towards the corners, cos^4"},
    {"grain", F, 0, "", "standard deviation of the noise at mid grey, in codes of 255"},
};

#undef I
#undef F
#undef V

const reel_table reel_cameras_table =
    REEL_TABLE("cameras", "one row per clip, camera and frame, in this order", camera_columns);

/* The camera centre of x_cam = R x + t: -R^T t. */
static reel_vec3 eye_of(const double m[16])
{
    return (reel_vec3){0.0 - (m[0] * m[3] + m[4] * m[7] + m[8] * m[11]),
                       0.0 - (m[1] * m[3] + m[5] * m[7] + m[9] * m[11]),
                       0.0 - (m[2] * m[3] + m[6] * m[7] + m[10] * m[11])};
}

static void put_lens(const reel_camera *camera, reel_rows *out)
{
    reel_put_real(out, "aperture", camera->aperture);
    reel_put_real(out, "focus", camera->aperture > 0 ? camera->focus : 0);
    reel_put_real(out, "shutter", camera->shutter);
    reel_put_real(out, "exposure", camera->exposure);
    reel_put_real(out, "white", camera->white);
    reel_put_real(out, "vignette", camera->vignette);
    reel_put_real(out, "grain", camera->grain);
}

void reel_cameras_rows(const reel_record *record, reel_rows *out)
{
    const reel_scene *scene = record->scene;
    for (int s = 0; s < record->n_streams; s++) {
        const reel_camera *camera = &scene->cameras[record->streams[s].camera_index];
        for (int frame = 0; frame < scene->frames; frame++) {
            const double *k = record->k[s] + 9 * (size_t)frame;
            const double *m = record->cam_from_world[s] + 16 * (size_t)frame;
            const reel_vec3 eye = eye_of(m);
            reel_table_put_view(out, record, s, frame);
            reel_put_real(out, "time", reel_scene_frame_time(scene, frame));
            reel_put_int(out, "width", scene->width);
            reel_put_int(out, "height", scene->height);
            reel_put_real(out, "fx", k[0]);
            reel_put_real(out, "fy", k[4]);
            reel_put_real(out, "cx", k[2]);
            reel_put_real(out, "cy", k[5]);
            reel_put_real(out, "fov_y", camera->fov_y);
            reel_put_vector(out, "cam_from_world", m);
            reel_put_vector(out, "eye", (double[3]){eye.x, eye.y, eye.z});
            put_lens(camera, out);
            reel_rows_end_row(out);
        }
    }
}
