/*
 * lua_host.c - one Lua state: its memory, its budgets, and the place where its errors end.
 *
 * Ordinary errors are Lua's own and may be caught by the script. A spent budget is not: the hook
 * or the allocator jumps straight to the rim and the state is abandoned, so that no pcall, message
 * handler or closing value can go on. All memory of the state is in a ring and freed from there.
 */
#include "scenes/library.h"
#include "scenes/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOOK_STEPS = 100,    /* VM instructions between two looks at the budget */
    BYTES_PER_STEP = 16, /* copying costs as well: steps charged for bytes allocated */
    STRING_BYTES = 16384 /* the longest string: comparing two costs time that no step counts */
};

reel_script *reel_script_of(lua_State *L)
{
    reel_script *s;
    memcpy(&s, lua_getextraspace(L), sizeof(s));
    return s;
}

int reel_script_line(lua_State *L)
{
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0 && strcmp(ar.short_src, reel_script_of(L)->chunk) == 0) {
            return ar.currentline;
        }
    }
    return 0;
}

_Noreturn void reel_script_fatal(reel_script *s, reel_status status, const char *fmt, ...)
{
    va_list args;
    s->fatal_error = (reel_error){.status = status};
    va_start(args, fmt);
    vsnprintf(s->fatal_error.msg, sizeof(s->fatal_error.msg), fmt, args);
    va_end(args);
    s->fatal_error.line = s->L ? reel_script_line(s->L) : 0;
    longjmp(s->fatal, 1);
}

static void spend(reel_script *s, uint64_t steps)
{
    if (steps > (uint64_t)s->steps) {
        s->steps = 0;
        reel_script_fatal(s, REEL_E_SCENE,
                          "the script does not end within its budget of %lld steps",
                          (long long)s->options->max_steps);
    }
    s->steps -= (int64_t)steps;
}

void reel_script_charge(lua_State *L, uint64_t steps)
{
    spend(reel_script_of(L), steps);
}

void *reel_script_have(lua_State *L, void *p)
{
    if (!p) {
        reel_script_fatal(reel_script_of(L), REEL_E_NOMEM, "out of memory");
    }
    return p;
}

static void on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    spend(reel_script_of(L), HOOK_STEPS);
}

static void unlink_block(reel_script *s, reel_script_block *b)
{
    b->prev->next = b->next;
    b->next->prev = b->prev;
    s->bytes -= b->size;
}

static void link_block(reel_script *s, reel_script_block *b, size_t size)
{
    b->size = size;
    b->next = s->blocks.next;
    b->prev = &s->blocks;
    b->next->prev = b;
    s->blocks.next = b;
    s->bytes += size;
}

/* Never returns NULL for a request: running out is final, so that no script can catch it. */
static void *allocate(void *user, void *old, size_t old_size, size_t new_size)
{
    reel_script *s = user;
    reel_script_block *b = old ? (reel_script_block *)old - 1 : NULL;
    const size_t had = old ? old_size : 0; /* without a block old_size is a type tag */
    if (new_size == 0) {
        if (b) {
            unlink_block(s, b);
            reel_free(b);
        }
        return NULL;
    }
    if (!old && old_size == LUA_TSTRING && new_size > STRING_BYTES) {
        reel_script_fatal(s, REEL_E_SCENE, "the script makes a string of more than %d bytes",
                          STRING_BYTES);
    }
    if (new_size > had) {
        if (new_size - had > s->options->max_bytes - s->bytes) {
            reel_script_fatal(s, REEL_E_SCENE, "the script needs more than its %zu bytes of memory",
                              s->options->max_bytes);
        }
        spend(s, new_size / BYTES_PER_STEP);
    }
    reel_script_block *grown = reel_alloc(sizeof(*b) + new_size);
    if (!grown) {
        if (b && new_size <= had) {
            return old; /* Lua takes it for granted that shrinking works */
        }
        reel_script_fatal(s, REEL_E_NOMEM, "out of memory");
    }
    link_block(s, grown, new_size);
    if (b) {
        memcpy(grown + 1, old, had < new_size ? had : new_size);
        unlink_block(s, b);
        reel_free(b);
    }
    return grown + 1;
}

static void raise_error(lua_State *L, reel_status status, const char *field, const char *msg)
{
    reel_script *s = reel_script_of(L);
    s->raised = (reel_error){.status = status, .line = reel_script_line(L)};
    if (s->raised.line == 0 && status == REEL_E_SCENE) {
        s->raised.line = s->about_line;
    }
    snprintf(s->raised.field, sizeof(s->raised.field), "%s", field ? field : "");
    snprintf(s->raised.msg, sizeof(s->raised.msg), "%s", msg);
    snprintf(s->raised_text, sizeof(s->raised_text), "%s:%d: %s%s%s", s->chunk, s->raised.line,
             s->raised.field, s->raised.field[0] ? ": " : "", s->raised.msg);
    lua_pushstring(L, s->raised_text);
    lua_error(L);
}

_Noreturn void reel_script_fail(lua_State *L, const char *field, const char *fmt, ...)
{
    char msg[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    raise_error(L, REEL_E_SCENE, field, msg);
    abort(); /* lua_error() does not come back */
}

_Noreturn void reel_script_usage(lua_State *L, const char *field, const char *fmt, ...)
{
    char msg[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    raise_error(L, REEL_E_USAGE, field, msg);
    abort();
}

/* Message handler of the outermost call: the stack is still there, so the line can be found. */
static int on_error(lua_State *L)
{
    reel_script_of(L)->error_line = reel_script_line(L);
    return 1;
}

static int on_panic(lua_State *L)
{
    reel_script_fatal(reel_script_of(L), REEL_E_INTERNAL, "Lua error outside of a protected call");
}

/* "chunk:12: text" -> 12, and where the text begins; 0 if it does not look so. */
static int split_position(const reel_script *s, const char *msg, const char **text)
{
    const size_t n = strlen(s->chunk);
    int line = 0, used = 0;
    if (n > 0 && strncmp(msg, s->chunk, n) == 0 && sscanf(msg + n, ":%d: %n", &line, &used) == 1 &&
        used > 0) {
        *text = msg + n + used;
        return line;
    }
    *text = msg;
    return 0;
}

/* Turn the error object on the stack into *err. */
static reel_status ended_by(reel_script *s, reel_error *err)
{
    lua_State *L = s->L;
    const char *msg = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (msg && s->raised.status != REEL_OK && strcmp(msg, s->raised_text) == 0) {
        return reel_fail_at(err, s->raised.status, s->file, s->raised.line,
                            s->raised.field[0] ? s->raised.field : NULL, "%s", s->raised.msg);
    }
    if (!msg) {
        return reel_fail_at(err, REEL_E_SCENE, s->file, s->error_line, NULL,
                            "the script raised an error that is a %s", luaL_typename(L, -1));
    }
    const char *text;
    const int line = split_position(s, msg, &text);
    return reel_fail_at(err, REEL_E_SCENE, s->file, line ? line : s->error_line, NULL, "%s", text);
}

static reel_status ended_by_fatal(const reel_script *s, reel_error *err)
{
    return reel_fail_at(err, s->fatal_error.status, s->file, s->fatal_error.line, NULL, "%s",
                        s->fatal_error.msg);
}

/* Functions for scripts that are scripts themselves; `=` keeps their lines out of messages. */
static void open_light_set(lua_State *L)
{
    if (luaL_loadbufferx(L, reel_light_set_lua, strlen(reel_light_set_lua), "=light_set", "t")) {
        lua_error(L);
    }
    lua_call(L, 0, 0);
}

static int open_all(lua_State *L)
{
    reel_sandbox_open(L);
    reel_draw_open(L);
    reel_params_open(L);
    reel_layout_open(L);
    reel_look_open(L);
    reel_world_open(L);
    open_light_set(L);
    return 0;
}

reel_status reel_script_open(reel_script *s, reel_error *err)
{
    s->blocks.next = s->blocks.prev = &s->blocks;
    s->steps = s->options->max_steps;
    if (setjmp(s->fatal) != 0) {
        return ended_by_fatal(s, err);
    }
    lua_State *L = lua_newstate(allocate, s);
    if (!L) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    memcpy(lua_getextraspace(L), &s, sizeof(s));
    lua_atpanic(L, on_panic);
    s->L = L;
    lua_pushcfunction(L, open_all);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK) {
        return reel_fail(err, REEL_E_INTERNAL, "sandbox: %s", lua_tostring(L, -1));
    }
    return REEL_OK;
}

/* The parser's own limits are reported without a line, so the text is handed over line by line. */
typedef struct source_reader {
    const char *text;
    size_t left;
    int line;
} source_reader;

static const char *read_line(lua_State *L, void *user, size_t *size)
{
    source_reader *r = user;
    (void)L;
    if (r->left == 0) {
        *size = 0;
        return NULL;
    }
    const char *line = r->text, *end = memchr(line, '\n', r->left);
    *size = end ? (size_t)(end - line) + 1 : r->left;
    r->text += *size;
    r->left -= *size;
    r->line++;
    return line;
}

static int load_text(reel_script *s, const char *chunkname)
{
    source_reader reader = {s->text, s->size, 0};
    const int status = lua_load(s->L, read_line, &reader, chunkname, "t");
    s->error_line = reader.line;
    return status;
}

/* How Lua abbreviates the chunk's name is found by asking for a function of such a chunk. */
static void learn_chunk_name(reel_script *s, const char *chunkname)
{
    lua_Debug ar;
    if (luaL_loadbufferx(s->L, "", 0, chunkname, "t") == LUA_OK) {
        lua_getinfo(s->L, ">S", &ar);
        snprintf(s->chunk, sizeof(s->chunk), "%s", ar.short_src);
    }
}

reel_status reel_script_run(reel_script *s, reel_lua_function then, reel_error *err)
{
    lua_State *L = s->L;
    char chunkname[300];
    if (setjmp(s->fatal) != 0) {
        return ended_by_fatal(s, err);
    }
    snprintf(chunkname, sizeof(chunkname), "@%s", s->base);
    learn_chunk_name(s, chunkname);
    lua_sethook(L, on_count, LUA_MASKCOUNT, HOOK_STEPS);
    lua_pushcfunction(L, on_error);
    if (load_text(s, chunkname) != LUA_OK) {
        return ended_by(s, err);
    }
    if (lua_pcall(L, 0, 0, 1) != LUA_OK) {
        return ended_by(s, err);
    }
    if (then) {
        lua_pushcfunction(L, then);
        if (lua_pcall(L, 0, 0, 1) != LUA_OK) {
            return ended_by(s, err);
        }
    }
    return REEL_OK;
}

void reel_script_close(reel_script *s)
{
    while (s->blocks.next && s->blocks.next != &s->blocks) {
        reel_script_block *b = s->blocks.next;
        unlink_block(s, b);
        reel_free(b);
    }
    s->L = NULL;
}
