/*
 * A program that libphysreel does not know: foreign_host LIBRARY RECORD.
 *
 * It has elementary functions of its own under libm's names (wrong ones), flushes denormals, rounds
 * upwards, speaks a language with a decimal comma where there is one, and draws in two threads at
 * once. Every plane of every frame must have the digest of the manifest all the same, and its modes
 * must be its own afterwards. Prints what is wrong; the exit status says how much.
 */
#include "app/physreel.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"

#include <dlfcn.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exported by the program: a library that called them by name would compute nonsense. */
#define WRONG(name)        \
    double name(double x); \
    double name(double x)  \
    {                      \
        return x + 1;      \
    }
#define WRONG2(name)                 \
    double name(double x, double y); \
    double name(double x, double y)  \
    {                                \
        return x - y + 1;            \
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"
WRONG(sin)
WRONG(cos)
WRONG(tan)
WRONG(asin)
WRONG(acos)
WRONG(atan)
WRONG(exp)
WRONG(log)
WRONG(log2)
WRONG2(pow)
WRONG2(atan2)
#pragma GCC diagnostic pop
/* and a name of ours */
int reel_scene_decode(void);
int reel_scene_decode(void)
{
    abort();
}

typedef struct library {
    int (*open)(const char *, const char *, int, reel_reader **);
    void (*close)(reel_reader *);
    const char *(*error)(const reel_reader *);
    int (*info)(reel_reader *, reel_reader_info *);
    size_t (*bytes)(const char *, int, int);
    int (*render)(reel_reader *, int, int, int, int, int, const char *const *, void *const *,
                  const size_t *);
} library;

typedef struct job {
    const library *lib;
    const char *record;
    const reel_json *manifest;
    int first, wrong, frames; /* draws frames first, first + 2, ... */
} job;

static unsigned get_modes(void)
{
    unsigned mxcsr;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    return mxcsr;
}

static void set_modes(void)
{
    enum { FLUSH = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };
    fesetround(FE_UPWARD);
    const unsigned mxcsr = get_modes() | FLUSH | DENORMALS_ARE_ZERO;
    __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
}

static void say(job *j, const char *what, const char *detail)
{
    printf("%s: %s\n", what, detail);
    j->wrong++;
}

static void check_plane(job *j, reel_reader *reader, const reel_reader_info *info, int stream,
                        const char *plane, const reel_json *digests)
{
    const size_t size = j->lib->bytes(plane, info->width, info->height);
    char *memory = malloc(size + 1), *buffer = memory + 1; /* of no alignment at all */
    for (int f = j->first; f < info->frames; f += 2) {
        char hex[REEL_XXH128_HEX];
        const unsigned before = get_modes();
        if (j->lib->render(reader, stream, f, 0, 0, 1, &plane, (void *const *)&buffer, &size)) {
            say(j, plane, j->lib->error(reader));
            break;
        }
        if (((get_modes() ^ before) & 0xffc0) != 0 || fegetround() != FE_UPWARD) {
            say(j, plane, "the host's floating-point modes were changed");
        }
        reel_xxh128_hex(reel_xxh128_of(buffer, size), hex);
        if (strcmp(hex, reel_json_to_string(reel_json_at(digests, (size_t)f))) != 0) {
            say(j, plane, "other bits than those of the manifest");
        }
        j->frames++;
    }
    free(memory);
}

static void *work(void *arg)
{
    job *j = arg;
    reel_reader *reader = NULL;
    reel_reader_info info;
    set_modes();
    if (j->lib->open(j->record, NULL, 0, &reader) || j->lib->info(reader, &info)) {
        say(j, j->record, j->lib->error(reader));
        j->lib->close(reader);
        return NULL;
    }
    const reel_json *streams = reel_json_get(j->manifest, "streams");
    for (size_t s = 0; s < reel_json_count(streams); s++) {
        const reel_json *lists = reel_json_get(reel_json_at(streams, s), "xxh128");
        for (size_t p = 0; p < reel_json_count(lists); p++) {
            reel_json *list = NULL;
            const char *plane = reel_json_key_at(lists, p, &list);
            check_plane(j, reader, &info, (int)s, plane, list);
        }
    }
    j->lib->close(reader);
    return NULL;
}

static void *find(void *handle, const char *name)
{
    void *at = dlsym(handle, name);
    if (!at) {
        printf("no %s\n", name);
        exit(1);
    }
    return at;
}

int main(int argc, char **argv)
{
    char path[REEL_PATH_MAX];
    library lib;
    reel_json *manifest = NULL;
    pthread_t threads[2];
    job jobs[2];
    void *handle = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!handle) {
        printf("usage: foreign_host LIBRARY RECORD%s\n", argc == 3 ? dlerror() : "");
        return 64;
    }
    *(void **)&lib.open = find(handle, "reel_reader_open");
    *(void **)&lib.close = find(handle, "reel_reader_close");
    *(void **)&lib.error = find(handle, "reel_reader_error");
    *(void **)&lib.info = find(handle, "reel_reader_get_info");
    *(void **)&lib.bytes = find(handle, "reel_reader_bytes");
    *(void **)&lib.render = find(handle, "reel_reader_render");
    reel_fs_join(path, sizeof path, argv[2], "manifest.json");
    if (reel_json_read_file(path, &manifest, NULL)) {
        printf("%s cannot be read\n", path);
        return 74;
    }
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        printf("(no locale with a decimal comma here)\n");
    }
    int wrong = 0, frames = 0;
    for (int i = 0; i < 2; i++) {
        jobs[i] = (job){.lib = &lib, .record = argv[2], .manifest = manifest, .first = i};
        pthread_create(&threads[i], NULL, work, &jobs[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        wrong += jobs[i].wrong;
        frames += jobs[i].frames;
    }
    reel_json_destroy(&manifest);
    dlclose(handle);
    printf("%d planes of frames compared, %d wrong\n", frames, wrong);
    return wrong > 0 || frames == 0;
}
