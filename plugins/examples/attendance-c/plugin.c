/* Attendance: how many sessions clients attend, and how they rate the alliance on average.
 *
 * cc -std=c11 -O2 -shared -fPIC -o plugin.so plugin.c -I . -lm     (dyad_plugin.h beside this file)
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dyad_plugin.h"

#define ID "attendance-c"

static int32_t emit(const dyad_host *host, const char *text) {
  dyad_str json = {(const uint8_t *)text, strlen(text)};
  return host->emit(host->ctx, json);
}

static int32_t describe(const dyad_host *host) {
  return emit(host, "{\"id\": \"" ID "\", \"version\": \"0.1.0\", \"title\": \"How many sessions clients attend\","
                    " \"reads\": {\"sessions\": [\"client\", \"@alliance\"]},"
                    " \"settings\": {\"min_clients\": 10},"
                    " \"delivers\": [{\"id\": \"sessions/mean\", \"what\": \"Sessions attended, mean over clients.\"},"
                    " {\"id\": \"*/mean\", \"what\": \"Mean over clients of each client's mean rating.\"}]}");
}

/* Settings are the first object of the request; the host has checked names and types against the manifest. */
static int32_t create(const dyad_host *host, dyad_str request, void **instance) {
  (void)host;
  double *needed = malloc(sizeof *needed);
  char *text = malloc(request.len + 1);
  if (needed == NULL || text == NULL) return DYAD_INTERNAL;
  memcpy(text, request.ptr, request.len);
  text[request.len] = '\0';
  const char *key = "\"min_clients\":", *found = strstr(text, key);
  *needed = found == NULL ? 10 : strtod(found + strlen(key), NULL);
  free(text);
  if (!(*needed >= 2)) {
    free(needed);
    return DYAD_BAD_SETTINGS;
  }
  *instance = needed;
  return DYAD_OK;
}

static void destroy(void *instance) { free(instance); }

/* Whether a row has a value: one bit per row, the lowest first; no bits, no missing values. */
static int has(const struct ArrowArray *column, int64_t row) {
  const uint8_t *bits = column->buffers[0];
  row += column->offset;
  return bits == NULL || (bits[row / 8] >> (row % 8) & 1);
}

/* Mean and sum of squared deviations, updated value by value (Welford 1962). */
typedef struct {
  double n, mean, squares;
} moments;

static void push(moments *m, double x) {
  double d = x - m->mean;
  m->n += 1;
  m->mean += d / m->n;
  m->squares += d * (x - m->mean);
}

/* Text that grows. */
typedef struct {
  char *text;
  size_t length, room;
} writer;

static int add(writer *w, const char *text) {
  size_t n = strlen(text);
  if (w->length + n + 1 > w->room) {
    size_t room = 2 * (w->length + n + 1);
    char *more = realloc(w->text, room);
    if (more == NULL) return 0;
    w->text = more;
    w->room = room;
  }
  memcpy(w->text + w->length, text, n + 1);
  w->length += n;
  return 1;
}

static int estimate(writer *w, const char *name, const char *label, const moments *m, double needed) {
  char numbers[256];
  if (m->n < needed) {
    snprintf(numbers, sizeof numbers, "\"refused\": \"fewer than %g clients\"", needed);
  } else {
    double se = sqrt(m->squares / (m->n - 1) / m->n);
    snprintf(numbers, sizeof numbers, "\"estimate\": %.17g, \"se\": %.17g", m->mean, se);
  }
  char rest[512];
  snprintf(rest, sizeof rest, "/mean\", \"label\": \"%s\", %s, \"n\": {\"clients\": %.0f}, \"method\": \"%s\"}", label,
           numbers, m->n, "arithmetic mean over clients");
  return add(w, w->length > 16 ? ", {\"id\": \"" : "{\"id\": \"") && add(w, name) && add(w, rest);
}

/* Sessions per client, then one mean per column of ratings. */
static int compute(const struct ArrowSchema *schema, const struct ArrowArray *table, double needed, writer *w) {
  const struct ArrowArray *clients = NULL;
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (strcmp(schema->children[i]->name, "client") == 0) clients = table->children[i];
  }
  if (clients == NULL) return DYAD_MISSING_COLUMN;
  const int64_t *client = (const int64_t *)clients->buffers[1] + clients->offset;
  int64_t rows = table->length;

  if (!add(w, "{\"estimates\": [")) return DYAD_INTERNAL;
  moments attended = {0};
  for (int64_t row = 0, start = 0; row < rows; row++) {
    /* The rows of a client stand together. */
    if (row + 1 == rows || client[row + 1] != client[row]) {
      push(&attended, (double)(row + 1 - start));
      start = row + 1;
    }
  }
  if (!estimate(w, "sessions", "Sessions attended per client", &attended, needed)) return DYAD_INTERNAL;

  for (int64_t i = 0; i < schema->n_children; i++) {
    const struct ArrowArray *ratings = table->children[i];
    if (ratings == clients) continue;
    if (strcmp(schema->children[i]->format, "g") != 0) return DYAD_BAD_TYPE;
    const double *rating = (const double *)ratings->buffers[1] + ratings->offset;
    moments means = {0};
    double sum = 0, given = 0;
    for (int64_t row = 0; row < rows; row++) {
      if (has(ratings, row)) sum += rating[row], given += 1;
      if (row + 1 == rows || client[row + 1] != client[row]) {
        if (given > 0) push(&means, sum / given);
        sum = given = 0;
      }
    }
    if (!estimate(w, schema->children[i]->name, "Mean rating", &means, needed)) return DYAD_INTERNAL;
  }
  return add(w, "]}") ? DYAD_OK : DYAD_INTERNAL;
}

static int32_t run(void *instance, const dyad_host *host) {
  struct ArrowArrayStream stream = {0};
  struct ArrowSchema schema = {0};
  struct ArrowArray table = {0};
  writer findings = {0};
  dyad_str name = {(const uint8_t *)"sessions", 8};
  int32_t code = host->input(host->ctx, name, &stream);
  if (code != DYAD_OK) return code;
  if (stream.get_schema(&stream, &schema) != 0 || stream.get_next(&stream, &table) != 0 || table.release == NULL) {
    code = DYAD_INTERNAL;
  } else {
    code = host->progress(host->ctx, 0.5) != 0 ? DYAD_CANCELLED
                                              : compute(&schema, &table, *(double *)instance, &findings);
  }
  if (code == DYAD_OK) code = emit(host, findings.text);
  free(findings.text);
  if (table.release != NULL) table.release(&table);
  if (schema.release != NULL) schema.release(&schema);
  stream.release(&stream);
  return code;
}

const dyad_plugin dyad_plugin_v1 = {
    {'D', 'Y', 'A', 'D', 'P', 'L', 'G', 1}, sizeof(dyad_plugin), DYAD_ABI_MAJOR, DYAD_ABI_MINOR, 0,
    ID, "0.1.0", "cc", describe, create, run, destroy, NULL, {NULL, NULL, NULL, NULL}};
