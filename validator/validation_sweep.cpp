// SPDX-License-Identifier: Apache-2.0
#include "validator/validation_sweep.h"

#include <map>
#include <utility>
#include <variant>

#include "manifest/json_members.h"
#include "repository/fetch_batches.h"
#include "repository/resume_file.h"
#include "validator/report.h"
#include "validator/report_reader.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

constexpr std::int64_t format_version = 1;

Sha256 content_digest(const ModelToFetch& model) {
    FieldHasher hasher;
    for (const FileToFetch& file : model.files) {
        hasher.add(file.path);
        hasher.add(to_hex(file.oid));
    }
    return hasher.finish();
}

JsonValue findings_json(const FindingList& findings) {
    ValidationReport report;
    report.findings = findings.findings();
    report.unchecked = findings.unchecked();
    report.runs = findings.runs();
    ReportOptions options;
    options.tool_version = ONNXHUB_VERSION;
    auto json = parse_json(render(report, ReportFormat::json, options));
    return std::get<JsonDocument>(std::move(json)).root;
}

FindingList findings_of(const JsonValue& json) {
    auto parsed = parse_report(json);
    if (const auto* reason = std::get_if<std::string>(&parsed)) throw UnexpectedJson(*reason);
    auto& report = std::get<ValidationReport>(parsed);
    FindingList findings;
    for (Finding& finding : report.findings) findings.add(std::move(finding));
    findings.add_runs(std::move(report.runs));
    for (const Unchecked& item : report.unchecked) {
        const RuleInfo* rule = find_rule(item.rule);
        if (!rule) throw UnexpectedJson("there is no rule " + item.rule);
        findings.skip(*rule, item.reason, item.count);
    }
    return findings;
}

/// Keeps the findings of finished batches in a file.
class SweepJournal {
public:
    SweepJournal(std::optional<std::string> file, const Sha256& run)
        : file_(std::move(file)), run_(run) {}

    /// Adds what an earlier run found in models that have not changed since.
    void take_up(const std::vector<ModelToFetch>& models, Swept& swept, FetchObserver& observer) {
        const std::optional<JsonDocument> json = file_.read();
        if (!json) return;
        try {
            read(json->root, models, swept);
        } catch (const UnexpectedJson&) {
            file_.refuse();
        }
        if (swept.models.empty()) {
            observer.started_again(file_.path());
        } else {
            observer.resumed(swept.models.size(), file_.path());
        }
    }

    void add(const std::vector<ModelToFetch>& models, const FindingList& findings) {
        if (!file_.is_named()) return;
        JsonArray names;
        for (const ModelToFetch& model : models) {
            names.push_back(json_object({{"path", json_string(model.model_path)},
                                         {"content", json_string(to_hex(content_digest(model)))}}));
        }
        batches_.push_back(json_object(
            {{"models", json_array(std::move(names))}, {"report", findings_json(findings)}}));
        const JsonValue document = json_object({{"version", json_integer(format_version)},
                                                {"run", json_string(to_hex(run_))},
                                                {"batches", json_array(batches_)}});
        file_.write(json_text(document) + '\n');
    }

    void remove() const { file_.remove(); }

private:
    void read(const JsonValue& document, const std::vector<ModelToFetch>& models, Swept& swept) {
        if (json_member(document, "version").integer() != format_version) {
            throw UnexpectedJson("version is not 1");
        }
        if (text_member(document, "run") != to_hex(run_)) return;
        std::map<std::string, std::string> now;
        for (const ModelToFetch& model : models) {
            now[model.model_path] = to_hex(content_digest(model));
        }
        for (const JsonValue& batch : array_member(document, "batches", report_findings_limit)) {
            std::set<std::string> paths;
            bool is_same = true;
            for (const JsonValue& model : array_member(batch, "models", report_findings_limit)) {
                const std::string path = text_member(model, "path");
                const auto found = now.find(path);
                is_same &= found != now.end() && found->second == text_member(model, "content");
                paths.insert(path);
            }
            if (!is_same) continue;
            swept.findings.append(findings_of(json_member(batch, "report")));
            swept.models.merge(paths);
            batches_.push_back(batch);
        }
    }

    ResumeFile file_;
    Sha256 run_;
    JsonArray batches_;
};

std::uint64_t fetch_size(const ModelToFetch& model) {
    std::uint64_t bytes = 0;
    for (const FileToFetch& file : model.files) bytes += file.size_bytes;
    return bytes;
}

/// Models that are fetched and checked together.
struct Batch {
    Batch(const std::vector<const ModelToFetch*>& all, const std::vector<std::size_t>& indices) {
        for (const std::size_t i : indices) {
            models.push_back(*all[i]);
            paths.insert(all[i]->model_path);
            size_bytes += fetch_size(*all[i]);
        }
    }

    std::vector<ModelToFetch> models;
    std::set<std::string> paths;
    std::uint64_t size_bytes = 0;
};

/// Entries count too: the only source of a hub without tables is its manifest.
void add_files_of_entries(const HubState& hub,
                          const std::function<void(const std::string&, const std::string&)>& add) {
    const ManifestDocument* document = hub.document();
    if (!document) return;
    for (const ManifestEntry& present : document->entries) {
        if (!present.entry) continue;
        const auto path = safe_path(present.entry->model_path);
        if (!path || !hub.part.has_model(*path)) continue;
        add(*path, *path);
        const auto archive =
            present.entry->archive_path ? safe_path(*present.entry->archive_path) : std::nullopt;
        if (archive) add(*path, *archive);
    }
}

}  // namespace

std::vector<ModelToFetch> models_to_fetch(const HubState& hub) {
    const ContentTable& contents = hub.described.contents;
    std::map<std::string, std::map<std::string, FileToFetch>> files_of;
    const auto add = [&](const std::string& model_path, const std::string& path) {
        const ContentFacts* facts = contents.facts(path);
        if (!facts || facts->source != FactSource::pointer || contents.open(path)) return;
        files_of[model_path].try_emplace(path, FileToFetch{path, facts->sha, facts->size_bytes});
    };
    for (const ModelDescription& model : hub.described.models) {
        const ModelRow& row = *model.row;
        if (!hub.part.has_model(row.model_path)) continue;
        add(row.model_path, row.model_path);
        if (row.archive_path) add(row.model_path, *row.archive_path);
    }
    add_files_of_entries(hub, add);
    std::vector<ModelToFetch> models;
    for (auto& [model_path, files] : files_of) {
        models.push_back({model_path, {}});
        for (auto& [path, file] : files) models.back().files.push_back(std::move(file));
    }
    return models;
}

std::vector<PeekTarget> models_to_peek(const std::vector<ModelToFetch>& models) {
    std::vector<PeekTarget> targets;
    for (const ModelToFetch& model : models) {
        for (const FileToFetch& file : model.files) {
            if (file.path != model.model_path) continue;
            targets.push_back({file.path, file.oid, file.size_bytes});
        }
    }
    return targets;
}

std::vector<std::string> paths_of(const std::vector<ModelToFetch>& models) {
    std::set<std::string> paths;
    for (const ModelToFetch& model : models) {
        for (const FileToFetch& file : model.files) paths.insert(file.path);
    }
    return {paths.begin(), paths.end()};
}

Swept sweep(const HubFolder& hub, const std::vector<ModelToFetch>& models,
            const SweepOptions& options, const std::function<FindingList(Scope)>& check,
            FetchObserver& observer) {
    Swept swept;
    SweepJournal journal(options.resume_file, options.run);
    journal.take_up(models, swept, observer);
    std::vector<const ModelToFetch*> remaining;
    std::vector<std::uint64_t> sizes;
    for (const ModelToFetch& model : models) {
        if (swept.models.contains(model.model_path)) continue;
        remaining.push_back(&model);
        sizes.push_back(fetch_size(model));
    }
    const FetchBatches plan = plan_batches(sizes, options.max_disk_bytes);
    for (const std::size_t i : plan.too_large) {
        observer.model_too_large(remaining[i]->model_path, sizes[i]);
    }
    for (std::size_t number = 0; number < plan.batches.size(); ++number) {
        observer.check_interruption();
        Batch batch(remaining, plan.batches[number]);
        observer.batch_started(
            {batch.models.size(), batch.size_bytes, number + 1, plan.batches.size()});
        FetchRequest request = fetch_request(hub, paths_of(batch.models), git_messages(observer));
        request.into = FetchInto::store_alone;
        request.drop = true;
        const FetchedContent fetched(*hub.repository, std::move(request));
        FindingList found = check(options.part.models_alone(batch.paths));
        if (fetched.problem()) {
            swept.problems.push_back(*fetched.problem());
        } else {
            journal.add(batch.models, found);
        }
        swept.findings.append(std::move(found));
        swept.models.merge(batch.paths);
    }
    if (plan.too_large.empty() && swept.problems.empty()) journal.remove();
    return swept;
}

}  // namespace onnxhub
