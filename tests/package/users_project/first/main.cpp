// SPDX-License-Identifier: Apache-2.0
// The user's own headers are found before and after the library's, also when names are equal.
#include "http/http_client.h"

#include <onnxhub/hosting/client/onnx_hub.h>

#include "manifest/entry.h"

static_assert(users::http_client == 1 && users::entry == 2);

int main() {
    return onnxhub::get_dir().empty() ? 1 : 0;
}
