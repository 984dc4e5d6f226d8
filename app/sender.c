/* sender.c - see sender.h */
#include "app/sender.h"
#include "app/child.h"
#include "app/worker.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct reel_sender {
    pid_t pid;
    int to, from;
    bool busy; /* a group is under way */
};

/* A file on its way through the pipe; both names follow. */
typedef struct entry {
    uint64_t bytes;
    uint32_t name_size, path_size; /* with their NUL */
    char sha256[REEL_SHA256_HEX];
} entry;

typedef struct group_head {
    uint32_t n;
    char message[160];
} group_head;

/* ---- in the other process -------------------------------------------------------------------- */

static bool read_file(int fd, reel_arena *arena, reel_remote_file *out)
{
    entry e;
    if (!reel_pipe_read(fd, &e, sizeof e)) {
        return false;
    }
    char *name = reel_arena_alloc(arena, e.name_size, 1);
    char *path = reel_arena_alloc(arena, e.path_size, 1);
    *out = (reel_remote_file){.name = name, .path = path, .bytes = e.bytes, .checked = true};
    memcpy(out->sha256, e.sha256, sizeof e.sha256);
    return name && path && reel_pipe_read(fd, name, e.name_size) &&
           reel_pipe_read(fd, path, e.path_size);
}

/* In parts within the bounds of a commit. */
static reel_status send_group(reel_push *push, const reel_remote_bounds *bounds,
                              const reel_remote_file *const *files, int n, const char *message,
                              reel_error *err)
{
    reel_status status = REEL_OK;
    for (int first = 0; !status && first < n;) {
        uint64_t bytes = files[first]->bytes;
        int count = 1;
        while (first + count < n && count < bounds->max_files &&
               bytes + files[first + count]->bytes <= bounds->max_bytes) {
            bytes += files[first + count++]->bytes;
        }
        status = reel_push_send(push, files + first, count, message, err);
        first += count;
    }
    return status;
}

/* The life of the process; never returns. */
static void serve(const reel_push_options *options, int from, int to)
{
    reel_push *push = NULL;
    group_head head;
    const reel_remote_bounds bounds = reel_push_bounds(options);
    while (reel_pipe_read(from, &head, sizeof head)) {
        reel_error err = {0};
        reel_arena arena = {0};
        reel_remote_file *files = REEL_ARENA_NEW(&arena, reel_remote_file, head.n + 1);
        const reel_remote_file **all = REEL_ARENA_NEW(&arena, const reel_remote_file *, head.n + 1);
        bool ok = files && all;
        for (uint32_t i = 0; ok && i < head.n; i++) {
            ok = read_file(from, &arena, &files[i]);
            all[i] = &files[i];
        }
        reel_status status =
            ok ? REEL_OK : reel_fail(&err, REEL_E_NOMEM, "out of memory for what is to be sent");
        if (!status && !push) {
            status = reel_push_open(options, &push, &err);
        }
        if (!status) {
            status = send_group(push, &bounds, all, (int)head.n, head.message, &err);
        }
        err.status = status;
        reel_arena_finish(&arena);
        if (!reel_pipe_write(to, &err, sizeof err) || !ok) {
            break;
        }
    }
    reel_push_close(&push);
    fflush(NULL);
    _exit(0);
}

static void become_sender(const reel_push_options *options, int from, int to, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(70);
    }
    signal(SIGINT, SIG_IGN); /* a terminal sends it to all; the parent decides */
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    serve(options, from, to);
}

/* ---- here ------------------------------------------------------------------------------------ */

reel_status reel_sender_start(const reel_push_options *options, reel_sender **out, reel_error *err)
{
    int there[2] = {-1, -1}, back[2] = {-1, -1};
    reel_sender *sender = reel_calloc(1, sizeof *sender);
    const pid_t parent = getpid();
    if (!sender) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    sender->pid = -1;
    if (pipe2(there, O_CLOEXEC) == 0 && pipe2(back, O_CLOEXEC) == 0) {
        fflush(NULL);
        sender->pid = fork();
    }
    if (sender->pid == 0) {
        close(there[1]);
        close(back[0]);
        become_sender(options, there[0], back[1], parent);
    }
    if (sender->pid < 0) {
        const int why = errno;
        const int ends[] = {there[0], there[1], back[0], back[1]};
        for (int i = 0; i < 4; i++) {
            if (ends[i] >= 0) {
                close(ends[i]);
            }
        }
        reel_free(sender);
        return reel_fail(err, REEL_E_IO, "cannot start a process that sends: %s", strerror(why));
    }
    close(there[0]);
    close(back[1]);
    sender->to = there[1];
    sender->from = back[0];
    *out = sender;
    return REEL_OK;
}

static reel_status gone(reel_error *err)
{
    return reel_fail(err, REEL_E_INTERNAL, "the process that sends has ended");
}

reel_status reel_sender_give(reel_sender *sender, const reel_remote_file *files, int n,
                             const char *message, reel_error *err)
{
    group_head head = {.n = (uint32_t)n};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, &before);
    snprintf(head.message, sizeof head.message, "%s", message);
    bool ok = reel_pipe_write(sender->to, &head, sizeof head);
    for (int i = 0; ok && i < n; i++) {
        entry e;
        memset(&e, 0, sizeof e);
        e.bytes = files[i].bytes;
        e.name_size = (uint32_t)strlen(files[i].name) + 1;
        e.path_size = (uint32_t)strlen(files[i].path) + 1;
        memcpy(e.sha256, files[i].sha256, sizeof e.sha256);
        ok = reel_pipe_write(sender->to, &e, sizeof e) &&
             reel_pipe_write(sender->to, files[i].name, e.name_size) &&
             reel_pipe_write(sender->to, files[i].path, e.path_size);
    }
    sigaction(SIGPIPE, &before, NULL);
    sender->busy = ok;
    return ok ? REEL_OK : gone(err);
}

reel_status reel_sender_poll(reel_sender *sender, bool wait, bool *sent, reel_error *err)
{
    struct pollfd fd = {.fd = sender->from, .events = POLLIN};
    reel_error answer;
    *sent = false;
    for (;;) {
        if (reel_stop_signal()) {
            return reel_fail(err, REEL_E_RETRY, "interrupted by signal %d (%s)", reel_stop_signal(),
                             strsignal(reel_stop_signal()));
        }
        const int n = poll(&fd, 1, wait ? 500 : 0);
        if (n > 0) {
            break;
        }
        if (!wait) {
            return REEL_OK;
        }
    }
    if (!reel_pipe_read(sender->from, &answer, sizeof answer)) {
        return gone(err);
    }
    sender->busy = false;
    *sent = !answer.status;
    if (answer.status && err) {
        *err = answer;
    }
    return answer.status;
}

void reel_sender_end(reel_sender **sender)
{
    if (*sender) {
        close((*sender)->to); /* it ends when it has nothing to do */
        close((*sender)->from);
        if ((*sender)->busy) {
            kill((*sender)->pid, SIGTERM);
        }
        while (waitpid((*sender)->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        reel_free(*sender);
        *sender = NULL;
    }
}
