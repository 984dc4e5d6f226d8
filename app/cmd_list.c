/* cmd_list.c - physreel list: the shipped scenes and their parameters */
#include "app/app.h"
#include "app/plan.h"
#include "export/layout/layout.h"
#include "scenes/scenes.h"
#include <stdio.h>
#include <string.h>

static void print_info(const char *name, const reel_script_info *info)
{
    printf("%s - %s\n", name, info->title);
    for (int i = 0; i < info->n_params; i++) {
        const reel_script_param *p = &info->params[i];
        printf("  %-18s %-7s %s\n", p->name, p->kind, p->range);
    }
}

static reel_json *info_json(const char *name, const reel_script_info *info)
{
    reel_json *o = reel_json_object(), *params = reel_json_array();
    bool ok = o && params;
    for (int i = 0; ok && i < info->n_params; i++) {
        const reel_script_param *p = &info->params[i];
        reel_json *param = p->json ? reel_json_copy(p->json) : reel_json_object();
        ok = param && reel_json_put(param, "name", reel_json_string(p->name)) &&
             reel_json_put(param, "range", reel_json_string(p->range));
        ok = reel_json_push(params, ok ? param : NULL) && ok;
    }
    ok = ok && reel_json_put(o, "scene", reel_json_string(name));
    ok = ok && reel_json_put(o, "family", reel_json_string(info->family));
    ok = ok && reel_json_put(o, "title", reel_json_string(info->title));
    if (ok) {
        ok = reel_json_put(o, "params", params);
    } else {
        reel_json_destroy(&params);
    }
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static int list_one(const char *source, bool as_json, reel_json *list, bool first)
{
    reel_error err = {0};
    reel_script_info *info = NULL;
    if (reel_script_describe(source, &info, &err)) {
        return reel_app_fail(NULL, &err);
    }
    int status = 0;
    if (!as_json) {
        printf("%s", first ? "" : "\n");
        print_info(source, info);
    } else if (!reel_json_push(list, info_json(source, info))) {
        (void)reel_fail(&err, REEL_E_NOMEM, "out of memory");
        status = reel_app_fail(NULL, &err);
    }
    reel_script_info_destroy(&info);
    return status;
}

/* ---- formats ----------------------------------------------------------------------------------
 */

static void print_format(const reel_layout *layout)
{
    printf("%s - %s\n", layout->name, layout->summary);
    for (const reel_layout_setting *s = layout->settings; s && s->name; s++) {
        printf("  %-18s %-10s %s\n", s->name, s->value, s->help);
    }
}

static reel_json *format_json(const reel_layout *layout)
{
    reel_json *o = reel_json_object(), *settings = reel_json_array();
    bool ok = o && settings;
    for (const reel_layout_setting *s = layout->settings; ok && s && s->name; s++) {
        reel_json *setting = reel_json_object();
        ok = setting && reel_json_put(setting, "name", reel_json_string(s->name)) &&
             reel_json_put(setting, "default", reel_json_string(s->value)) &&
             reel_json_put(setting, "help", reel_json_string(s->help));
        ok = reel_json_push(settings, setting) && ok;
    }
    ok = ok && reel_json_put(o, "format", reel_json_string(layout->name)) &&
         reel_json_put(o, "summary", reel_json_string(layout->summary));
    ok = reel_json_put(o, "settings", settings) && ok;
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static int list_formats(bool as_json)
{
    static const reel_layout clips = {.name = "clips",
                                      .summary =
                                          "a folder of videos with tables (VideoFolder and "
                                          "Parquet): the one that others are made from"};
    reel_json *list = as_json ? reel_json_array() : NULL;
    bool ok = !as_json || reel_json_push(list, format_json(&clips));
    if (!as_json) {
        print_format(&clips);
    }
    for (const reel_layout *const *l = reel_layouts; ok && *l; l++) {
        if (as_json) {
            ok = reel_json_push(list, format_json(*l));
        } else {
            printf("\n");
            print_format(*l);
        }
    }
    if (!ok) {
        reel_json_destroy(&list);
    }
    return as_json ? reel_app_print_json(list) : reel_app_print("");
}

/* ---- presets ----------------------------------------------------------------------------------
 */

static int list_presets(bool as_json)
{
    int n = 0;
    const reel_preset *presets = reel_preset_list(&n);
    reel_json *list = as_json ? reel_json_array() : NULL;
    bool ok = true;
    for (int i = 0; ok && i < n; i++) {
        reel_json *o = as_json ? reel_json_object() : NULL;
        ok = !as_json || (o && reel_json_put(o, "preset", reel_json_string(presets[i].name)) &&
                          reel_json_put(o, "about", reel_json_string(presets[i].about)));
        if (!as_json) {
            printf("%s%s - %s\n ", i ? "\n" : "", presets[i].name, presets[i].about);
        }
        for (int k = 0; ok && k < REEL_PRESET_VALUES && presets[i].values[k].key; k++) {
            const char *key = presets[i].values[k].key, *value = presets[i].values[k].value;
            if (as_json) {
                ok = reel_json_put(o, key, reel_json_string(value));
            } else {
                printf(" --%s %s", key, value);
            }
        }
        if (as_json) {
            ok = reel_json_push(list, ok ? o : NULL) && ok;
        } else {
            printf("\n");
        }
    }
    if (!ok) {
        reel_json_destroy(&list);
    }
    return as_json ? reel_app_print_json(list) : reel_app_print("");
}

static int cmd_list(const reel_args *args)
{
    if (reel_args_has(args, "presets")) {
        return list_presets(reel_args_has(args, "json"));
    }
    if (reel_args_has(args, "formats")) {
        return list_formats(reel_args_has(args, "json"));
    }
    const bool as_json = reel_args_has(args, "json");
    const char *const *names = reel_scenes_list();
    reel_json *list = as_json ? reel_json_array() : NULL;
    int status = 0;
    if (args->n_arguments > 0) {
        for (int i = 0; !status && i < args->n_arguments; i++) {
            status = list_one(args->arguments[i], as_json, list, i == 0);
        }
    } else {
        for (int i = 0; !status && names[i]; i++) {
            status = list_one(names[i], as_json, list, i == 0);
        }
    }
    if (status) {
        reel_json_destroy(&list);
        return status;
    }
    return as_json ? reel_app_print_json(list) : reel_app_print("");
}

static const reel_option options[] = {
    {.name = "formats", .help = "the layouts of datasets and their settings instead"},
    {.name = "presets", .help = "the presets of run instead"},
    {.name = "json", .help = "as JSON on stdout"},
    {0},
};

const reel_command reel_cmd_list = {
    .name = "list",
    .arguments = "[SCENE...]",
    .max_arguments = REEL_MAX_ARGS,
    .summary = "the shipped scenes, their parameters and ranges",
    .details = "With SCENE (a shipped name or a .lua script), only these.",
    .example = "  physreel list dominoes",
    .options = options,
    .run = cmd_list,
};
