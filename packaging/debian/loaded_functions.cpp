// SPDX-License-Identifier: Apache-2.0
// The functions that onnxhub looks up in libraries when it first needs them: see cmake/cpack.cmake.
#include "archive/libarchive/library.h"
#include "hosting/server/microhttpd_library.h"
#include "http/curl/library.h"

#define ONNXHUB_ARCHIVE_ADDRESS(name) reinterpret_cast<void*>(&archive_##name),
#define ONNXHUB_CURL_ADDRESS(name) reinterpret_cast<void*>(&curl_##name),
#define ONNXHUB_MHD_ADDRESS(name) reinterpret_cast<void*>(&MHD_##name),

extern void* const loaded_functions[];
void* const loaded_functions[] = {ONNXHUB_ARCHIVE_FUNCTIONS(ONNXHUB_ARCHIVE_ADDRESS)
                                      ONNXHUB_CURL_FUNCTIONS(ONNXHUB_CURL_ADDRESS)
                                          ONNXHUB_MHD_FUNCTIONS(ONNXHUB_MHD_ADDRESS)};
