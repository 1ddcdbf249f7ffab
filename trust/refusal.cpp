// SPDX-License-Identifier: Apache-2.0
#include "trust/refusal.h"

namespace onnxhub {

std::string_view name_of(RefusalKind kind) {
    switch (kind) {
        case RefusalKind::malformed:
            return "malformed";
        case RefusalKind::too_large:
            return "too-large";
        case RefusalKind::unsupported:
            return "unsupported";
        case RefusalKind::key:
            return "key";
        case RefusalKind::certificate:
            return "certificate";
        case RefusalKind::signature:
            return "signature";
        case RefusalKind::statement:
            break;
    }
    return "statement";
}

}  // namespace onnxhub
