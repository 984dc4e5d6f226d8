/* worker.c - see worker.h */
#include "app/worker.h"
#include "app/child.h"
#include "base/alloc.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KIND_DONE = 0x7fffffff, NO_JOB = -1 };

typedef struct header {
    uint32_t kind, size;
} header;

struct reel_worker {
    int jobs;    /* pipe: numbers of jobs, in */
    int answers; /* pipe: messages, out */
};

typedef struct seat {
    pid_t pid; /* 0 = empty */
    int jobs, answers;
    int job; /* in work, or NO_JOB */
    size_t filled;
    uint8_t buffer[sizeof(header) + REEL_WORKER_MESSAGE]; /* message that is arriving */
} seat;

static volatile sig_atomic_t stop_signal;
static int stop_pipe[2] = {-1, -1};

static void on_stop(int signal_number)
{
    int saved = errno;
    stop_signal = signal_number;
    if (write(stop_pipe[1], "x", 1) < 0) {
        /* full: it is readable already */
    }
    errno = saved;
}

void reel_stop_catch(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_stop};
    if (stop_pipe[0] < 0 && pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        return;
    }
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaction(signals[i], &action, NULL);
    }
}

int reel_stop_signal(void)
{
    return (int)stop_signal;
}

int reel_pool_cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > REEL_MAX_WORKERS ? REEL_MAX_WORKERS : n;
}

void reel_worker_send(reel_worker *worker, uint32_t kind, const void *data, size_t size)
{
    uint8_t buffer[sizeof(header) + REEL_WORKER_MESSAGE];
    header h = {.kind = kind, .size = (uint32_t)size};
    assert(size <= REEL_WORKER_MESSAGE);
    memcpy(buffer, &h, sizeof h);
    if (size > 0) {
        memcpy(buffer + sizeof h, data, size);
    }
    /* at most PIPE_BUF bytes: whole or not at all */
    if (!reel_pipe_write(worker->answers, buffer, sizeof h + size)) {
        _exit(70); /* the parent is gone */
    }
}

/* The life of a worker; never returns. */
static void serve(const reel_pool *pool, reel_worker *worker)
{
    int32_t job = 0;
    while (reel_pipe_read(worker->jobs, &job, sizeof job)) {
        reel_error err;
        memset(&err, 0, sizeof err);
        reel_status status = pool->work(pool->ctx, job, worker, &err);
        err.status = status;
        reel_worker_send(worker, KIND_DONE, &err, sizeof err);
    }
    fflush(NULL);
    _exit(0);
}

static void close_seat(seat *s)
{
    if (s->jobs >= 0) {
        close(s->jobs);
    }
    if (s->answers >= 0) {
        close(s->answers);
    }
    s->jobs = s->answers = -1;
    s->pid = 0;
    s->job = NO_JOB;
    s->filled = 0;
}

static void become_worker(const reel_pool *pool, seat *seats, int n_seats, int jobs, int answers,
                          pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(70); /* it died before the line above */
    }
    signal(SIGINT, SIG_IGN); /* a terminal sends it to all; the parent decides */
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < n_seats; i++) {
        close_seat(&seats[i]); /* or a sister would keep a dead worker's pipe open */
    }
    reel_worker worker = {.jobs = jobs, .answers = answers};
    serve(pool, &worker);
}

static reel_status start_worker(const reel_pool *pool, seat *seats, int n_seats, seat *s,
                                reel_error *err)
{
    int jobs[2] = {-1, -1}, answers[2] = {-1, -1};
    pid_t parent = getpid();
    if (pipe2(jobs, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0) {
        goto fail;
    }
    fflush(NULL); /* or the child would print what is buffered once more */
    pid_t pid = fork();
    if (pid < 0) {
        goto fail;
    }
    if (pid == 0) {
        close(jobs[1]);
        close(answers[0]);
        become_worker(pool, seats, n_seats, jobs[0], answers[1], parent);
    }
    close(jobs[0]);
    close(answers[1]);
    *s = (seat){.pid = pid, .jobs = jobs[1], .answers = answers[0], .job = NO_JOB};
    return REEL_OK;
fail:
    for (int i = 0; i < 2; i++) {
        if (jobs[i] >= 0) {
            close(jobs[i]);
        }
        if (answers[i] >= 0) {
            close(answers[i]);
        }
    }
    return reel_fail(err, REEL_E_IO, "cannot start a worker process: %s", strerror(errno));
}

/* What became of a worker whose pipe has ended, as an error of its job. */
static void bury(seat *s, reel_error *err)
{
    int state = 0;
    pid_t pid = s->pid;
    memset(err, 0, sizeof *err);
    while (waitpid(pid, &state, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL) {
        reel_fail(err, REEL_E_RETRY, "worker process %d was killed (out of memory?)", (int)pid);
    } else if (WIFSIGNALED(state)) {
        reel_fail(err, REEL_E_INTERNAL, "worker process died of signal %d (%s)", WTERMSIG(state),
                  strsignal(WTERMSIG(state)));
    } else {
        reel_fail(err, REEL_E_INTERNAL, "worker process ended with exit status %d",
                  WEXITSTATUS(state));
    }
    close_seat(s);
}

typedef struct pool_state {
    const reel_pool *pool;
    int n_seats;
    seat *seats;
    int next;   /* first job not looked at yet */
    int active; /* jobs in work */
    bool open;  /* more jobs may be handed out */
} pool_state;

static int next_job(pool_state *p)
{
    while (p->open && p->next < p->pool->n_jobs) {
        int job = p->next++;
        if (!p->pool->skip || !p->pool->skip[job]) {
            return job;
        }
    }
    return NO_JOB;
}

static void report(pool_state *p, int job, const reel_error *err)
{
    p->active--;
    if (!p->pool->done(p->pool->ctx, job, err)) {
        p->open = false;
    }
}

/* Give every idle seat a job; starts workers as they are needed. */
static reel_status hand_out(pool_state *p, reel_error *err)
{
    for (int i = 0; i < p->n_seats; i++) {
        seat *s = &p->seats[i];
        if (s->pid && s->job != NO_JOB) {
            continue;
        }
        int job = next_job(p);
        if (job == NO_JOB) {
            break;
        }
        if (!s->pid) {
            reel_status status = start_worker(p->pool, p->seats, p->n_seats, s, err);
            if (status) {
                return status;
            }
        }
        int32_t number = job;
        s->job = job;
        p->active++;
        /* a worker that died while idle shows as the end of its answers */
        (void)!reel_pipe_write(s->jobs, &number, sizeof number);
    }
    return REEL_OK;
}

/* Take whole messages out of a seat's buffer. */
static void take_messages(pool_state *p, seat *s)
{
    size_t at = 0;
    header h;
    while (s->filled - at >= sizeof h) {
        memcpy(&h, s->buffer + at, sizeof h);
        if (h.size > REEL_WORKER_MESSAGE || s->filled - at < sizeof h + h.size) {
            break;
        }
        const uint8_t *data = s->buffer + at + sizeof h;
        at += sizeof h + h.size;
        if (h.kind == KIND_DONE) {
            reel_error err;
            memcpy(&err, data, sizeof err);
            int job = s->job;
            s->job = NO_JOB;
            report(p, job, &err);
        } else if (p->pool->message) {
            p->pool->message(p->pool->ctx, s->job, h.kind, data, h.size);
        }
    }
    memmove(s->buffer, s->buffer + at, s->filled - at);
    s->filled -= at;
}

static void read_seat(pool_state *p, seat *s)
{
    ssize_t n = read(s->answers, s->buffer + s->filled, sizeof s->buffer - s->filled);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n > 0) {
        s->filled += (size_t)n;
        take_messages(p, s);
        return;
    }
    reel_error err;
    int job = s->job;
    bury(s, &err);
    if (job != NO_JOB) {
        report(p, job, &err);
    }
}

static void wait_and_read(pool_state *p)
{
    struct pollfd fds[REEL_MAX_WORKERS + 1];
    int index[REEL_MAX_WORKERS + 1];
    int n = 0;
    if (stop_pipe[0] >= 0) {
        fds[n] = (struct pollfd){.fd = stop_pipe[0], .events = POLLIN};
        index[n++] = -1;
    }
    for (int i = 0; i < p->n_seats; i++) {
        if (p->seats[i].pid) {
            fds[n] = (struct pollfd){.fd = p->seats[i].answers, .events = POLLIN};
            index[n++] = i;
        }
    }
    if (poll(fds, (nfds_t)n, -1) < 0) {
        return;
    }
    for (int i = 0; i < n; i++) {
        if (index[i] >= 0 && fds[i].revents) {
            read_seat(p, &p->seats[index[i]]);
        }
    }
}

/* End all workers: kindly if they are idle, at once if a stop was asked for. */
static void dismiss(pool_state *p)
{
    for (int i = 0; i < p->n_seats; i++) {
        seat *s = &p->seats[i];
        if (!s->pid) {
            continue;
        }
        if (s->job != NO_JOB) {
            kill(s->pid, SIGKILL);
        }
        close(s->jobs);
        s->jobs = -1;
        while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close_seat(s);
    }
}

reel_status reel_pool_run(const reel_pool *pool, reel_error *err)
{
    reel_status status = REEL_OK;
    pool_state p = {.pool = pool, .n_seats = pool->n_workers, .open = true};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    assert(pool->n_workers >= 1 && pool->n_workers <= REEL_MAX_WORKERS);
    static_assert(sizeof(reel_error) <= REEL_WORKER_MESSAGE, "an error fits a message");
    p.seats = reel_calloc((size_t)p.n_seats, sizeof *p.seats);
    if (!p.seats) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < p.n_seats; i++) {
        p.seats[i] = (seat){.jobs = -1, .answers = -1, .job = NO_JOB};
    }
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, &before);
    for (;;) {
        if (reel_stop_signal()) {
            status = reel_fail(err, REEL_E_RETRY, "interrupted by signal %d (%s)",
                               reel_stop_signal(), strsignal(reel_stop_signal()));
            break;
        }
        status = hand_out(&p, err);
        if (status || p.active == 0) {
            break;
        }
        wait_and_read(&p);
    }
    dismiss(&p);
    sigaction(SIGPIPE, &before, NULL);
    reel_free(p.seats);
    return status;
}
