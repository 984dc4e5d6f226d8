/* cmd_sheet.c - physreel sheet: a contact sheet of a dataset */
#include "app/app.h"
#include "app/sheet.h"
#include "export/pack.h"

static int cmd_sheet(const reel_args *args)
{
    reel_error err = {0};
    reel_dataset *dataset = NULL;
    const char *path = reel_args_get(args, "output");
    int64_t rows = REEL_SHEET_ROWS, width = REEL_SHEET_WIDTH;
    if (!path) {
        (void)reel_fail(&err, REEL_E_USAGE, "sheet needs -o FILE.png");
        return reel_app_fail(NULL, &err);
    }
    if (reel_args_int(args, "clips", 1, 1000, &rows, &err) ||
        reel_args_int(args, "width", 16, 2048, &width, &err) ||
        reel_dataset_open_clips(args->arguments[0], &dataset, &err)) {
        return reel_app_fail(NULL, &err);
    }
    rows = rows < dataset->n_clips ? rows : dataset->n_clips;
    reel_status status = reel_sheet_make(dataset->record_dirs, (int)rows, (int)width, path, &err);
    reel_dataset_close(&dataset);
    return status ? reel_app_fail(NULL, &err) : 0;
}

static const reel_option options[] = {
    {.name = "output", .letter = 'o', .value = "FILE.png", .help = "the picture"},
    {.name = "clips", .value = "N", .help = "rows: the first N clips (default 12)"},
    {.name = "width", .value = "PIXELS", .help = "of one cell (default 208)"},
    {0},
};

const reel_command reel_cmd_sheet = {
    .name = "sheet",
    .arguments = "DIR",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "a contact sheet of a dataset as PNG",
    .details =
        "A row for each clip (its first camera): colour at four times, then depth, instances,\n"
        "normals and flow at the first of them, drawn from scene and take.",
    .example = "  physreel sheet out/demo -o out/demo.png",
    .options = options,
    .run = cmd_sheet,
};
