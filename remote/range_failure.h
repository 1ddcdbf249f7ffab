// SPDX-License-Identifier: Apache-2.0
// Why a file could not be read by ranges.
#pragma once

#include <string>

#include "base/user_error.h"

namespace onnxhub {

class RangeFailure : public UserError {
public:
    enum class Kind {
        file,    ///< this file cannot be read here: missing, other bytes, too large a graph
        server,  ///< other files of the server would fail too: busy, refuses, knows no ranges
        budget,  ///< the run has no bytes left
    };
    /// `what` is one clause with the server's address.
    RangeFailure(Kind kind, const std::string& what) : UserError(what), kind_(kind) {}

    Kind kind() const { return kind_; }

private:
    Kind kind_;
};

}  // namespace onnxhub
