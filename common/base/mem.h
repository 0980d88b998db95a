/*
 * Memory: small fixed objects, and pages that never reach swap or a core.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/** mem_new(size): ${size} zeroed bytes; aborts when memory is out. */
void *mem_new(size_t size);

/** mem_room(size): ${size} bytes that hold anything, for what is set before it
 * is read and costs too much to clear; aborts when memory is out. */
void *mem_room(size_t size);

/** mem_more(list, count, size): a list of ${count} items of ${size} bytes with
 * room for one more: ${list} itself (NULL when empty), or a copy of it twice as
 * long with ${list} freed. For lists that grow by mem_more alone. */
void *mem_more(void *list, size_t count, size_t size);

/** mem_free(p): free what mem_new, mem_room or mem_more returned; NULL is fine. */
void mem_free(void *p);

/** mem_forget(text): wipe a string and free it; NULL is fine. */
void mem_forget(char *text);

/** mem_wipe(p, len): zero ${len} bytes in a way the compiler keeps. */
void mem_wipe(void *p, size_t len);

/**
 * mem_secret_new(size): zeroed, locked, guarded, undumpable memory for keys;
 * aborts when the machine's limit on locked memory is used up. Size: bytes.
 */
void *mem_secret_new(size_t size);

/** mem_secret_free(p): wipe and free; NULL is fine. */
void mem_secret_free(void *p);

/** mem_dup(s): a copy of the string ${s}, freed by mem_free. */
char *mem_dup(const char *s);

#endif
