// SPDX-License-Identifier: Apache-2.0
#include "validator/finding.h"

#include <initializer_list>
#include <map>

#include "base/ascii.h"
#include "base/digest.h"

namespace onnxhub {
namespace {

constexpr std::size_t fingerprint_length = 16;  // hexadecimal digits

/// Lengths instead of separators: the texts may contain any byte.
std::string identity(std::initializer_list<const std::string*> parts) {
    std::string text;
    for (const std::string* part : parts) text += std::to_string(part->size()) + ':' + *part;
    return text;
}

template <class IdentityOf>
std::vector<std::string> counted_digests(const std::vector<Finding>& findings,
                                         const IdentityOf& identity_of) {
    std::map<Sha256, std::size_t> seen;
    std::vector<std::string> result;
    result.reserve(findings.size());
    for (const Finding& finding : findings) {
        const Sha256 digest = sha256_of(identity_of(finding));
        const std::size_t earlier = seen[digest]++;
        const Sha256 counted =
            earlier == 0 ? digest : sha256_of(to_hex(digest) + '#' + std::to_string(earlier));
        result.push_back(to_hex(counted).substr(0, fingerprint_length));
    }
    return result;
}

}  // namespace

std::vector<std::string> fingerprints(const std::vector<Finding>& findings) {
    return counted_digests(findings, [](const Finding& finding) {
        return identity(
            {&finding.rule, &finding.file, &finding.subject, &finding.about, &finding.key});
    });
}

std::vector<std::string> message_fingerprints(const std::vector<Finding>& findings) {
    return counted_digests(findings, [](const Finding& finding) {
        return identity({&finding.rule, &finding.file, &finding.subject, &finding.message});
    });
}

std::string key_of_line(std::string_view line) {
    std::string text;
    for (const char c : trimmed(line)) {
        const bool is_blank = c == ' ' || c == '\t' || c == '\r';
        if (!is_blank) {
            text += c;
        } else if (text.back() != ' ') {
            text += ' ';
        }
    }
    if (text.empty()) return "";
    return "line " + to_hex(sha256_of(text)).substr(0, fingerprint_length);
}

}  // namespace onnxhub
