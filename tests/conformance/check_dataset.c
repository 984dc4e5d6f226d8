/* check_dataset DIR [files|tables]: prints what is wrong with a dataset, one finding a line; exit
 * status 1 if anything was found. */
#include "export/pack.h"
#include <stdio.h>
#include <string.h>

static bool print_finding(void *ctx, const reel_error *finding)
{
    char text[1200];
    (void)ctx;
    reel_error_format(finding, text, sizeof(text));
    printf("%s\n", text);
    return true;
}

int main(int argc, char **argv)
{
    reel_error err = {0};
    reel_dataset *dataset = NULL;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: check_dataset DIR [files|tables]\n");
        return 64;
    }
    reel_status status = reel_dataset_open(argv[1], &dataset, &err);
    if (status != REEL_OK) {
        print_finding(NULL, &err);
        return 1;
    }
    reel_status files = REEL_OK, tables = REEL_OK;
    if (argc < 3 || strcmp(argv[2], "files") == 0) {
        files = reel_dataset_check_files(dataset, print_finding, NULL, &err);
    }
    if (argc < 3 || strcmp(argv[2], "tables") == 0) {
        tables = reel_dataset_check_tables(dataset, print_finding, NULL, &err);
    }
    reel_dataset_close(&dataset);
    return files != REEL_OK || tables != REEL_OK;
}
