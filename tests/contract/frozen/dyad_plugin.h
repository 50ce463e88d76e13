/* The plugin boundary of dyad, version 1.0.
 *
 * One analysis is one shared library that exports one constant, dyad_plugin_v1. A worker process loads it, calls describe, or
 * create -> run -> destroy, once and from one thread, and ends. Tables arrive as Arrow C streams, results leave as JSON.
 *
 * Rules of evolution: a field is never removed, moved, retyped or given a new meaning; new fields are appended or take a
 * reserved slot; everything beyond struct_size reads as NULL. The same major version is required, and a plugin's minor version
 * must not exceed the host's.
 */
#ifndef DYAD_PLUGIN_H
#define DYAD_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DYAD_ABI_MAJOR 1u
#define DYAD_ABI_MINOR 0u

/* What a call returns. */
#define DYAD_OK 0
#define DYAD_BAD_SETTINGS 1
#define DYAD_MISSING_COLUMN 2
#define DYAD_BAD_TYPE 3
#define DYAD_NOT_ENOUGH_DATA 4
#define DYAD_CANCELLED 5
#define DYAD_INTERNAL 100
#define DYAD_PANIC 101

/* The structs of the Arrow C data and stream interfaces, as their specification gives them. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};
#endif

/* UTF-8, borrowed for the call. */
typedef struct dyad_str {
  const uint8_t *ptr;
  size_t len;
} dyad_str;

/* Owned by the worker, valid until destroy returns. All calls from the calling thread only. Since 1.0. */
typedef struct dyad_host {
  uint32_t struct_size, abi_major, abi_minor, reserved0;
  void *ctx;
  /* A fresh stream of a table at each call, one batch long; the plugin releases it. Unknown or not granted: 2. */
  int32_t (*input)(void *ctx, dyad_str table, struct ArrowArrayStream *out);
  /* Exactly one JSON document per describe or run; the worker copies it. */
  int32_t (*emit)(void *ctx, dyad_str json);
  /* Nonzero: please stop and return 5. */
  int32_t (*progress)(void *ctx, double fraction);
  /* Treated as sensitive: never part of a report. */
  void (*log)(void *ctx, uint32_t level, dyad_str message);
  void (*fail)(void *ctx, int32_t code, dyad_str message);
  /* By id, "dyad.name/1"; NULL if absent. Version 1 defines none. */
  const void *(*get_extension)(void *ctx, const char *id);
  void *reserved[4];
} dyad_host;

/* Constant data in the plugin. Since 1.0. */
typedef struct dyad_plugin {
  uint8_t magic[8]; /* 'D','Y','A','D','P','L','G',1 */
  uint32_t struct_size, abi_major, abi_minor, flags;
  const char *id, *version, *build_info;
  int32_t (*describe)(const dyad_host *host);                                       /* emits the manifest */
  int32_t (*create)(const dyad_host *host, dyad_str request_json, void **instance); /* checks the settings */
  int32_t (*run)(void *instance, const dyad_host *host);                            /* emits the findings */
  void (*destroy)(void *instance);
  const void *(*get_extension)(const char *id);
  void *reserved[4];
} dyad_plugin;

/* The only exported symbol. */
extern const dyad_plugin dyad_plugin_v1;

#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L && UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(dyad_host) == 104, "layout of dyad_host");
_Static_assert(sizeof(dyad_plugin) == 120, "layout of dyad_plugin");
#endif

#ifdef __cplusplus
}
#endif

#endif
