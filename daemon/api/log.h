/*
 * The log: one line each on standard error, with the priority prefix that
 * journald reads. Never content, never a size, of a device its short id.
 */
#ifndef API_LOG_H
#define API_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6 };

/** log_quiet(quiet): leave out LOG_LEVEL_INFO. Before threads start. */
void log_quiet(int quiet);

void log_line(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
