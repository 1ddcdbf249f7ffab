// SPDX-License-Identifier: Apache-2.0
// The functions of libmicrohttpd that onnxhub calls. The library is loaded when a server starts.
#pragma once

#include <microhttpd.h>

// One place names each function, for its pointer and for the look-up in the library.
#define ONNXHUB_MHD_FUNCTIONS(X)                          \
    X(add_connection)                                     \
    X(add_response_header)                                \
    X(create_response_from_buffer)                        \
    X(create_response_from_buffer_with_free_callback_cls) \
    X(create_response_from_callback)                      \
    X(create_response_from_fd_at_offset64)                \
    X(destroy_response)                                   \
    X(get_connection_info)                                \
    X(get_connection_values_n)                            \
    X(get_version)                                        \
    X(lookup_connection_value)                            \
    X(queue_response)                                     \
    X(resume_connection)                                  \
    X(start_daemon)                                       \
    X(stop_daemon)                                        \
    X(suspend_connection)

namespace onnxhub {

/// `mhd().queue_response()` calls MHD_queue_response().
struct MicrohttpdLibrary {
#define ONNXHUB_POINTER(name) decltype(&MHD_##name) name;
    ONNXHUB_MHD_FUNCTIONS(ONNXHUB_POINTER)
#undef ONNXHUB_POINTER

    /// Throws UserError when libmicrohttpd cannot be loaded.
    MicrohttpdLibrary();
};

/// Thread-safe. Throws as the constructor does.
const MicrohttpdLibrary& mhd();

}  // namespace onnxhub
