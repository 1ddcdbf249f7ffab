// SPDX-License-Identifier: Apache-2.0
// The user's own headers before and behind the library's: they are found whatever its are called.
#include "http/http_client.h"

#include <onnxhub/hosting/client/onnx_hub.h>

#include "manifest/entry.h"

static_assert(users::http_client == 1 && users::entry == 2);

int main() {
    return onnxhub::get_dir().empty() ? 1 : 0;
}
