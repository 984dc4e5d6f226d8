/* Lamps, environments, lacquer and glow against integrals and closed forms. */
#include "base/trig.h"
#include "bench/stage_scene.h"
#include "render/soft/env.h"
#include "render/soft/renderer.h"
#include "tests/check.h"

enum { W = 48, H = 32, BALL = 9 }; /* BALL: a geom of STAGE_GLOSS */

static const double height = 4; /* of the camera, which looks straight down */

typedef struct shot {
    float rgb[H][W][3]; /* linear radiance */
    int n_suns;
    reel_vec3 ball; /* its centre */
} shot;

/* A white floor that is only diffuse and, if asked for, a black ball over it; no light at all. */
static reel_scene *bare_scene(bool floor, bool ball)
{
    reel_scene *s = stage_scene_create(STAGE_GLOSS, 2, W, H);
    CHECK(s);
    for (int i = 0; i < s->n_geoms; i++) {
        s->geoms[i].visible = i == 0 ? floor : ball && i == BALL;
    }
    for (int i = 0; i < s->n_materials; i++) {
        reel_material *m = &s->materials[i];
        m->pattern = REEL_PATTERN_PLAIN;
        m->metallic = m->specular = 0;
        m->roughness = 1;
        for (int c = 0; c < 3; c++) {
            m->color[c] = m->color2[c] = i == 0 ? 0.8 : 0;
        }
    }
    for (int c = 0; c < 3; c++) {
        s->sky.zenith[c] = s->sky.horizon[c] = s->sky.ground[c] = 0;
    }
    s->n_suns = 0;
    s->exposure = 1;
    s->geoms[0].size[0] = 0; /* without end */
    s->bodies[s->geoms[BALL].body].world_from_body.p = reel_v3(0.1, 0.05, 0.7);
    s->cameras[1].keys[0] = (reel_camera_key){0, {0, 0, height}, {0, 0, 0}, {0, 1, 0}};
    return s;
}

static void draw(reel_scene *s, reel_quality quality, int lanes, shot *out, uint8_t *rgb)
{
    reel_error err = {0};
    reel_renderer *r = NULL;
    reel_frame frame;
    reel_render_options options = reel_render_options_default();
    reel_take *take = stage_take_create(s);
    CHECK(take);
    options.quality = quality;
    options.lanes = lanes;
    CHECK_INT(reel_renderer_create(s, take, &options, &r, &err), ==, REEL_OK);
    CHECK_INT(reel_frame_init(&frame, W, H, REEL_PLANE_BIT(REEL_PLANE_RGB),
                              reel_scene_n_instances(s), &err),
              ==, REEL_OK);
    r->radiance = &out->rgb[0][0][0];
    CHECK_INT(reel_renderer_draw(r, 1, 0, &frame, &err), ==, REEL_OK);
    if (rgb) {
        memcpy(rgb, frame.plane[REEL_PLANE_RGB], W * H * 3);
    }
    out->n_suns = r->n_suns;
    out->ball = reel_take_pose(take, 0, s->geoms[BALL].body).p;
    reel_frame_finish(&frame);
    reel_renderer_destroy(&r);
    reel_take_destroy(&take);
}

/* The floor's point at pixel (x, y). */
static reel_vec3 floor_at(int x, int y)
{
    const double scale = 2 * height * reel_tan(0.35) / H;
    return reel_v3((x + 0.5 - W / 2.0) * scale, -(y + 0.5 - H / 2.0) * scale, 0);
}

static void add_lamp(reel_scene *s, reel_lamp lamp)
{
    s->lamps = REEL_ARENA_NEW(&s->arena, reel_lamp, 2);
    CHECK(s->lamps);
    lamp.name = "lamp";
    lamp.body = -1;
    for (int c = 0; c < 3; c++) {
        lamp.power[c] = 10.0 * (c + 1);
    }
    s->lamps[s->n_lamps++] = lamp;
}

static const reel_lamp lamps[] = {
    {.kind = REEL_LAMP_SPHERE, .position = {0.3, -0.2, 0.9}, .size = {0.15, 0.15}},
    {.kind = REEL_LAMP_RECT,
     .position = {-0.2, 0.1, 0.8},
     .direction = {0.6, 0, -0.8},
     .across = {0, 1, 0},
     .size = {1.2, 0.4}},
    {.kind = REEL_LAMP_SPOT,
     .position = {0.8, 0.5, 1.5},
     .direction = {-0.48, -0.36, -0.8},
     .size = {0.05, 0.05},
     .cone = 0.6,
     .blend = 0.5},
};

/* Irradiance on an upward normal at p per watt of the lamp, by a sum over the surface that p sees;
 * what the ball hides of it is missing. radius 0: no ball. */
static double lit_by(const reel_lamp *l, reel_vec3 p, reel_vec3 ball, double radius)
{
    enum { N = 60 };
    const bool rect = l->kind == REEL_LAMP_RECT;
    double sum = 0;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < 2 * N; j++) {
            const double u = (i + 0.5) / N, v = (j + 0.5) / (2 * N);
            reel_vec3 at = l->position, n = l->direction;
            if (rect) {
                const reel_vec3 up = reel_v3_cross(l->direction, l->across);
                at = reel_v3_madd(at, (u - 0.5) * l->size[0], l->across);
                at = reel_v3_madd(at, (v - 0.5) * l->size[1], up);
            } else {
                const double z = 2 * u - 1, r = sqrt(1 - z * z);
                n = reel_v3(r * reel_cos(2 * REEL_PI * v), r * reel_sin(2 * REEL_PI * v), z);
                at = reel_v3_madd(at, l->size[0], n);
            }
            const reel_vec3 d = reel_v3_sub(at, p);
            const double far = reel_v3_len(d), back = -reel_v3_dot(d, n) / far;
            const reel_vec3 c = reel_v3_sub(ball, p), dir = reel_v3_scale(d, 1 / far);
            const double along = reel_v3_dot(c, dir);
            const bool hidden = radius > 0 && along > 0 && along < far &&
                                reel_v3_dot(c, c) - along * along < radius * radius;
            if (back > 0 && d.z > 0 && !hidden) {
                sum += back * (d.z / far) / (far * far) / (2.0 * N * N);
            }
        }
    }
    if (l->kind == REEL_LAMP_SPOT) { /* as a ball's, by the direction from its middle */
        const reel_vec3 d = reel_v3_sub(p, l->position);
        const double c = reel_v3_dot(d, l->direction) / reel_v3_len(d);
        const double in = reel_cos(l->cone * (1 - l->blend)), out = reel_cos(l->cone);
        const double x = fmin(fmax((c - out) / (in - out), 0), 1);
        sum *= x * x * (3 - 2 * x);
    }
    return sum / REEL_PI;
}

/* Power over area and pi is radiance; the floor's is 0.8 / pi of its irradiance. */
static void lamps_send_their_power(const void *param)
{
    const reel_lamp *lamp = param;
    for (int q = REEL_QUALITY_DRAFT; q <= REEL_QUALITY_STANDARD; q++) {
        reel_scene *s = bare_scene(true, false);
        shot got;
        add_lamp(s, *lamp);
        draw(s, (reel_quality)q, 0, &got, NULL);
        for (int y = 1; y < H; y += 6) {
            for (int x = 1; x < W; x += 6) {
                const double want =
                    lit_by(lamp, floor_at(x, y), reel_v3(0, 0, 0), 0) * 0.8 / REEL_PI;
                for (int c = 0; c < 3; c++) {
                    const double watts = 10.0 * (c + 1);
                    CHECK_NEAR((double)got.rgb[y][x][c] / watts, want, 0.012 * want + 2e-5);
                }
            }
        }
        reel_scene_destroy(&s);
    }
}

/* The share of the lamp that is seen behind a ball, over the floor. */
static void lamps_cast_soft_shadows(const void *param)
{
    reel_lamp lamp = *(const reel_lamp *)param;
    const bool rect = lamp.kind == REEL_LAMP_RECT;
    lamp.position.z += 1;
    if (lamp.kind == REEL_LAMP_SPHERE) {
        lamp.size[0] = 0.3;
    }
    reel_scene *s = bare_scene(true, true);
    shot got;
    add_lamp(s, lamp);
    draw(s, REEL_QUALITY_STANDARD, 0, &got, NULL);
    double error = 0, n = 0, most = 0, shade = 0;
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            const reel_vec3 p = floor_at(x, y), to_eye = reel_v3_sub(reel_v3(0, 0, height), p);
            const reel_vec3 c = reel_v3_sub(got.ball, p);
            const double t = reel_v3_dot(c, to_eye) / reel_v3_dot(to_eye, to_eye);
            const reel_vec3 off = reel_v3_madd(c, -t, to_eye);
            const double open = lit_by(&lamp, p, got.ball, 0);
            if (reel_v3_len(off) < 0.25 || open < 1e-4) {
                continue; /* the ball is seen there, or all is dark */
            }
            const double want = lit_by(&lamp, p, got.ball, 0.22) / open;
            const double share = (double)got.rgb[y][x][0] / 10 * REEL_PI / 0.8 / open;
            error += fabs(share - want);
            most = fmax(most, fabs(share - want));
            shade += 1 - want;
            n++;
        }
    }
    CHECK(shade > 10);
    printf("# mean error %.4f, most %.3f of the lamp\n", error / n, most);
    CHECK(error / n < (rect ? 0.03 : 0.01));
    CHECK(most < (rect ? 0.4 : 0.15));
    reel_scene_destroy(&s);
}

static void set_image(reel_scene *s, int width, int rows, const uint8_t *texel)
{
    s->images = REEL_ARENA_NEW(&s->arena, reel_image, 1);
    CHECK(s->images);
    s->images[0] = (reel_image){.name = "sky",
                                .kind = REEL_IMAGE_RADIANCE,
                                .width = width,
                                .height = rows,
                                .n_bytes = width * rows * 4,
                                .pixels = REEL_ARENA_NEW(&s->arena, uint8_t, width * rows * 4)};
    CHECK(s->images[0].pixels);
    for (int i = 0; i < width * rows; i++) {
        memcpy(s->images[0].pixels + 4 * (size_t)i, texel, 4);
    }
    s->n_images = 1;
    s->sky.kind = REEL_SKY_IMAGE;
    s->sky.image = 0;
    s->sky.strength = 1;
}

/* Under the same radiance from everywhere a white floor has it, and a white ball without a floor
 * shows it everywhere, whatever is on it. */
static void uniform_surroundings(const void *param)
{
    static const uint8_t half[4] = {64, 64, 64, 128 + 1};
    shot got;
    (void)param;
    for (int q = REEL_QUALITY_DRAFT; q <= REEL_QUALITY_STANDARD; q++) {
        for (int with = 0; with < 3; with++) { /* floor, ball, ball with a lacquer */
            reel_scene *s = bare_scene(with == 0, with > 0);
            set_image(s, 64, 32, half);
            for (int i = 0; i < s->n_materials; i++) {
                s->materials[i].color[0] = s->materials[i].color[1] = s->materials[i].color[2] = 1;
                s->materials[i].clearcoat = with == 2;
                s->materials[i].clearcoat_roughness = 0.1;
            }
            draw(s, (reel_quality)q, 0, &got, NULL);
            CHECK_INT(got.n_suns, ==, 0);
            for (int y = 0; y < H; y++) {
                for (int x = 0; x < W; x++) {
                    CHECK_NEAR((double)got.rgb[y][x][1], 0.5, 0.003);
                }
            }
            reel_scene_destroy(&s);
        }
    }
}

/* A small bright disc in an image: the floor gets what the image holds, and it casts a shadow. */
static void the_sun_of_an_image(const void *param)
{
    static const uint8_t dim[4] = {32, 32, 32, 128}; /* 1/8 */
    static const uint8_t hot[4] = {200, 160, 120, 128 + 8};
    enum { WIDE = 256, HIGH = 128 };
    reel_scene *s = bare_scene(true, true);
    shot got;
    double want[3] = {0};
    (void)param;
    set_image(s, WIDE, HIGH, dim);
    for (int y = 0; y < HIGH / 2; y++) {
        const double e = REEL_PI * (0.5 - (y + 0.5) / HIGH), w = REEL_PI / HIGH;
        for (int x = 0; x < WIDE; x++) {
            const double a = 2 * REEL_PI * (0.5 - (x + 0.5) / WIDE);
            const bool sun = fabs(e - 0.9) < 0.05 && fabs(a - 0.5) < 0.08;
            if (sun) {
                memcpy(s->images[0].pixels + 4 * (y * WIDE + x), hot, 4);
            }
            for (int c = 0; c < 3; c++) {
                const uint8_t *t = sun ? hot : dim;
                want[c] += ldexp(t[c], t[3] - 136) * reel_sin(e) * reel_cos(e) * w * w;
            }
        }
    }
    s->sky.turn = 1.0;
    draw(s, REEL_QUALITY_DRAFT, 0, &got, NULL);
    CHECK_INT(got.n_suns, ==, 1);
    for (int c = 0; c < 3; c++) {
        CHECK_NEAR((double)got.rgb[2][2][c], want[c] * 0.8 / REEL_PI, 0.01 * want[c]);
    }
    /* the shadow's middle: from the ball's centre away from the sun, at azimuth 0.5 + turn */
    const reel_vec3 to = {reel_cos(0.9) * reel_cos(1.5), reel_cos(0.9) * reel_sin(1.5),
                          reel_sin(0.9)};
    const reel_vec3 p = reel_v3_madd(got.ball, -got.ball.z / to.z, to);
    const double scale = 2 * height * reel_tan(0.35) / H;
    const int x = (int)(p.x / scale + W / 2.0), y = (int)(-p.y / scale + H / 2.0);
    CHECK(x >= 0 && x < W && y >= 0 && y < H);
    CHECK_NEAR((double)got.rgb[y][x][0], 0.125 * 0.8, 0.01);
    reel_scene_destroy(&s);
}

/* Every lobe sees as much as there is; densities add up to one and are those of the tables. */
static void environments_keep_their_light(const void *param)
{
    static const reel_sky_kind kinds[] = {REEL_SKY_CLEAR, REEL_SKY_OVERCAST, REEL_SKY_STUDIO,
                                          REEL_SKY_NIGHT};
    static const double sun[] = {0.4, -0.5, 0.7681145747868608};
    (void)param;
    for (int k = 0; k < 4; k++) {
        reel_arena arena = {0};
        soft_env env;
        reel_scene *s = bare_scene(true, false);
        for (int c = 0; c < 3; c++) {
            s->sky.zenith[c] = 2 + c;
            s->sky.horizon[c] = 0.5;
            s->sky.ground[c] = 0.2;
        }
        s->n_suns = 1;
        s->suns[0].to_light = reel_v3(sun[0], sun[1], sun[2]);
        s->sky.kind = kinds[k];
        s->sky.strength = 1;
        s->sky.turbidity = 2.5;
        CHECK(reel_soft_env_build(&env, s, &arena));
        for (int level = 0; level < SOFT_ENV_LOBES; level++) {
            enum { N = 64 };
            double mean[3] = {0}, v[3];
            for (int i = 0; i < N * 2 * N; i++) {
                const double z = (2 * (i / (2 * N)) + 1.0) / N - 1, r = sqrt(1 - z * z);
                const double a = REEL_PI * (i % (2 * N) + 0.5) / N;
                reel_soft_env_look(&env, level, reel_v3(r * reel_cos(a), r * reel_sin(a), z), v);
                for (int c = 0; c < 3; c++) {
                    mean[c] += v[c] / (2 * N * N);
                }
            }
            for (int c = 0; c < 3; c++) {
                CHECK_NEAR(mean[c] / env.mean[c], 1, 0.03);
            }
        }
        double all = 0;
        for (int i = 0; i < SOFT_ENV_CELLS * SOFT_ENV_CELLS; i++) {
            all += (double)env.density[i] * 4 / (SOFT_ENV_CELLS * SOFT_ENV_CELLS);
            CHECK(env.density[i] > 0);
        }
        CHECK_NEAR(all, 1, 1e-5);
        reel_arena_finish(&arena);
        reel_scene_destroy(&s);
    }
}

/* CIE overcast: irradiance on the level ground is 7/9 of pi times the zenith's radiance. */
static void overcast_is_seven_ninths(const void *param)
{
    reel_scene *s = bare_scene(true, false);
    shot got;
    (void)param;
    s->sky.kind = REEL_SKY_OVERCAST;
    s->sky.strength = 2;
    s->sky.zenith[0] = 0.9;
    draw(s, REEL_QUALITY_STANDARD, 0, &got, NULL);
    CHECK_NEAR((double)got.rgb[H / 2][W / 2][0], 0.8 * 1.8 * 7 / 9, 0.004);
    reel_scene_destroy(&s);
}

/* A glowing ball over the floor is a ball of light. */
static void glow_lights_the_floor(const void *param)
{
    reel_scene *s = bare_scene(true, true);
    shot got;
    (void)param;
    s->materials[s->geoms[BALL].material].emission[1] = 2;
    draw(s, REEL_QUALITY_STANDARD, 0, &got, NULL);
    const reel_vec3 p = floor_at(3, 28), d = reel_v3_sub(got.ball, p);
    const double far = reel_v3_len(d), share = 0.22 * 0.22 / (far * far) * d.z / far;
    CHECK_NEAR((double)got.rgb[28][3][1] / (2 * share * 0.8), 1, 0.01);
    const double scale = 2 * (height - got.ball.z) * reel_tan(0.35) / H;
    const int x = (int)(got.ball.x / scale + W / 2.0), y = (int)(-got.ball.y / scale + H / 2.0);
    CHECK_NEAR((double)got.rgb[y][x][1], 2, 0.02);
    reel_scene_destroy(&s);
}

static void every_width_gives_the_same_bits(const void *param)
{
    static const uint8_t dim[4] = {90, 70, 110, 127};
    (void)param;
    for (int i = 0; i < 5; i++) {
        for (int q = REEL_QUALITY_DRAFT; q <= REEL_QUALITY_STANDARD; q++) {
            uint8_t first[W * H * 3], rgb[W * H * 3];
            shot got;
            for (int lanes = 4; lanes <= reel_render_best_lanes(); lanes *= 2) {
                reel_scene *s = i < 2   ? stage_random_create((uint64_t)i, 2, W, H)
                                : i < 3 ? stage_meshes_create(2, 2, W, H)
                                : i < 4 ? stage_quadrics_create(3, 2, W, H)
                                        : stage_crowd_create(120, true, 2, W, H);
                CHECK(s);
                s->lamps = REEL_ARENA_NEW(&s->arena, reel_lamp, 3);
                CHECK(s->lamps);
                for (int j = 0; j < 3; j++) {
                    s->lamps[j] = lamps[j];
                    s->lamps[j].position.z += 1;
                    s->lamps[j].body = j == 1 ? 1 : -1;
                    s->lamps[j].power[0] = s->lamps[j].power[1] = s->lamps[j].power[2] = 20;
                }
                s->n_lamps = 3;
                s->materials[1].emission[0] = 0.8;
                s->materials[1].clearcoat = 0.7;
                set_image(s, 40, 20, dim);
                s->sky.kind = i % 2 ? REEL_SKY_IMAGE : REEL_SKY_STUDIO;
                draw(s, (reel_quality)q, lanes, &got, lanes == 4 ? first : rgb);
                CHECK(lanes == 4 || memcmp(first, rgb, sizeof first) == 0);
                reel_scene_destroy(&s);
            }
        }
    }
}

static const check_test tests[] = {
    {"a ball sends its power", lamps_send_their_power, &lamps[0]},
    {"a panel sends its power", lamps_send_their_power, &lamps[1]},
    {"a spot sends its power", lamps_send_their_power, &lamps[2]},
    {"a ball casts soft shadows", lamps_cast_soft_shadows, &lamps[0]},
    {"a panel casts soft shadows", lamps_cast_soft_shadows, &lamps[1]},
    {"uniform surroundings", uniform_surroundings, NULL},
    {"the sun of an image", the_sun_of_an_image, NULL},
    {"environments keep their light", environments_keep_their_light, NULL},
    {"overcast is seven ninths", overcast_is_seven_ninths, NULL},
    {"glow lights the floor", glow_lights_the_floor, NULL},
    {"every width gives the same bits", every_width_gives_the_same_bits, NULL},
};

CHECK_MAIN(tests)
