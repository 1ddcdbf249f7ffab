// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/microhttpd_library.h"

#include "base/shared_library.h"

namespace onnxhub {

MicrohttpdLibrary::MicrohttpdLibrary() {
    const SharedLibrary library(LIBMICROHTTPD_SONAME, "the server");
#define ONNXHUB_FIND(name) library.find(name, "MHD_" #name);
    ONNXHUB_MHD_FUNCTIONS(ONNXHUB_FIND)
#undef ONNXHUB_FIND
}

const MicrohttpdLibrary& mhd() {
    static const MicrohttpdLibrary library;
    return library;
}

}  // namespace onnxhub
