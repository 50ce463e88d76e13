/* A plugin in C that misbehaves in one way, chosen when it is compiled: -DID="…" and one of the macros below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dyad_plugin.h"

#ifndef ID
#error "the tests give an id"
#endif
#ifndef MAGIC0
#define MAGIC0 'D'
#endif
#ifndef SIZE
#define SIZE sizeof(dyad_plugin)
#endif
#ifndef MAJOR
#define MAJOR DYAD_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR DYAD_ABI_MINOR
#endif
#ifndef RUN
#define RUN run
#endif
#ifndef TOLD
#define TOLD ID
#endif
#ifndef SYMBOL
#define SYMBOL dyad_plugin_v1
#endif
#ifndef FINDINGS
#define FINDINGS "{\"estimates\":[{\"id\":\"declared\",\"label\":\"A number\",\"estimate\":1.0}]}"
#endif

static int32_t emit(const dyad_host *host, const char *text) {
  dyad_str json = {(const uint8_t *)text, strlen(text)};
  return host->emit(host->ctx, json);
}

static int32_t describe(const dyad_host *host) {
  return emit(host, "{\"id\":\"" ID "\",\"version\":\"1.0.0\",\"title\":\"It misbehaves\","
                    "\"reads\":{\"sessions\":[\"client\"]},\"delivers\":[{\"id\":\"declared\"}]}");
}

static int32_t create(const dyad_host *host, dyad_str request, void **instance) {
  (void)host;
  (void)request;
  *instance = NULL;
  return DYAD_OK;
}

#ifdef MISSING
extern void no_library_has_this(void);
#endif

int32_t run(void *instance, const dyad_host *host);
int32_t run(void *instance, const dyad_host *host) {
  (void)instance;
#ifdef MISSING
  no_library_has_this();
#endif
#ifdef READS
  if (fopen("/etc/passwd", "r") == NULL) return DYAD_INTERNAL;
#endif
#ifdef FORKS
  if (fork() == 0) pause();
#endif
#ifdef SEGFAULTS
  *(volatile int *)8 = 1;
#endif
#ifdef EXITS
  exit(0);
#endif
  return emit(host, FINDINGS);
}

static void destroy(void *instance) { (void)instance; }

const dyad_plugin SYMBOL = {
    {MAGIC0, 'Y', 'A', 'D', 'P', 'L', 'G', 1}, (uint32_t)(SIZE), MAJOR, MINOR, 0,
    TOLD, "1.0.0", "cc", describe, create, RUN, destroy, NULL, {NULL, NULL, NULL, NULL}};
