// SPDX-License-Identifier: Apache-2.0
#include "remote/graph_walk.h"

#include <fmt/format.h>

#include <variant>

#include "model/model_opsets.h"
#include "model/onnx_skeleton.h"
#include "remote/range_failure.h"

namespace onnxhub {
namespace {

template <class Result>
void require_model(const Result& result) {
    const auto* error = std::get_if<SkeletonError>(&result);
    if (!error) return;
    throw RangeFailure(RangeFailure::Kind::file,
                       fmt::format("{} (at byte {})", error->reason, error->offset));
}

}  // namespace

void walk_model(const ByteSource& source, PeekDepth depth) {
    if (depth == PeekDepth::opset) {
        require_model(read_model_opsets(source));
    } else {
        require_model(read_skeleton(source));
    }
}

bool require_digest(const SparseBytes& bytes, const Sha256& sha) {
    if (bytes.known_bytes() != bytes.size_bytes() || bytes.parts().empty()) return false;
    if (sha256_of(bytes.parts().begin()->second) == sha) return true;
    throw RangeFailure(RangeFailure::Kind::file,
                       "the server has other bytes than the pointer states");
}

}  // namespace onnxhub
