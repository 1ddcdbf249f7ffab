// SPDX-License-Identifier: Apache-2.0
#include "validator/source_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "manifest/entry_name.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

// Reported while the hub is read, also by `generate`.

constexpr RuleInfo opset_unknown{
    .id = rule_id::opset_unknown,
    .severity = Severity::error,
    .family = "sources",
    .what = "No source states the opset of a model, and its content is not available locally.",
    .why = "Clients choose models by name and opset, so the model has no entry.",
    .example = "A Git LFS pointer in a repository whose tables state no opsets",
    .fix =
        "Run `onnxhub generate --fetch`, or state the opset in a table, a sidecar or "
        "`[[override]]`.",
};

constexpr RuleInfo sha256_unknown{
    .id = rule_id::sha256_unknown,
    .severity = Severity::error,
    .family = "sources",
    .what = "A model is not in the repository, and no source states its SHA-256.",
    .why = "Clients could not verify what they download, so the model has no entry.",
    .example = "A record with a URL and no `sha256`",
    .fix = "State the SHA-256, or run `onnxhub generate --fetch`, which downloads the model once.",
};

constexpr RuleInfo stated_content_differs{
    .id = rule_id::stated_content_differs,
    .severity = Severity::error,
    .family = "sources",
    .what = "A model has another SHA-256 or size than a source states.",
    .why = "Either the statement is out of date, or the file is not the intended one.",
    .example = "A new version of the model was committed, but its record has the old SHA-256.",
    .fix = "Correct the statement or the file.",
};

constexpr RuleInfo stated_ir_differs{
    .id = rule_id::stated_ir_differs,
    .severity = Severity::warning,
    .family = "sources",
    .what = "A model has another IR version than a source states.",
    .why = "Users choose a runtime by it.",
    .example = "The sidecar says `ir_version: 8`, and the model has 9.",
    .fix = "Correct the statement.",
};

// Reported by `validate` alone.

constexpr RuleInfo entry_fact_differs{
    .id = rule_id::entry_fact_differs,
    .severity = Severity::error,
    .family = "sources",
    .what =
        "The license, author, task, description, number of parameters or URLs of an entry, or the "
        "SHA-256 of a model elsewhere, differ from what the sources of the hub state.",
    .why = "Users see facts that are out of date.",
    .example = "The sidecar says `author: timm`, but the entry has no author.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo fact_without_source{
    .id = rule_id::fact_without_source,
    .severity = Severity::warning,
    .family = "sources",
    .what = "An entry has a license, author, task or another fact that no source states.",
    .why = "`onnxhub generate` keeps it, but its origin is unknown.",
    .example = "The license was written into the manifest by hand.",
    .fix = "State it in a source or `[[override]]`, or remove it from the entry.",
};

// Reported while sources are read, also by `generate`.

constexpr RuleInfo fact_invalid{
    .id = rule_id::fact_invalid,
    .severity = Severity::error,
    .family = "sources",
    .what = "A fact that a source states has not the form of this fact.",
    .why = "It is left out, and the model may have no entry without it.",
    .example = "`opset: seventeen` in a sidecar",
    .fix = "Correct or remove it.",
};

constexpr RuleInfo facts_contradict{
    .id = rule_id::facts_contradict,
    .severity = Severity::warning,
    .family = "sources",
    .what = "Two sources state different values of a fact.",
    .why = "The entry has the value of the first source, which may be the wrong one.",
    .example = "The table says opset 12, and the sidecar says 13.",
    .fix = "Correct one of them, or decide in `[[override]]`.",
};

constexpr RuleInfo model_undescribed{
    .id = rule_id::model_undescribed,
    .severity = Severity::warning,
    .family = "sources",
    .what = "No source describes a model, so it has no entry.",
    .why = "Users cannot find or load it.",
    .example = "A sidecar is missing beside one of the models.",
    .fix = "Extend a source, or exclude the model.",
};

constexpr RuleInfo source_matches_nothing{
    .id = rule_id::source_matches_nothing,
    .severity = Severity::warning,
    .family = "sources",
    .what = "A `[[source]]` or `[[override]]` of `onnxhub.toml` describes no model.",
    .why = "Its globs or its pattern are probably wrong.",
    .example = "`paths = [\"model/**\"]` in a repository whose directory is `models`",
    .fix = "Correct its globs, or remove it.",
};

constexpr RuleInfo table_row_without_model{
    .id = rule_id::table_row_without_model,
    .severity = Severity::note,
    .family = "sources",
    .what = "A row of a table with a column of models links to no model.",
    .why = "Tables often list models that are published elsewhere in another format.",
    .example = "A link to a page that describes the model",
    .fix = "No action is needed. To add the model, link to its `.onnx` file.",
};

constexpr RuleInfo license_unreadable{
    .id = rule_id::license_unreadable,
    .severity = Severity::warning,
    .family = "sources",
    .what =
        "A license file of models is empty, too large, not text, or not available locally, or the "
        "front matter of a README is not YAML.",
    .why = "Users do not learn under which terms they may use the models.",
    .example = "`LICENSE` is a Git LFS pointer.",
    .fix = "Commit the text of one license to git, or state the license in `[[override]]`.",
};

constexpr RuleInfo license_unknown{
    .id = rule_id::license_unknown,
    .severity = Severity::note,
    .family = "sources",
    .what =
        "A stated license has no SPDX id that onnxhub recognizes, so the entry has a "
        "`LicenseRef-`.",
    .why = "Programs that compare licenses do not know its terms.",
    .example = "A `LICENSE` file with the text of MIT and a condition of its own",
    .fix = "If the license has an SPDX id, state it in `[[override]]`.",
};

constexpr RuleInfo source_unreadable{
    .id = rule_id::source_unreadable,
    .severity = Severity::error,
    .family = "sources",
    .what = "A document of a `[[source]]` cannot be read.",
    .why = "Its facts are unknown. The present entries of its models are kept.",
    .example = "A sidecar that is not YAML, has a key twice, or is larger than 16 MiB",
    .fix = "Correct the line.",
};

constexpr RuleInfo sidecar_without_model{
    .id = rule_id::sidecar_without_model,
    .severity = Severity::note,
    .family = "sources",
    .what = "No model is beside a sidecar.",
    .why = "The sidecar describes nothing.",
    .example = "The model was removed, but not its `turnkey_stats.yaml`.",
    .fix = "Add the model, or remove the sidecar.",
};

constexpr RuleInfo sidecar_ambiguous{
    .id = rule_id::sidecar_ambiguous,
    .severity = Severity::error,
    .family = "sources",
    .what = "Several models are beside a sidecar that must describe exactly one.",
    .why = "It is unknown whose facts it states. The present entries of the models are kept.",
    .example = "A second `.onnx` file was added to the directory of a `turnkey_stats.yaml`.",
    .fix = "Set `model` of the `[[source]]` so that it matches one model, or exclude the others.",
};

constexpr RuleInfo record_incomplete{
    .id = rule_id::record_incomplete,
    .severity = Severity::error,
    .family = "sources",
    .what = "A record has no usable URL or path, so it names no model.",
    .why = "The hub does not have the model.",
    .example = "`detector:` without `url`",
    .fix = "Add the URL or path, or correct `facts` and `records` of the `[[source]]`.",
};

constexpr RuleInfo source_url_unusable{
    .id = rule_id::source_url_unusable,
    .severity = Severity::error,
    .family = "sources",
    .what = "The URL of a model is not an https URL of an `.onnx` file without user and password.",
    .why = "The hub does not have the model.",
    .example = "`http://example.org/net.onnx`",
    .fix = "Write the URL of the model itself.",
};

constexpr RuleInfo source_url_other_format{
    .id = rule_id::source_url_other_format,
    .severity = Severity::warning,
    .family = "sources",
    .what = "The URL of a model leads to an archive or to another format than ONNX.",
    .why = "Clients load single `.onnx` files. Archives are not supported.",
    .example = "`https://example.org/net.zip`",
    .fix = "Write the URL of the `.onnx` file, or ignore the rule for this file.",
};

constexpr RuleInfo source_path_clash{
    .id = rule_id::source_path_clash,
    .severity = Severity::error,
    .family = "sources",
    .what = "Two models with different URLs would have the same path in the hub.",
    .why = "A path belongs to one model. The hub has only the first of them.",
    .example = "`https://example.org/v1/net.onnx` and `https://example.org/v2/net.onnx`",
    .fix = "Move one of them to a document in another directory, or state `path`.",
};

constexpr std::array source_rule_list{
    opset_unknown,
    sha256_unknown,
    stated_content_differs,
    stated_ir_differs,
    entry_fact_differs,
    fact_without_source,
    fact_invalid,
    facts_contradict,
    model_undescribed,
    source_matches_nothing,
    table_row_without_model,
    license_unreadable,
    license_unknown,
    source_unreadable,
    sidecar_without_model,
    sidecar_ambiguous,
    record_incomplete,
    source_url_unusable,
    source_url_other_format,
    source_path_clash,
};

std::optional<std::string> list_text(const std::vector<std::string>& items) {
    if (items.empty()) return std::nullopt;
    return fmt::format("{}", fmt::join(items, ", "));
}

std::optional<std::string> digest_text(const std::optional<Sha256>& digest) {
    return digest ? std::optional(to_hex(*digest)) : std::nullopt;
}

std::optional<std::string> number_text(const std::optional<std::uint64_t>& number) {
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

/// The facts of one entry against its row.
class FactChecker {
public:
    FactChecker(const HubState& hub, const ManifestEntry& entry, const ModelDescription& model,
                FindingList& findings)
        : hub_(hub), present_(entry), model_(model), row_(*model.row), findings_(findings) {}

    void check() {
        const Entry& entry = *present_.entry;
        const ModelFacts& stated = row_.stated->about;
        if (!model_.facts) {  // the hub has no file to compare with
            compare("model_sha", digest_text(entry.content.sha),
                    digest_text(model_.entry->content.sha));
        }
        compare("sources", list_text(entry.sources), list_text(row_.stated->urls));
        compare("license", entry.about->license, stated.license);
        compare("author", entry.about->author, stated.author);
        compare("task", entry.about->task, stated.task);
        compare("description", entry.about->description, stated.description);
        compare("parameters", number_text(entry.about->parameters), number_text(stated.parameters));
    }

private:
    void compare(std::string_view key, const std::optional<std::string>& present,
                 const std::optional<std::string>& stated) {
        if (present == stated) return;
        const std::string field = fmt::format("metadata.{}", key);
        if (!stated) {
            findings_.report(fact_without_source, place_of(hub_, present_, field),
                             fmt::format("no source states the {} \"{}\"", key, *present),
                             "state it in [[override]], or remove it here", subject_of(present_));
            return;
        }
        findings_.report(entry_fact_differs, place_of(hub_, present_, present ? field : "metadata"),
                         fmt::format("the {} is {}, but {} states \"{}\"", key,
                                     present ? "\"" + *present + "\"" : "missing",
                                     to_text(place_of(row_)), *stated),
                         "run `onnxhub validate --fix`", subject_of(present_));
    }

    const HubState& hub_;
    const ManifestEntry& present_;
    const ModelDescription& model_;
    const ModelRow& row_;
    FindingList& findings_;
};

}  // namespace

std::span<const RuleInfo> source_rules() {
    return source_rule_list;
}

void check_sources(const HubState& hub, FindingList& findings) {
    if (!hub.document()) return;
    for (std::size_t i = 0; i < hub.document()->entries.size(); ++i) {
        const ManifestEntry& entry = hub.document()->entries[i];
        const auto row = hub.matches.row_of_entry[i];
        if (!row || !entry.entry || !hub.part.has_model(entry.entry->model_path)) continue;
        const ModelDescription& model = hub.described.models[*row];
        if (model.row->stated && model.entry) FactChecker(hub, entry, model, findings).check();
    }
}

}  // namespace onnxhub
