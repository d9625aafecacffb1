/* watchdog.c — notes each time the main loop of a program is held for 50 ms, and
 * the threads that it leaves behind
 *
 * Preloaded into a program (LD_PRELOAD) that runs on GLib's default main
 * context; nothing of it is in Basin. It stands where the loop calls poll(2):
 * from one return of poll to the next call the thread dispatches, and what a
 * person does meanwhile waits. Each such time of more than 50 ms becomes a line
 * of the file that BASIN_WATCHDOG names:
 *
 *   hold END WALL CPU QUEUED FRAME FRAME …
 *
 * END is CLOCK_MONOTONIC in seconds, the others are ms: WALL by the clock, CPU
 * used by the thread (CLOCK_THREAD_CPUTIME_ID), QUEUED spent runnable while
 * others had the processor (/proc/thread-self/schedstat). A test must not fail
 * because the machine is busy, hence it judges CPU, which other programs do not
 * change. WALL − CPU − QUEUED, the time asleep in a call that blocks, is worth
 * reading but fails nothing: most of it is a display server that waits for a
 * processor itself before it answers.
 *
 * FRAMEs say where the thread was when its CPU time reached the limit, or when
 * the clock did and the CPU time never would: a timer on each sends a signal,
 * whose handler takes the stack. They are OFFSET@FILE@SYMBOL: addr2line takes
 * the first two, and SYMBOL, which may be empty, is what the file exports.
 *
 * A program must not end while a thread of its own is at work: the libraries that
 * it works with are taken down under it. When it does, there is the line
 *
 *   threads N
 *
 * for N threads that its own code has started and not joined.
 *
 * Cost: seven system calls each time round the loop.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE   /* dladdr */

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LIMIT    0.050   /* s */
#define N_FRAMES 40
#define SIGNAL   (SIGRTMIN + 5)

typedef struct
{
  double wall;     /* s */
  double cpu;
  double queued;
} Moment;

enum { CPU, WALL, N_TIMERS };

typedef struct
{
  timer_t               timer;
  gboolean              works;
  void                 *frames[N_FRAMES];
  volatile sig_atomic_t n_frames;   /* 0: it did not ring */
} Timer;

static struct
{
  GPollFunc            poll;      /* GLib's own */
  int                  file;
  int                  schedstat; /* −1: the system does not say */
  gboolean             running;   /* the loop has gone round once */
  Moment               began;
  Timer                timers[N_TIMERS];
  int                  n_threads; /* atomic: of the program, not joined yet */
} dog;

static double
read_clock (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* The second figure of schedstat is in ns. */
static double
read_queued (void)
{
  char text[96];
  ssize_t n = dog.schedstat >= 0 ? pread (dog.schedstat, text, sizeof text - 1, 0) : -1;
  const char *second;

  if (n <= 0)
    return 0.0;
  text[n] = '\0';
  second = strchr (text, ' ');

  return second != NULL ? 1e-9 * g_ascii_strtod (second + 1, NULL) : 0.0;
}

static Moment
take_moment (void)
{
  return (Moment) { read_clock (CLOCK_MONOTONIC), read_clock (CLOCK_THREAD_CPUTIME_ID),
                    read_queued () };
}

static void
rang_cb (int        signal,
         siginfo_t *info,
         void      *context)
{
  Timer *timer = &dog.timers[info->si_value.sival_int];

  timer->n_frames = backtrace (timer->frames, N_FRAMES);
}

/* 0 stops the timers. */
static void
set_timers (double seconds)
{
  struct itimerspec when = { .it_value.tv_nsec = (long) (1e9 * seconds) };

  for (int i = 0; i < N_TIMERS; i++)
    if (dog.timers[i].works)
      timer_settime (dog.timers[i].timer, 0, &when, NULL);
}

/* The first two frames are the handler and the kernel's way back from it. */
static void
note (const Moment *now)
{
  const Timer *timer = &dog.timers[dog.timers[CPU].n_frames > 0 ? CPU : WALL];
  g_autoptr(GString) line = g_string_new (NULL);
  Dl_info at;

  g_string_printf (line, "hold %.4f %.1f %.1f %.1f", now->wall,
                   1e3 * (now->wall - dog.began.wall), 1e3 * (now->cpu - dog.began.cpu),
                   1e3 * (now->queued - dog.began.queued));
  for (int i = 2; i < timer->n_frames; i++)
    if (dladdr (timer->frames[i], &at) != 0)
      g_string_append_printf (line, " %#tx@%s@%s",
                              (char *) timer->frames[i] - (char *) at.dli_fbase, at.dli_fname,
                              at.dli_sname != NULL ? at.dli_sname : "");
  g_string_append_c (line, '\n');
  if (write (dog.file, line->str, line->len) < 0)
    perror ("watchdog");
}

static void
begin_on_thread (void)
{
  static const clockid_t clocks[] = { [CPU] = CLOCK_THREAD_CPUTIME_ID, [WALL] = CLOCK_MONOTONIC };
  struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL };

  dog.running = TRUE;
  dog.schedstat = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  event._sigev_un._tid = (pid_t) syscall (SYS_gettid);
  for (int i = 0; i < N_TIMERS; i++)
    {
      event.sigev_value.sival_int = i;
      dog.timers[i].works = timer_create (clocks[i], &event, &dog.timers[i].timer) == 0;
    }
}

static int
timed_poll (GPollFD *fds,
            guint    n_fds,
            int      timeout)
{
  int n;

  if (!dog.running)
    begin_on_thread ();
  else
    {
      Moment now = take_moment ();

      set_timers (0.0);
      if (now.wall - dog.began.wall > LIMIT)
        note (&now);
    }

  n = dog.poll (fds, n_fds, timeout);
  for (int i = 0; i < N_TIMERS; i++)
    dog.timers[i].n_frames = 0;
  dog.began = take_moment ();
  set_timers (LIMIT);

  return n;
}

/* --- threads --- */

static gboolean
is_of_program (const void *address)
{
  const void *entry = (const void *) getauxval (AT_ENTRY);
  Dl_info program, at;

  return dladdr (entry, &program) != 0 && dladdr (address, &at) != 0
         && at.dli_fbase == program.dli_fbase;
}

/* These two stand before those of the C library, whoever calls. */
int
pthread_create (pthread_t            *thread,
                const pthread_attr_t *attributes,
                void               *(*start) (void *),
                void                 *data)
{
  int (*create) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *)
    = dlsym (RTLD_NEXT, "pthread_create");
  int failure = create (thread, attributes, start, data);

  if (failure == 0 && is_of_program (__builtin_return_address (0)))
    g_atomic_int_inc (&dog.n_threads);

  return failure;
}

int
pthread_join (pthread_t   thread,
              void      **result)
{
  int (*join) (pthread_t, void **) = dlsym (RTLD_NEXT, "pthread_join");
  int failure = join (thread, result);

  if (failure == 0 && is_of_program (__builtin_return_address (0)))
    g_atomic_int_add (&dog.n_threads, -1);

  return failure;
}

__attribute__ ((destructor)) static void
note_threads (void)
{
  int n = g_atomic_int_get (&dog.n_threads);

  if (dog.file > 0 && n > 0)
    dprintf (dog.file, "threads %d\n", n);
}

__attribute__ ((constructor)) static void
keep_watch (void)
{
  const char *path = g_getenv ("BASIN_WATCHDOG");
  struct sigaction action = { .sa_sigaction = rang_cb, .sa_flags = SA_RESTART | SA_SIGINFO };

  dog.file = path != NULL ? open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (dog.file < 0)
    return;

  /* The first call may load a library, which a handler must not do. */
  backtrace (dog.timers[CPU].frames, N_FRAMES);
  sigaction (SIGNAL, &action, NULL);
  dog.poll = g_main_context_get_poll_func (g_main_context_default ());
  g_main_context_set_poll_func (g_main_context_default (), timed_poll);
}
