// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_statement.h"

#include <fmt/format.h>

#include <utility>

#include "base/escaping.h"
#include "trust/hub_payload.h"
#include "trust/key_threshold.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

static_assert(statement_size_limit <= hub_envelope_limit, "signatures can be added to it");

constexpr std::string_view statement_predicate_type =
    "https://github.com/onnxhub/onnxhub/hub-statement/v1";
constexpr std::string_view manifest_subject = "ONNX_HUB_MANIFEST.json";
constexpr std::string_view index_subject = "index/root.json";
constexpr const char* the_statement = "the hub statement";

void read_statement_subjects(const std::vector<PayloadSubject>& subjects, HubStatement& statement) {
    if (subjects[0].name != manifest_subject) {
        throw UnexpectedJson(fmt::format("subject does not begin with {}", manifest_subject));
    }
    statement.manifest = subjects[0].digest;
    if (subjects.size() == 1) return;
    if (subjects[1].name != index_subject) {
        throw UnexpectedJson(fmt::format("subject names \"{}\" instead of {}",
                                         shown(subjects[1].name), index_subject));
    }
    statement.index = subjects[1].digest;
}

std::string branch_member(const JsonValue& predicate) {
    if (!predicate.find("branch")) return "";
    std::string branch = text_member(predicate, "branch");
    if (branch.empty() || branch.size() > branch_name_limit || printable(branch) != branch) {
        throw UnexpectedJson("branch is not the name of a branch");
    }
    return branch;
}

}  // namespace

HubStatement read_unverified_statement_of_hub(const DsseEnvelope& envelope) {
    const HubPayload payload =
        parse_hub_payload(envelope.payload, statement_predicate_type, 2, the_statement);
    const JsonValue& predicate = payload.predicate;
    require_members_among(predicate, {"hub", "root", "version", "branch", "issued", "expires"},
                          the_statement);
    return reading_strictly(the_statement, [&] {
        HubStatement statement;
        read_statement_subjects(payload.subjects, statement);
        statement.hub = hub_name_member(predicate);
        statement.root_number = positive_member(predicate, "root", root_number_limit);
        statement.version = positive_member(predicate, "version", statement_version_limit - 1);
        statement.branch = branch_member(predicate);
        statement.issued = time_member(predicate, "issued");
        statement.expires = time_member(predicate, "expires");
        if (statement.expires <= statement.issued) {
            throw UnexpectedJson("expires is not after issued");
        }
        return statement;
    });
}

HubStatement read_unverified_statement_of_hub(std::string_view text) {
    return read_unverified_statement_of_hub(
        parse_hub_envelope(text, statement_size_limit, the_statement));
}

HubStatement open_statement(std::string_view text, const HubRoot& root) {
    const DsseEnvelope envelope = parse_hub_envelope(text, statement_size_limit, the_statement);
    const HubStatement statement = read_unverified_statement_of_hub(envelope);
    if (statement.hub != root.hub) {
        throw Refused(RefusalKind::statement,
                      fmt::format("the statement belongs to the hub \"{}\" instead of \"{}\"",
                                  shown(statement.hub), shown(root.hub)));
    }
    if (statement.root_number != root.number) {
        throw Refused(RefusalKind::statement,
                      fmt::format("the statement belongs to root {} instead of root {}",
                                  statement.root_number, root.number));
    }
    const std::size_t signers = count_signers(envelope, root.releases);
    if (signers < root.releases.threshold) {
        throw Refused(RefusalKind::key, too_few_release_keys(signers, root));
    }
    return statement;
}

std::string too_few_release_keys(std::size_t signers, const HubRoot& root) {
    return fmt::format(
        "the statement has signatures by {} of the {} release keys of root {} that it needs",
        signers, root.releases.threshold, root.number);
}

std::string sign_statement(const HubStatement& statement, const std::vector<PrivateKey>& keys) {
    std::vector<PayloadSubject> subjects = {{std::string(manifest_subject), statement.manifest}};
    if (statement.index) subjects.push_back({std::string(index_subject), *statement.index});
    JsonObject predicate = {{"hub", json_string(statement.hub)},
                            {"root", json_unsigned(statement.root_number)},
                            {"version", json_unsigned(statement.version)}};
    if (!statement.branch.empty()) {
        predicate.push_back({"branch", json_string(statement.branch)});
    }
    predicate.push_back({"issued", json_time(statement.issued)});
    predicate.push_back({"expires", json_time(statement.expires)});
    std::string text = sign_hub_payload(
        hub_payload_text(subjects, statement_predicate_type, json_object(std::move(predicate))),
        keys);
    read_unverified_statement_of_hub(text);  // what can't be read again is not written
    return text;
}

}  // namespace onnxhub
