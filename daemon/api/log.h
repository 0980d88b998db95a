/*
 * The log: one line each on standard error, with the priority prefix that
 * journald reads, then key=value pairs, event= first. Never content, never a
 * size, of a device its short id.
 */
#ifndef API_LOG_H
#define API_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6 };

/** log_quiet(quiet): leave out LOG_LEVEL_INFO. Any thread. */
void log_quiet(int quiet);

/** log_line(level, fmt, ...): pairs as they are. */
void log_line(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** log_words(level, event, words): event=${event} words="...". */
void log_words(enum log_level level, const char *event, const char *words);

#endif
