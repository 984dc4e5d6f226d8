/* child.c - see child.h */
#include "app/child.h"
#include "app/worker.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static reel_status stopped(reel_error *err)
{
    return reel_fail(err, REEL_E_RETRY, "interrupted by signal %d (%s)", reel_stop_signal(),
                     strsignal(reel_stop_signal()));
}

/* In the child; never returns. */
static void become(const char *const *argv, const char *const *environment, int out, int told,
                   pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(70);
    }
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(told, 2) < 0) {
        _exit(70);
    }
    for (int i = 0; environment && environment[i]; i++) {
        char *word = strdup(environment[i]);
        if (!word || putenv(word) != 0) {
            _exit(70);
        }
    }
    signal(SIGPIPE, SIG_DFL);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(errno == ENOENT || errno == EACCES ? 127 : 126);
}

/* Read what is there into `to` (NULL: drop it). false: the pipe has ended. */
static bool drain(int fd, reel_bytes *to)
{
    char buffer[4096];
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0) {
        return errno == EINTR || errno == EAGAIN;
    }
    if (n > 0 && to) {
        reel_bytes_put(to, buffer, (size_t)n);
    }
    return n > 0;
}

/* Until both pipes have ended. */
static reel_status collect(int fds[2], reel_bytes *to[2], reel_error *err)
{
    bool open[2] = {true, true};
    while (open[0] || open[1]) {
        struct pollfd polled[2] = {{.fd = open[0] ? fds[0] : -1, .events = POLLIN},
                                   {.fd = open[1] ? fds[1] : -1, .events = POLLIN}};
        if (reel_stop_signal()) {
            return stopped(err);
        }
        if (poll(polled, 2, 500) <= 0) {
            continue;
        }
        for (int i = 0; i < 2; i++) {
            if (polled[i].revents) {
                open[i] = drain(fds[i], to[i]);
            }
        }
    }
    return REEL_OK;
}

reel_status reel_child_run(const char *const *argv, const char *const *environment, reel_bytes *out,
                           reel_bytes *told, int *exit_status, reel_error *err)
{
    int first[2] = {-1, -1}, second[2] = {-1, -1}, state = 0;
    pid_t pid = -1;
    const pid_t self = getpid();
    if (pipe2(first, O_CLOEXEC) == 0 && pipe2(second, O_CLOEXEC) == 0) {
        fflush(NULL);
        pid = fork();
    }
    if (pid == 0) {
        become(argv, environment, first[1], second[1], self);
    }
    reel_status status =
        pid < 0 ? reel_fail(err, REEL_E_IO, "cannot start %s: %s", argv[0], strerror(errno))
                : REEL_OK;
    for (int i = 0; i < 2; i++) {
        const int *pipe_ends = i == 0 ? first : second;
        if (pipe_ends[1] >= 0) {
            close(pipe_ends[1]);
        }
    }
    if (!status) {
        status = collect((int[2]){first[0], second[0]}, (reel_bytes *[2]){out, told}, err);
        if (status) {
            kill(pid, SIGKILL);
        }
        while (waitpid(pid, &state, 0) < 0 && errno == EINTR) {
        }
    }
    if (first[0] >= 0) {
        close(first[0]);
    }
    if (second[0] >= 0) {
        close(second[0]);
    }
    if (!status) {
        *exit_status = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
    }
    return status;
}

reel_status reel_child_wait(double seconds, reel_error *err)
{
    while (seconds > 0) {
        const double step = seconds < 0.25 ? seconds : 0.25;
        if (reel_stop_signal()) {
            return stopped(err);
        }
        nanosleep(&(struct timespec){.tv_nsec = (long)(step * 1e9)}, NULL);
        seconds -= step;
    }
    return REEL_OK;
}

bool reel_child_find(const char *name, char *out, size_t size)
{
    const char *path = getenv("PATH");
    for (const char *dir = path ? path : "/usr/local/bin:/usr/bin:/bin"; *dir;) {
        const size_t n = strcspn(dir, ":");
        const int used = snprintf(out, size, "%.*s/%s", n ? (int)n : 1, n ? dir : ".", name);
        if (used > 0 && (size_t)used < size && access(out, X_OK) == 0) {
            return true;
        }
        dir += n + (dir[n] == ':');
    }
    return false;
}

/* ---- pipes ------------------------------------------------------------------------------------
 */

bool reel_pipe_write(int fd, const void *data, size_t size)
{
    const char *p = data;
    while (size > 0) {
        const ssize_t n = write(fd, p, size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        p += n;
        size -= (size_t)n;
    }
    return true;
}

bool reel_pipe_read(int fd, void *data, size_t size)
{
    char *p = data;
    while (size > 0) {
        const ssize_t n = read(fd, p, size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        p += n;
        size -= (size_t)n;
    }
    return true;
}
