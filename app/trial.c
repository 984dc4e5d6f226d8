/* trial.c - see trial.h */
#include "app/trial.h"
#include "app/export.h"

/* All are shown, as their order is, before the first is put. */
static reel_status try_clips(reel_exporter *exporter, const reel_output *output,
                             const reel_plan *plan, int n, reel_error *err)
{
    char dir[REEL_PATH_MAX];
    const reel_export_source source = {.dir = dir};
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < n; i++) {
        reel_fs_join(dir, sizeof dir, output->records, plan->clips[i].id);
        status = reel_exporter_look(exporter, &source, err);
    }
    if (!status && n > 0) {
        reel_fs_join(dir, sizeof dir, output->records, plan->clips[0].id);
        status = reel_exporter_make(exporter, &source, 0, err);
        status = status ? status : reel_exporter_put(exporter, &source, 0, err);
    }
    return status;
}

reel_status reel_trial_run(const reel_output *output, reel_plan *plan, int n, reel_error *err)
{
    char folder[REEL_PATH_MAX], root[REEL_PATH_MAX], work[REEL_PATH_MAX];
    reel_exporter *exporter = NULL;
    reel_export_options options;
    reel_fs_join(folder, sizeof folder, output->partial,
                 ".tmp-trial"); /* a stray if we are killed */
    reel_fs_join(root, sizeof root, folder, "dataset");
    reel_fs_join(work, sizeof work, folder, "parts");
    reel_status status = reel_export_options_of(plan, root, work, &options, err);
    status = status ? status : reel_fs_make_dirs(root, err);
    status = status ? status : reel_exporter_open(&options, &exporter, err);
    status = status ? status : try_clips(exporter, output, plan, n, err);
    reel_exporter_destroy(&exporter);
    (void)reel_fs_remove_tree(folder, NULL);
    return status;
}
