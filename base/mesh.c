/* mesh.c - see the header. */
#include "base/mesh.h"

#include <math.h>
#include <string.h>

void reel_mesh_box(const reel_mesh *mesh, double lo[3], double hi[3])
{
    for (int k = 0; k < 3; k++) {
        lo[k] = hi[k] = mesh->vertices[k];
    }
    for (int i = 1; i < mesh->n_vertices; i++) {
        for (int k = 0; k < 3; k++) {
            const double x = mesh->vertices[3 * i + k];
            lo[k] = fmin(lo[k], x);
            hi[k] = fmax(hi[k], x);
        }
    }
}

static reel_vec3 vertex(const reel_mesh *mesh, int i, reel_vec3 origin)
{
    const double *v = &mesh->vertices[3 * i];
    return reel_v3(v[0] - origin.x, v[1] - origin.y, v[2] - origin.z);
}

/* Sums over the tetrahedra from `origin` to each triangle: 6 V, 24 V x centre and the second
 * moments times 120 (xx yy zz xy xz yz), of which each is a polynomial in the corners. */
static void moments(const reel_mesh *mesh, reel_vec3 origin, double *v6, double first[3],
                    double second[6])
{
    static const int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
    *v6 = 0;
    memset(first, 0, 3 * sizeof(*first));
    memset(second, 0, 6 * sizeof(*second));
    for (int t = 0; t < mesh->n_triangles; t++) {
        const int *corner = &mesh->triangles[3 * t];
        const reel_vec3 p[3] = {vertex(mesh, corner[0], origin), vertex(mesh, corner[1], origin),
                                vertex(mesh, corner[2], origin)};
        const double det = reel_v3_dot(p[0], reel_v3_cross(p[1], p[2]));
        double x[3][3], sum[3];
        for (int i = 0; i < 3; i++) {
            x[i][0] = p[i].x;
            x[i][1] = p[i].y;
            x[i][2] = p[i].z;
        }
        *v6 += det;
        for (int k = 0; k < 3; k++) {
            sum[k] = x[0][k] + x[1][k] + x[2][k];
            first[k] += det * sum[k];
        }
        for (int e = 0; e < 6; e++) {
            const int i = row[e], j = column[e];
            double squares = 0;
            for (int c = 0; c < 3; c++) {
                squares += x[c][i] * x[c][j];
            }
            second[e] += det * (squares + sum[i] * sum[j]);
        }
    }
}

void reel_mesh_mass(const reel_mesh *mesh, double density, double *mass, reel_vec3 *center,
                    double inertia[6])
{
    double lo[3], hi[3], v6, first[3], second[6];
    reel_mesh_box(mesh, lo, hi);
    /* about the middle of the box, so that a mesh far from its origin loses no digits */
    const reel_vec3 middle = {(lo[0] + hi[0]) / 2, (lo[1] + hi[1]) / 2, (lo[2] + hi[2]) / 2};
    moments(mesh, middle, &v6, first, second);
    const double m = density * v6 / 6;
    const double c[3] = {first[0] / (4 * v6), first[1] / (4 * v6), first[2] / (4 * v6)};
    const double s[6] = {
        density * second[0] / 120 - m * c[0] * c[0], density * second[1] / 120 - m * c[1] * c[1],
        density * second[2] / 120 - m * c[2] * c[2], density * second[3] / 120 - m * c[0] * c[1],
        density * second[4] / 120 - m * c[0] * c[2], density * second[5] / 120 - m * c[1] * c[2]};
    *mass = m;
    *center = reel_v3(middle.x + c[0], middle.y + c[1], middle.z + c[2]);
    inertia[0] = s[1] + s[2];
    inertia[1] = s[0] + s[2];
    inertia[2] = s[0] + s[1];
    inertia[3] = -s[3];
    inertia[4] = -s[4];
    inertia[5] = -s[5];
}
