// SPDX-License-Identifier: Apache-2.0
#include "validator/source_url_rule.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

constexpr RuleInfo source_url_invalid{
    .id = rule_id::source_url_invalid,
    .severity = Severity::error,
    .family = "document",
    .what =
        "`metadata.sources` is a text, an empty list, or a list with something else than URLs that "
        "clients request: `https`, without user name and password, on a server of the public "
        "internet. Hosts that your configuration allows are accepted. Values that are neither "
        "texts nor lists are custom data.",
    .why = "Clients ignore the list, or refuse the URL, and the model cannot be loaded.",
    .example = "`\"sources\": [\"http://192.168.0.7/model.onnx\"]`",
    .fix =
        "Write a list of https URLs that everyone can request. In a hub for a private network, "
        "allow its host in the [configuration](client.md) of each user, or ignore the rule in "
        "`onnxhub.toml`.",
};

constexpr std::array source_url_rule_list{source_url_invalid};

/// False for most entries, whose values then need not be read. Keys may be escaped.
bool may_have_sources(std::string_view entry) {
    return entry.find("\"sources\"") != entry.npos || entry.find('\\') != entry.npos;
}

/// Checks one entry.
class SourceUrls {
public:
    SourceUrls(const HubState& hub, const ManifestEntry& entry, const AddressPolicy& addresses,
               FindingList& findings)
        : hub_(hub), entry_(entry), addresses_(addresses), findings_(findings) {}

    void check() {
        if (!may_have_sources(entry_.text)) return;
        const auto values = hub_.values.of(entry_);
        const JsonValue* metadata = values->find("metadata");
        const JsonValue* sources = metadata ? metadata->find("sources") : nullptr;
        if (!sources) return;
        if (sources->string()) report(sources->line, "", "is a text", "write a list of URLs");
        if (!sources->array()) return;
        const JsonArray& urls = *sources->array();
        if (urls.empty()) {
            report(sources->line, "", "is empty", "add a URL of the model, or remove the key");
        }
        for (std::size_t i = 0; i < urls.size(); ++i) check_url(i, urls[i]);
    }

private:
    void check_url(std::size_t i, const JsonValue& url) {
        const std::string index = fmt::format("[{}]", i);
        if (!url.string()) {
            report(url.line, index, "is not a text, so clients ignore the list",
                   "write a list of URLs");
            return;
        }
        const auto refusal = addresses_.refusal(*url.string());
        if (!refusal) return;
        const std::size_t advice = refusal->find("; ");
        const bool has_advice = advice != refusal->npos;
        report(url.line, index, refusal->substr(0, advice),
               has_advice ? refusal->substr(advice + 2)
                          : "write an https URL of a public server, without user and password");
    }

    /// Without the URL, which may have a password.
    void report(int line, const std::string& index, const std::string& problem, std::string hint) {
        const Subject subject = subject_of(entry_);
        findings_.report(source_url_invalid, {hub_.manifest.file, line, "metadata.sources" + index},
                         fmt::format("metadata.sources{} of {} {}", index, subject.about, problem),
                         std::move(hint), subject);
    }

    const HubState& hub_;
    const ManifestEntry& entry_;
    const AddressPolicy& addresses_;
    FindingList& findings_;
};

}  // namespace

std::span<const RuleInfo> source_url_rules() {
    return source_url_rule_list;
}

void check_source_urls(const HubState& hub, const AddressPolicy& addresses, FindingList& findings) {
    if (!hub.document()) return;
    for (const ManifestEntry& entry : hub.document()->entries) {
        SourceUrls(hub, entry, addresses, findings).check();
    }
}

}  // namespace onnxhub
