// Node addon that maps files into memory instead of reading them: workers then start in milliseconds and share pages.
//
//   mapInto(view, path, bytes)   put the first `bytes` bytes of a file where the typed array `view` begins, copy-on-write
//   mapFile(path) -> ArrayBuffer a file's contents, for readers only; unmapped when the buffer is collected
//
// Both promise that the file is never written to. A mapped file must not change while it is in use; the engine's folder is
// only ever renamed into place and removed whole, and a removed file stays readable through its mapping.
#define NAPI_VERSION 8
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static napi_value fail(napi_env env, const char *path, const char *what) {
  char text[1024];
  snprintf(text, sizeof text, "map_memory: %s%s%.800s", what, path ? ": " : "", path ? path : "");
  napi_throw_error(env, NULL, text);
  return NULL;
}

static napi_value fail_errno(napi_env env, const char *path, const char *what) {
  char text[256];
  snprintf(text, sizeof text, "%s (%s)", what, strerror(errno));
  return fail(env, path, text);
}

// The path argument as a C string to be freed, or NULL with an exception pending.
static char *read_path(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return (char *)fail(env, NULL, "the path has to be a string");
  char *path = malloc(length + 1);
  if (!path) return (char *)fail(env, NULL, "out of memory");
  napi_get_value_string_utf8(env, value, path, length + 1, &length);
  return path;
}

// Descriptor of a readable file and its size, or -1 with an exception pending.
static int open_file(napi_env env, const char *path, size_t *size) {
  struct stat about;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) { fail_errno(env, path, "cannot open"); return -1; }
  if (fstat(file, &about) != 0 || about.st_size <= 0) { fail(env, path, "empty or unreadable"); close(file); return -1; }
  *size = (size_t)about.st_size;
  return file;
}

static napi_value map_into(napi_env env, napi_callback_info info) {
  size_t count = 3, length = 0, size = 0;
  napi_value arguments[3];
  napi_typedarray_type type;
  void *target = NULL;
  double wanted = 0;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (count < 3 || napi_get_typedarray_info(env, arguments[0], &type, &length, &target, NULL, NULL) != napi_ok || type != napi_uint8_array)
    return fail(env, NULL, "the first of three arguments has to be a Uint8Array");
  if (napi_get_value_double(env, arguments[2], &wanted) != napi_ok || !(wanted > 0) || wanted > (double)length)
    return fail(env, NULL, "the number of bytes has to be positive and no more than the array holds");
  size_t bytes = (size_t)wanted, page = (size_t)sysconf(_SC_PAGESIZE);
  // MAP_FIXED replaces whole pages: a part of a page at either end would destroy what is beside the array.
  if (!target || (uintptr_t)target % page != 0 || bytes % page != 0)
    return fail(env, NULL, "the array's address and the number of bytes have to be multiples of the page size");
  char *path = read_path(env, arguments[1]);
  if (!path) return NULL;
  int file = open_file(env, path, &size);
  if (file >= 0) {
    if (size < bytes) fail(env, path, "shorter than what is to be mapped"); // else touching the rest would kill the process
    else if (mmap(target, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0) == MAP_FAILED) fail_errno(env, path, "cannot map");
    close(file);
  }
  free(path);
  return NULL;
}

static void unmap(napi_env env, void *data, void *size) {
  (void)env;
  munmap(data, (size_t)(uintptr_t)size);
}

static napi_value map_file(napi_env env, napi_callback_info info) {
  size_t count = 1, size = 0;
  napi_value argument, buffer = NULL;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  char *path = read_path(env, argument);
  if (!path) return NULL;
  int file = open_file(env, path, &size);
  if (file >= 0) {
    // Writable for us alone: V8 may assume that it can write to any buffer.
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    close(file);
    if (data == MAP_FAILED) fail_errno(env, path, "cannot map");
    else if (napi_create_external_arraybuffer(env, data, size, unmap, (void *)(uintptr_t)size, &buffer) != napi_ok) {
      munmap(data, size);
      fail(env, path, "this node does not allow buffers outside its heap");
    }
  }
  free(path);
  return buffer;
}

static void define(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
  napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT() {
  define(env, exports, "mapInto", map_into);
  define(env, exports, "mapFile", map_file);
  return exports;
}
