// SPDX-License-Identifier: Apache-2.0
// The user's own headers are found before and after the library's, also when names are equal.
#include "http/http_client.h"

#include <onnxhub/hosting/client/onnx_hub.h>

#include <filesystem>

#include "manifest/entry.h"

static_assert(users::http_client == 1 && users::entry == 2);

int main() {
    // This program is not installed where onnxhub is, and finds the worker all the same.
    if (!std::filesystem::exists(onnxhub::HubCall{}.onnx_worker)) return 1;
    return onnxhub::get_dir().empty() ? 1 : 0;
}
