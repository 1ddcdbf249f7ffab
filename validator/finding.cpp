// SPDX-License-Identifier: Apache-2.0
#include "validator/finding.h"

#include <map>

#include "base/digest.h"

namespace onnxhub {
namespace {

/// Lengths instead of separators: the texts may contain any byte.
std::string identity(const Finding& finding) {
    std::string text;
    for (const std::string* part :
         {&finding.rule, &finding.file, &finding.subject, &finding.message}) {
        text += std::to_string(part->size()) + ':' + *part;
    }
    return text;
}

}  // namespace

std::vector<std::string> fingerprints(const std::vector<Finding>& findings) {
    constexpr std::size_t fingerprint_length = 16;  // hexadecimal digits
    std::map<Sha256, std::size_t> seen;
    std::vector<std::string> result;
    result.reserve(findings.size());
    for (const Finding& finding : findings) {
        const Sha256 digest = sha256_of(identity(finding));
        const std::size_t earlier = seen[digest]++;
        const Sha256 counted =
            earlier == 0 ? digest : sha256_of(to_hex(digest) + '#' + std::to_string(earlier));
        result.push_back(to_hex(counted).substr(0, fingerprint_length));
    }
    return result;
}

}  // namespace onnxhub
