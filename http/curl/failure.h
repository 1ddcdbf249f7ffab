// SPDX-License-Identifier: Apache-2.0
// libcurl's error codes as failures with a reason for people.
#pragma once

#include <string>

#include "http/curl/library.h"
#include "http/http_message.h"

namespace onnxhub {

HttpFailure::Kind failure_kind(CURLcode code);

/// What happened and what to do about it. `detail` is libcurl's own message. It may hold times and
/// ports, which differ between runs, so that it is shown only where nothing else explains the
/// error.
std::string explain(CURLcode code, const char* detail);

/// Makes `handle` trust the certificates that the environment names.
void use_certificates_of_environment(CURL* handle);

}  // namespace onnxhub
