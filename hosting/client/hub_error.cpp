// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_error.h"

namespace onnxhub {

std::string_view name_of(HubProblem problem) {
    switch (problem) {
        case HubProblem::hub:
            return "hub";
        case HubProblem::manifest:
            return "manifest";
        case HubProblem::broken_manifest:
            return "broken-manifest";
        case HubProblem::unreachable:
            return "unreachable";
        case HubProblem::model:
            return "model";
        case HubProblem::opset:
            return "opset";
        case HubProblem::ambiguous:
            return "ambiguous";
        case HubProblem::test_data:
            return "test-data";
        case HubProblem::entry:
            return "entry";
        case HubProblem::untrusted:
            return "untrusted";
        case HubProblem::offline:
            return "offline";
        case HubProblem::content:
            return "content";
        case HubProblem::signature:
            return "signature";
        case HubProblem::cache:
            return "cache";
        case HubProblem::composition:
            return "composition";
        case HubProblem::other:
            break;
    }
    return "other";
}

HubError to_hub_error(const UserError& error) {
    const auto* known = dynamic_cast<const HubError*>(&error);
    return known ? *known : HubError(HubProblem::other, error.what());
}

}  // namespace onnxhub
