// SPDX-License-Identifier: Apache-2.0
// Collects findings about a graph. Only the .cpp files of this module include this header.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "model/operator_report.h"

namespace onnxhub {

struct NodeView;

/// A name of a model for a message: valid UTF-8 in quotes, cut if it is long.
std::string shown_name(std::string_view name);

/// Where a node is.
struct NodePlace {
    std::size_t number = 0;   ///< 1-based, in its graph
    std::string_view within;  ///< " of the function \"f\""; empty: the model's graph
};

class OperatorFindings {
public:
    explicit OperatorFindings(OperatorReport& report) : report_(report) {}

    /// A finding about a node. Those with the same operator, problem and `subject` (a port or an
    /// attribute) are one.
    void add(OperatorProblem problem, const NodeView& node, const NodePlace& place,
             std::string_view subject, std::string message);

    /// A finding about a graph.
    void add(OperatorProblem problem, std::string_view subject, std::string message);

private:
    using Key = std::tuple<OperatorProblem, std::string, std::string, std::string>;

    /// Null when an equal finding was counted, or there are too many.
    OperatorFinding* start(Key key);

    OperatorReport& report_;
    std::map<Key, std::size_t> indexes_;  ///< in the report
};

}  // namespace onnxhub
