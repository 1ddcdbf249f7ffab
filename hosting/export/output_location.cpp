// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/output_location.h"

#include <system_error>

#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Whether `place` is `folder` or is inside it.
bool is_inside(const fs::path& place, const fs::path& folder) {
    std::error_code error;
    for (fs::path above = fs::weakly_canonical(place, error); !error; above = above.parent_path()) {
        std::error_code absent;
        if (fs::equivalent(above, folder, absent)) return true;
        if (above == above.parent_path()) return false;
    }
    return false;
}

}  // namespace

void refuse_place_of_hub(const fs::path& hub, const fs::path& to) {
    if (is_inside(to, hub)) {
        throw UserError(to.string() + ": is inside the hub " + hub.string() +
                        ", so its files would become part of the hub; choose a --to outside of it");
    }
    if (is_inside(hub, to)) {
        throw UserError(to.string() + ": contains the hub " + hub.string() +
                        "; choose a --to outside of it");
    }
}

}  // namespace onnxhub
