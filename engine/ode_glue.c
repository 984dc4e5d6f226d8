/* ode_glue.c - ODE's error model ends here: messages are counted, faults end the process. */
#include "base/log.h"
#include "engine/sim.h"

#include <ode/ode.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t message_count;

static void on_message(int number, const char *format, va_list args)
{
    char text[256];
    vsnprintf(text, sizeof text, format, args);
    message_count++;
    reel_log_write(REEL_LOG_DEBUG, "ode message %d: %s", number, text);
}

/* ODE must not go on after an error, nor does it let a handler return. */
_Noreturn static void on_fault(int number, const char *format, va_list args)
{
    char text[256];
    vsnprintf(text, sizeof text, format, args);
    reel_log_write(REEL_LOG_ERROR, "ode fault %d: %s", number, text);
    abort();
}

void ode_begin(void)
{
    static bool done;
    if (!done) {
        done = true;
        dInitODE2(0);
        dSetMessageHandler(on_message);
        dSetErrorHandler(on_fault);
        dSetDebugHandler(on_fault);
    }
}

int64_t ode_messages(void)
{
    return message_count;
}
