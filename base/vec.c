#include "base/vec.h"

#include "base/trig.h"

reel_quat reel_quat_from_mat3(reel_mat3 r)
{
    /* Four times each squared component, from the diagonal; the largest is safe to divide by
     * (Shepperd 1978, "Quaternion from rotation matrix"). */
    const double ww = 1 + r.m[0][0] + r.m[1][1] + r.m[2][2];
    const double xx = 1 + r.m[0][0] - r.m[1][1] - r.m[2][2];
    const double yy = 1 - r.m[0][0] + r.m[1][1] - r.m[2][2];
    const double zz = 1 - r.m[0][0] - r.m[1][1] + r.m[2][2];
    reel_quat q;
    if (ww >= xx && ww >= yy && ww >= zz) {
        q = (reel_quat){ww, r.m[2][1] - r.m[1][2], r.m[0][2] - r.m[2][0], r.m[1][0] - r.m[0][1]};
    } else if (xx >= yy && xx >= zz) {
        q = (reel_quat){r.m[2][1] - r.m[1][2], xx, r.m[0][1] + r.m[1][0], r.m[0][2] + r.m[2][0]};
    } else if (yy >= zz) {
        q = (reel_quat){r.m[0][2] - r.m[2][0], r.m[0][1] + r.m[1][0], yy, r.m[1][2] + r.m[2][1]};
    } else {
        q = (reel_quat){r.m[1][0] - r.m[0][1], r.m[0][2] + r.m[2][0], r.m[1][2] + r.m[2][1], zz};
    }
    return reel_quat_unit(q);
}

reel_quat reel_quat_from_axis_angle(reel_vec3 axis, double angle)
{
    double s, c;
    reel_sincos(0.5 * angle, &s, &c);
    return (reel_quat){c, s * axis.x, s * axis.y, s * axis.z};
}
