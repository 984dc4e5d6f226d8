/* geom.c - mass and box of geoms: scene.h. */
#include "base/mesh.h"
#include "base/trig.h"

#include <math.h>
#include <string.h>

void reel_shape_mass(reel_shape shape, const double size[3], double density, double *mass,
                     double inertia[3])
{
    const double r = size[0], l = size[1];
    switch (shape) {
    case REEL_SHAPE_PLANE: break;
    case REEL_SHAPE_BOX: {
        const double xx = size[0] * size[0], yy = size[1] * size[1], zz = size[2] * size[2];
        *mass = density * size[0] * size[1] * size[2];
        inertia[0] = *mass * (yy + zz) / 12;
        inertia[1] = *mass * (xx + zz) / 12;
        inertia[2] = *mass * (xx + yy) / 12;
        return;
    }
    case REEL_SHAPE_SPHERE:
        *mass = density * (4.0 / 3.0) * REEL_PI * r * r * r;
        inertia[0] = inertia[1] = inertia[2] = 0.4 * *mass * r * r;
        return;
    case REEL_SHAPE_CYLINDER:
        *mass = density * REEL_PI * r * r * l;
        inertia[0] = inertia[1] = *mass * (3 * r * r + l * l) / 12;
        inertia[2] = 0.5 * *mass * r * r;
        return;
    case REEL_SHAPE_CONE:
        *mass = density * REEL_PI * r * r * l / 3;
        inertia[0] = inertia[1] = *mass * (12 * r * r + 3 * l * l) / 80;
        inertia[2] = 0.3 * *mass * r * r;
        return;
    case REEL_SHAPE_ELLIPSOID: {
        const double xx = size[0] * size[0], yy = size[1] * size[1], zz = size[2] * size[2];
        *mass = density * (4.0 / 3.0) * REEL_PI * size[0] * size[1] * size[2];
        inertia[0] = *mass * (yy + zz) / 5;
        inertia[1] = *mass * (xx + zz) / 5;
        inertia[2] = *mass * (xx + yy) / 5;
        return;
    }
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH:
    case REEL_SHAPE_HEIGHT_FIELD: break;
    case REEL_SHAPE_CAPSULE: {
        /* two half balls, each moved out by l / 2 with its centre of mass 3 r / 8 beyond */
        const double tube = density * REEL_PI * r * r * l;
        const double ball = density * (4.0 / 3.0) * REEL_PI * r * r * r;
        *mass = tube + ball;
        inertia[0] =
            tube * (3 * r * r + l * l) / 12 + ball * (0.4 * r * r + 0.25 * l * l + 0.375 * l * r);
        inertia[1] = inertia[0];
        inertia[2] = 0.5 * tube * r * r + 0.4 * ball * r * r;
        return;
    }
    }
    assert(!"a shape whose size says its volume");
}

bool reel_shape_half_box(reel_shape shape, const double size[3], double half[3])
{
    switch (shape) {
    case REEL_SHAPE_PLANE: return false;
    case REEL_SHAPE_BOX:
        for (int i = 0; i < 3; i++) {
            half[i] = 0.5 * size[i];
        }
        return true;
    case REEL_SHAPE_SPHERE: half[0] = half[1] = half[2] = size[0]; return true;
    case REEL_SHAPE_CAPSULE:
        half[0] = half[1] = size[0];
        half[2] = 0.5 * size[1] + size[0];
        return true;
    case REEL_SHAPE_CYLINDER:
    case REEL_SHAPE_CONE:
        half[0] = half[1] = size[0];
        half[2] = 0.5 * size[1];
        return true;
    case REEL_SHAPE_ELLIPSOID:
        for (int i = 0; i < 3; i++) {
            half[i] = size[i];
        }
        return true;
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH:
    case REEL_SHAPE_HEIGHT_FIELD: break;
    }
    assert(!"a shape whose size says its box");
    return false;
}

static bool is_mesh(const reel_geom *geom)
{
    return geom->shape == REEL_SHAPE_HULL || geom->shape == REEL_SHAPE_MESH;
}

void reel_geom_mass(const reel_scene *scene, const reel_geom *geom, double density, double *mass,
                    reel_vec3 *center, double inertia[6])
{
    if (is_mesh(geom)) {
        reel_mesh_mass(&scene->meshes[geom->mesh], density, mass, center, inertia);
        return;
    }
    memset(inertia, 0, 6 * sizeof(*inertia));
    reel_shape_mass(geom->shape, geom->size, density, mass, inertia);
    *center = reel_v3(0, 0, geom->shape == REEL_SHAPE_CONE ? -geom->size[1] / 4 : 0);
}

double reel_geom_volume(const reel_scene *scene, const reel_geom *geom)
{
    double volume, inertia[6];
    reel_vec3 center;
    if (geom->shape == REEL_SHAPE_PLANE || geom->shape == REEL_SHAPE_HEIGHT_FIELD) {
        return 0;
    }
    reel_geom_mass(scene, geom, 1, &volume, &center, inertia);
    return volume;
}

static void height_field_box(const reel_height_field *field, const double size[3], double lo[3],
                             double hi[3])
{
    for (int k = 0; k < 2; k++) {
        hi[k] = 0.5 * size[k];
        lo[k] = -hi[k];
    }
    lo[2] = hi[2] = field->heights[0];
    for (int i = 1; i < field->n_heights; i++) {
        lo[2] = fmin(lo[2], field->heights[i]);
        hi[2] = fmax(hi[2], field->heights[i]);
    }
}

bool reel_geom_box(const reel_scene *scene, const reel_geom *geom, double lo[3], double hi[3])
{
    if (geom->shape == REEL_SHAPE_HEIGHT_FIELD) {
        height_field_box(&scene->height_fields[geom->height_field], geom->size, lo, hi);
        return true;
    }
    if (is_mesh(geom)) {
        reel_mesh_box(&scene->meshes[geom->mesh], lo, hi);
        return true;
    }
    if (!reel_shape_half_box(geom->shape, geom->size, hi)) {
        return false;
    }
    for (int k = 0; k < 3; k++) {
        lo[k] = -hi[k];
    }
    return true;
}
