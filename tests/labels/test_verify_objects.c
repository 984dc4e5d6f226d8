/*
 * The checks of amodal figures, masks and tracks find what is wrong in them: each is changed at one
 * place, and the fault that belongs to it must be told; and masks are coded as COCO codes them.
 */
#include "app/verify.h"
#include "tests/render_kit.h"
#include "tests/run_kit.h"

enum { W = 160, H = 120, FRAMES = 3, FRAME = 1 };

static reel_record *record;
static reel_frame frame;

/* A record of objects that hide one another, and one frame of it. */
static void set_up(void)
{
    char *words[] = {"shapes", "--seed",   "6",   "--size",   "160x120", "--frames",
                     "3",      "--labels", "all", "--tracks", "40"};
    const reel_render_options options = reel_render_options_default();
    record = kit_record((int)(sizeof words / sizeof *words), words);
    kit_draw_one(record->scene, record->take, &options,
                 REEL_PLANE_BIT(REEL_PLANE_INSTANCE) | REEL_PLANE_BIT(REEL_PLANE_DEPTH), 0, FRAME,
                 &frame);
}

static void tear_down(void)
{
    reel_frame_finish(&frame);
    reel_record_close(&record);
}

static reel_label_faults verify_at(int at)
{
    reel_label_faults faults = {0};
    reel_objects_check *check = NULL;
    reel_error err = {0};
    CHECK_INT(reel_objects_check_create(record, 0, &check, &err), ==, REEL_OK);
    reel_objects_check_frame(check, at, &frame, &faults);
    reel_objects_check_destroy(&check);
    return faults;
}

static void expect(int at, int fault)
{
    const reel_label_faults faults = verify_at(at);
    for (int f = 0; f < REEL_FAULT_COUNT; f++) {
        if ((faults.n[f] > 0) != (f == fault)) {
            CHECK_FAIL("fault %d, want %d: %s", f, fault, faults.words[f]);
        }
    }
}

/* Row of the instance with the most hidden pixels that is seen as well. */
static size_t hidden_row(void)
{
    const size_t n = (size_t)reel_scene_n_instances(record->scene);
    size_t best = FRAME * n;
    for (size_t i = FRAME * n; i < (FRAME + 1) * n; i++) {
        const int hidden = record->amodal_pixels[0][i] - record->visible_pixels[0][i];
        const int most = record->amodal_pixels[0][best] - record->visible_pixels[0][best];
        best = record->visible_pixels[0][i] > 0 && hidden > most ? i : best;
    }
    CHECK_INT(record->amodal_pixels[0][best] - record->visible_pixels[0][best], >, 20);
    return best;
}

static void good_frame(const void *arg)
{
    (void)arg;
    set_up();
    expect(FRAME, -1);
    CHECK_INT(record->n_tracks, >, 100);
    tear_down();
}

static void wrong_figures(const void *arg)
{
    (void)arg;
    set_up();
    const size_t row = hidden_row();
    const int32_t pixels = record->amodal_pixels[0][row];
    record->amodal_pixels[0][row] = record->visible_pixels[0][row] - 1;
    CHECK_INT(verify_at(FRAME).n[REEL_FAULT_AMODAL], >, 0);
    record->amodal_pixels[0][row] = pixels;
    record->amodal_boxes[0][4 * row]++;
    record->boxes[0][4 * row]--;
    CHECK_INT(verify_at(FRAME).n[REEL_FAULT_AMODAL], >, 0);
    record->amodal_boxes[0][4 * row]--;
    record->boxes[0][4 * row]++;
    record->extents[0][4 * row] += 3;
    expect(FRAME, REEL_FAULT_AMODAL);
    tear_down();
}

static void wrong_masks(const void *arg)
{
    (void)arg;
    set_up();
    const size_t row = hidden_row();
    for (int kind = 0; kind < REEL_MASK_KINDS; kind++) {
        const int64_t from = record->mask_ends[kind][0][row - 1];
        char *text = record->mask_text[kind][0] + from;
        const char was = text[0];
        text[0] = (char)(was ^ 1); /* the first run is one longer or shorter */
        expect(FRAME, REEL_FAULT_MASK);
        text[0] = was;
    }
    /* as many pixels, all visible ones among them, and yet not where the object is: the grid */
    const uint16_t id = (uint16_t)(row % (size_t)reel_scene_n_instances(record->scene) + 1);
    uint16_t *ids = calloc((size_t)W * H, sizeof *ids);
    const uint16_t *seen = frame.plane[REEL_PLANE_INSTANCE];
    int left = record->amodal_pixels[0][row] - record->visible_pixels[0][row];
    for (int i = 0; i < W * H; i++) {
        ids[i] = seen[i] == id;
    }
    for (int i = 0; i < W * H && left > 0; i++) {
        left -= !ids[i];
        ids[i] = 1;
    }
    reel_masks masks;
    CHECK_INT(reel_masks_init(&masks, 1, NULL), ==, REEL_OK);
    CHECK(reel_masks_put_ids(&masks, ids, W, H));
    const size_t total = (size_t)FRAMES * (size_t)reel_scene_n_instances(record->scene);
    const int64_t *ends = record->mask_ends[REEL_MASK_AMODAL][0];
    const int64_t from = ends[row - 1], grown = (int64_t)masks.end[1] - (ends[row] - from);
    char *text = malloc((size_t)(ends[total - 1] + grown));
    memcpy(text, record->mask_text[REEL_MASK_AMODAL][0], (size_t)from);
    memcpy(text + from, masks.text, masks.end[1]);
    memcpy(text + from + masks.end[1], record->mask_text[REEL_MASK_AMODAL][0] + ends[row],
           (size_t)(ends[total - 1] - ends[row]));
    for (size_t i = row; i < total; i++) {
        record->mask_ends[REEL_MASK_AMODAL][0][i] += grown;
    }
    record->mask_text[REEL_MASK_AMODAL][0] = text;
    expect(FRAME, REEL_FAULT_MASK);
    reel_masks_finish(&masks);
    free(text);
    free(ids);
    tear_down();
}

static void wrong_tracks(const void *arg)
{
    (void)arg;
    set_up();
    record->tracks[5].point[2] += 1e-4;
    CHECK_INT(verify_at(0).n[REEL_FAULT_TRACK], ==, 1);
    record->tracks[5].point[2] -= 1e-4;
    record->tracks[5].normal[0] = -record->tracks[5].normal[0];
    record->tracks[5].normal[1] = -record->tracks[5].normal[1];
    record->tracks[5].normal[2] = -record->tracks[5].normal[2];
    CHECK_INT(verify_at(0).n[REEL_FAULT_TRACK], ==, 1);
    tear_down();
}

/* Most states that are turned over are found: all but those too near to something to say. */
static void wrong_states(const void *arg)
{
    int turned = 0, found = 0;
    (void)arg;
    set_up();
    for (int i = 0; i < record->n_tracks; i++) {
        uint8_t *state = record->track_state[0] + (size_t)FRAME * (size_t)record->n_tracks + i;
        const uint8_t was = *state;
        if (was == REEL_TRACK_VISIBLE || was == REEL_TRACK_OUTSIDE) {
            *state = was == REEL_TRACK_VISIBLE ? REEL_TRACK_OCCLUDED : REEL_TRACK_VISIBLE;
            turned++;
            found += verify_at(FRAME).n[REEL_FAULT_TRACK_STATE] > 0;
            *state = was;
        }
    }
    CHECK_INT(turned, >, 30);
    CHECK_INT(found, >, turned * 3 / 4);
    tear_down();
}

/* Texts that pycocotools gives for these pictures. */
static void masks_are_those_of_coco(const void *arg)
{
    static const struct {
        const char *rows, *text;
        int width, height;
    } cases[] = {
        {"000000000000", "<", 4, 3},
        {"111111111111", "0<", 4, 3},
        {"010001100000", "322O2", 4, 3},
    };
    (void)arg;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        uint16_t ids[12];
        uint8_t back[12];
        reel_masks masks;
        const int n = cases[c].width * cases[c].height;
        for (int i = 0; i < n; i++) {
            ids[i] = cases[c].rows[i] == '1';
        }
        CHECK_INT(reel_masks_init(&masks, 1, NULL), ==, REEL_OK);
        CHECK(reel_masks_put_ids(&masks, ids, cases[c].width, cases[c].height));
        const size_t size = strlen(cases[c].text);
        if (c > 0) { /* no pixels: no text, though the decoder knows COCO's */
            CHECK_INT(masks.end[1], ==, size);
            CHECK(memcmp(masks.text, cases[c].text, size) == 0);
        }
        CHECK(reel_mask_decode(cases[c].text, size, cases[c].width, cases[c].height, back));
        for (int i = 0; i < n; i++) {
            CHECK_INT(back[i], ==, ids[i]);
        }
        CHECK(!reel_mask_decode(cases[c].text, size, cases[c].width + 1, cases[c].height, back) ||
              c > 9);
        reel_masks_finish(&masks);
    }
}

/* Whatever the text, the decoder stays in its picture. */
static void any_text_is_let_pass(const void *arg)
{
    uint8_t *back = malloc(50 * 40);
    (void)arg;
    srandom(1);
    for (int i = 0; i < 20000; i++) {
        char text[12];
        const size_t size = (size_t)(random() % 12);
        for (size_t k = 0; k < size; k++) {
            text[k] = (char)(48 + random() % (i % 2 ? 64 : 200));
        }
        (void)reel_mask_decode(text, size, 50, 40, back);
    }
    free(back);
}

static const check_test tests[] = {
    {"a record as it was made is good", good_frame, NULL},
    {"wrong amodal figures are found", wrong_figures, NULL},
    {"wrong masks are found", wrong_masks, NULL},
    {"tracks beside their surface are found", wrong_tracks, NULL},
    {"wrong states of tracks are found", wrong_states, NULL},
    {"masks are coded as COCO codes them", masks_are_those_of_coco, NULL},
    {"any text is let pass by the decoder", any_text_is_let_pass, NULL},
};
CHECK_MAIN(tests)
