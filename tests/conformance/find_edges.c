/* find_edges.c - Canny's edges of raw pictures, for a reader to compare: find_edges WIDTH HEIGHT
 * LOW HIGH < rgb > edges; as many pictures as come. */
#include "export/control.h"
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 5) {
        return 64;
    }
    const int width = atoi(argv[1]), height = atoi(argv[2]);
    const size_t n = (size_t)width * (size_t)height;
    reel_edges *edges = reel_edges_create(width, height);
    uint8_t *rgb = reel_alloc(3 * n), *out = reel_alloc(n);
    if (!edges || !rgb || !out) {
        return 75;
    }
    while (fread(rgb, 3, n, stdin) == n) {
        reel_edges_find(edges, rgb, atoi(argv[3]), atoi(argv[4]), out);
        if (fwrite(out, 1, n, stdout) != n) {
            return 74;
        }
    }
    reel_free(out);
    reel_free(rgb);
    reel_edges_destroy(&edges);
    return 0;
}
