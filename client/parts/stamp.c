/* In each part: which program it belongs to. */
extern const char parts_version[];
const char parts_version[] = TUGI_VERSION;
