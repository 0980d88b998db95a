/* The compression dictionary, from schema/dict/notes.zdict. */
#ifndef WIRE_DICT_H
#define WIRE_DICT_H

extern const unsigned char schema_dict[];
extern const unsigned long schema_dict_len; /* bytes */

#endif
