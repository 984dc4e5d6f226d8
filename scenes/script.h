/*
 * script.h - a script in its sandbox, for the files of this folder only.
 *
 * lua_host.c owns the Lua state, its budgets and the place where every error ends; the other files
 * add functions to it. A function of a script reports a mistake with reel_script_fail(), which
 * does not return; when a budget is spent the host leaves the state by longjmp, so nothing that a
 * binding holds may need releasing: memory comes from Lua or from the scene's arena.
 * Thread-safety: one script, one thread.
 */
#pragma once

#include "scenes/scenes.h"
#include <setjmp.h>

REEL_API_BEGIN

typedef struct lua_State lua_State;
typedef int (*reel_lua_function)(lua_State *L);
typedef struct reel_builder reel_builder; /* build.h */

/** Memory of one allocation of Lua's, in the list of its script. */
typedef struct reel_script_block {
    struct reel_script_block *prev, *next;
    size_t size;
    size_t unused; /* keeps what follows aligned to 16 bytes */
} reel_script_block;

typedef struct reel_script {
    const char *file; /**< as the user named it, for messages */
    const char *base; /**< base name, which is the chunk's name */
    const char
        *folder; /**< of the script's file, "" or with a slash at the end; NULL: not a file */
    const char *text;
    size_t size;
    const reel_freeze_options *options;
    reel_builder *builder;  /**< while build() runs; else NULL */
    reel_script_info *info; /**< what describe fills; else NULL */
    bool quiet;             /**< print() says nothing: the second run */
    bool called;            /**< scene{} was called */

    lua_State *L;
    int64_t steps;            /**< of the VM that are left */
    size_t bytes;             /**< held by the VM */
    reel_script_block blocks; /**< ring of all its memory */
    char chunk[64];           /**< how Lua writes the chunk's name in messages */
    reel_error raised;        /**< parts of the last error of a binding */
    char raised_text[900];    /**< ... and how it reads */
    int about_line; /**< line of the call that is being worked on after the script has ended */
    int error_line; /**< script's line where the error that ended the script began */
    reel_error fatal_error;
    jmp_buf fatal;
} reel_script;

/**
 * A state with the sandbox in it. `s` is zeroed but for file, base, text, size and options.
 * @return REEL_OK; REEL_E_NOMEM. reel_script_close() afterwards in any case.
 */
reel_status reel_script_open(reel_script *s, reel_error *err) REEL_MUST_CHECK;
/** Run the text, then `then` (a Lua C function without arguments; may be NULL).
 * @return REEL_OK; REEL_E_SCENE, REEL_E_USAGE with file, line and field; REEL_E_NOMEM. */
reel_status reel_script_run(reel_script *s, reel_lua_function then,
                            reel_error *err) REEL_MUST_CHECK;
/** Frees all memory of the state, in whatever condition it is. */
void reel_script_close(reel_script *s);

/** The script that a state runs. */
reel_script *reel_script_of(lua_State *L);

/** Take `steps` from the budget; leaves the script for good when it is spent. */
void reel_script_charge(lua_State *L, uint64_t steps);

/** Leave the script for good: no pcall() sees it. */
_Noreturn void reel_script_fatal(reel_script *s, reel_status status, const char *fmt, ...)
    REEL_PRINTF(3, 4);

/** Raise an error at the script's current line; `field` may be NULL. */
_Noreturn void reel_script_fail(lua_State *L, const char *field, const char *fmt, ...)
    REEL_PRINTF(3, 4);
/** The same as REEL_E_USAGE: the caller's parameters are wrong, not the script. */
_Noreturn void reel_script_usage(lua_State *L, const char *field, const char *fmt, ...)
    REEL_PRINTF(3, 4);

/** `p`, or the end by lack of memory if it is NULL. */
void *reel_script_have(lua_State *L, void *p);

/** Line of the script that is being executed; 0 if none is. */
int reel_script_line(lua_State *L);

/** Fill the table of globals (lua_sandbox.c, lua_string.c, lua_table.c). */
void reel_sandbox_open(lua_State *L);
void reel_sandbox_open_string(lua_State *L);
void reel_sandbox_open_table(lua_State *L);
/** "nil", "table", ... or the number or string itself: pushes what tostring() says. */
void reel_sandbox_push_text(lua_State *L, int index);

/** int, number, pick, flag, deg (draw.c); scene (params.c); line, arc, grid (layout.c);
 * colors, materials (look.c); the world's methods (world.c). */
void reel_draw_open(lua_State *L);
void reel_params_open(lua_State *L);
void reel_layout_open(lua_State *L);
void reel_look_open(lua_State *L);
void reel_world_open(lua_State *L);

/** Push a world userdata whose builder is the script's. */
void reel_world_push(lua_State *L);

/** What reel_script_run() does after the text: build the scene, or describe the script. */
int reel_params_build(lua_State *L);
int reel_params_describe(lua_State *L);

REEL_API_END
