// SPDX-License-Identifier: Apache-2.0
// A project without headers of these names must not get the library's.
#include <onnxhub/manifest/entry.h>

#if __has_include("base/digest.h") || __has_include("http/http_client.h")
#error "the library's headers are on the include path under names that are not its own"
#endif

int main() {
    return onnxhub::Entry{}.opset_version == 0 ? 0 : 1;
}
