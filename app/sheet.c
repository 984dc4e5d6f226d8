/* sheet.c - rows of pictures drawn again from records; see sheet.h */
#include "app/sheet.h"

#include "app/picture.h"
#include "export/picture_png.h"
#include "export/record.h"
#include "render/render.h"

enum { TIMES = 4, COLUMNS = TIMES + 4, GAP = 4, HEAD = 24 };

static const reel_plane label_columns[] = {REEL_PLANE_DEPTH, REEL_PLANE_INSTANCE, REEL_PLANE_NORMAL,
                                           REEL_PLANE_FLOW_FWD};

/* Cells of one size for all rows; a clip of another shape is fitted in. */
typedef struct sheet {
    reel_picture picture;
    int cell_width, cell_height;
} sheet;

static void place(sheet *s, int row, int column, const reel_picture *cell)
{
    int width = s->cell_width, height = s->cell_height;
    if (cell->width * height > cell->height * width) {
        height = cell->height * width / cell->width;
    } else {
        width = cell->width * height / cell->height;
    }
    int x = GAP + column * (s->cell_width + GAP) + (s->cell_width - width) / 2;
    int y = HEAD + row * (s->cell_height + GAP) + (s->cell_height - height) / 2;
    reel_picture_place(&s->picture, x, y, width, height, cell);
}

/* What one row is drawn with. */
typedef struct row_tools {
    const reel_record *record;
    reel_renderer *renderer;
    reel_frame frame;
    reel_picture cell;
} row_tools;

static reel_status open_row(row_tools *t, double depth_scale, reel_planes planes, reel_error *err)
{
    const reel_scene *scene = t->record->scene;
    reel_render_options options = reel_render_options_default();
    options.depth_scale = depth_scale;
    if (reel_quality_find(t->record->quality, &options.quality) &&
        options.quality == REEL_QUALITY_LABELS) {
        options.quality = REEL_QUALITY_DRAFT;
    }
    reel_status status = reel_renderer_create(scene, t->record->take, &options, &t->renderer, err);
    if (!status) {
        status = reel_frame_init(&t->frame, scene->width, scene->height, planes,
                                 reel_scene_n_instances(scene), err);
    }
    if (!status && !reel_picture_init(&t->cell, scene->width, scene->height, 0)) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    return status;
}

static void close_row(row_tools *t)
{
    reel_picture_finish(&t->cell);
    reel_frame_finish(&t->frame);
    reel_renderer_destroy(&t->renderer);
}

static reel_status draw_cells(sheet *s, int row, row_tools *t, reel_error *err)
{
    const int camera = t->record->streams[0].camera_index;
    for (int i = 0; i < TIMES; i++) {
        int k = (2 * i + 1) * (t->record->scene->frames - 1) / (2 * TIMES);
        reel_status status = reel_renderer_draw(t->renderer, camera, k, &t->frame, err);
        if (status) {
            return status;
        }
        reel_picture_of_plane(&t->cell, &t->frame, REEL_PLANE_RGB, 0);
        place(s, row, i, &t->cell);
        for (int c = 0; i == 0 && c < COLUMNS - TIMES; c++) {
            if (t->frame.planes & REEL_PLANE_BIT(label_columns[c])) {
                double flow = reel_flow_largest(&t->frame, REEL_PLANE_FLOW_FWD);
                reel_picture_of_plane(&t->cell, &t->frame, label_columns[c], flow);
                place(s, row, TIMES + c, &t->cell);
            }
        }
    }
    return REEL_OK;
}

/* A clip that does not store a label may have values that do not fit it: then the picture takes a
 * coarser depth, and at last does without labels. */
static reel_status draw_row(sheet *s, int row, const reel_record *record, reel_error *err)
{
    const reel_planes colour = REEL_PLANE_BIT(REEL_PLANE_RGB);
    reel_planes planes = colour;
    double scale = record->depth_scale > 0 ? record->depth_scale : REEL_DEPTH_SCALE_DEFAULT;
    for (int i = 0; i < COLUMNS - TIMES; i++) {
        planes |= REEL_PLANE_BIT(label_columns[i]);
    }
    for (;;) {
        row_tools t = {.record = record};
        reel_status status = open_row(&t, scale, planes, err);
        status = status ? status : draw_cells(s, row, &t, err);
        close_row(&t);
        if (status != REEL_E_REFUSED || planes == colour) {
            return status;
        }
        scale *= 10;
        planes = scale > 100 ? colour : planes;
    }
}

static reel_status begin_sheet(sheet *s, const reel_scene *first, int rows, int cell_width,
                               reel_error *err)
{
    static const char *const heads[] = {"rgb 1/8", "rgb 3/8",   "rgb 5/8", "rgb 7/8",
                                        "depth",   "instances", "normals", "flow"};
    s->cell_width = cell_width;
    s->cell_height = cell_width * first->height / first->width;
    s->cell_height = s->cell_height < 1 ? 1 : s->cell_height;
    if (!reel_picture_init(&s->picture, GAP + COLUMNS * (s->cell_width + GAP),
                           HEAD + rows * (s->cell_height + GAP), 255)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int c = 0; c < COLUMNS; c++) {
        int scale = cell_width >= 120 ? 2 : 1;
        reel_picture_write(&s->picture, GAP + c * (s->cell_width + GAP) + 2, 5, scale, heads[c],
                           64);
    }
    return REEL_OK;
}

reel_status reel_sheet_make(const char *const *record_dirs, int n, int cell_width, const char *path,
                            reel_error *err)
{
    sheet s = {0};
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < n; i++) {
        reel_record *record = NULL;
        status = reel_record_open(record_dirs[i], &record, err);
        status = status ? status : reel_record_load_data(record, err);
        if (!status && i == 0) {
            status = begin_sheet(&s, record->scene, n, cell_width, err);
        }
        status = status ? status : draw_row(&s, i, record, err);
        reel_record_close(&record);
    }
    if (!status) {
        status = reel_png_write(path, s.picture.rgb, s.picture.width, s.picture.height, err);
    }
    reel_picture_finish(&s.picture);
    return status;
}
