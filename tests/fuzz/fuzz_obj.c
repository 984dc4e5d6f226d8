/*
 * fuzz_obj.c - any bytes as Wavefront OBJ text.
 *
 * What is refused has a status and a message and leaves the solid alone. What is taken is a solid:
 * its mesh closed, its parts convex, all vertices whole micrometres.
 */
#include "assets/meshes.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/* Not assert: a build without it must still find things. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz_obj: does not hold: %s\n", what);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    reel_arena arena = {0};
    reel_solid solid = {0};
    reel_error err = {0};
    reel_obj_options options = reel_obj_options_default();
    options.y_up = size > 0 && data[size - 1] == '\n';
    const reel_status status =
        reel_solid_from_obj(&arena, (const char *)data, size, "fuzz", &options, &solid, &err);
    if (status != REEL_OK) {
        must(solid.n_parts == 0 && err.status == status && err.msg[0], "a refusal says why");
        reel_arena_finish(&arena);
        return 0;
    }
    must(reel_mesh_check(&solid.mesh, false, &err) == REEL_OK, "the mesh is closed");
    must(solid.n_parts >= 1 && solid.n_parts <= REEL_MAX_PARTS, "there are parts");
    for (int i = 0; i < solid.n_parts; i++) {
        must(reel_mesh_check(&solid.parts[i], true, &err) == REEL_OK, "parts are convex");
    }
    must(solid.deviation >= 0 && isfinite(solid.deviation), "the deviation is a length");
    reel_arena_finish(&arena);
    return 0;
}
