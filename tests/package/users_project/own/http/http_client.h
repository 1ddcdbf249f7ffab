// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace users {
inline constexpr int http_client = 1;
}
