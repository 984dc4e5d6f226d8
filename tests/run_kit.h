/*
 * run_kit.h - clips for tests, made as `physreel run` makes them.
 */
#pragma once

#include "app/app.h"
#include "app/job.h"
#include "base/fs.h"
#include "export/record.h"
#include "tests/check.h"

#include <stdlib.h>

/** The plan of `physreel run` with the n words, probed. */
static inline reel_plan *kit_plan(int n, char **words)
{
    static reel_args args;
    reel_plan *plan = NULL;
    reel_error err = {0};
    CHECK_INT(reel_args_parse(&reel_cmd_run, n, words, &args, &err), ==, REEL_OK);
    CHECK_INT(reel_plan_create(&args, &plan, &err), ==, REEL_OK);
    CHECK_INT(reel_plan_probe(plan, &err), ==, REEL_OK);
    return plan;
}

/** The first clip of that plan, made, and read back; nothing is left on the disk. */
static inline reel_record *kit_record(int n, char **words)
{
    char dir[] = "/tmp/physreel-record-XXXXXX", path[REEL_PATH_MAX];
    reel_plan *plan = kit_plan(n, words);
    reel_record *record = NULL;
    reel_error err = {0};
    CHECK(mkdtemp(dir) != NULL);
    CHECK_INT(reel_job_run(plan, 0, dir, NULL, NULL, &err), ==, REEL_OK);
    reel_fs_join(path, sizeof path, dir, plan->clips[0].id);
    CHECK_INT(reel_record_open(path, &record, &err), ==, REEL_OK);
    CHECK_INT(reel_record_load_data(record, &err), ==, REEL_OK);
    CHECK_INT(reel_fs_remove_tree(dir, &err), ==, REEL_OK);
    reel_plan_destroy(&plan);
    return record;
}
