// SPDX-License-Identifier: Apache-2.0
#include "validator/archive_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "base/user_error.h"
#include "manifest/rule_ids.h"
#include "model/test_data_archive.h"
#include "model/test_data_check.h"

namespace onnxhub {
namespace {

constexpr RuleInfo archive_unreadable{
    .id = rule_id::archive_unreadable,
    .severity = Severity::error,
    .family = "archive",
    .what =
        "An archive is truncated, damaged, or not a tar file (plain, or compressed with gzip, "
        "bzip2, xz or zstd).",
    .why = "Users cannot unpack it.",
    .example = "The file is an incomplete upload.",
    .fix = "Pack and commit the archive again.",
};

constexpr RuleInfo archive_unsafe{
    .id = rule_id::archive_unsafe,
    .severity = Severity::error,
    .family = "archive",
    .what =
        "A member of an archive has an absolute path, contains `..`, or occurs twice; or it is a "
        "link, a device or anything else that is not a regular file or directory.",
    .why =
        "Unpacking the archive may overwrite files of the user (see CVE-2024-5187). Careful "
        "clients reject it.",
    .example = "`../../.ssh/authorized_keys`",
    .fix = "Pack the model and its test data again: `tar -czf model.tar.gz model/`.",
};

constexpr RuleInfo archive_too_large{
    .id = rule_id::archive_too_large,
    .severity = Severity::error,
    .family = "archive",
    .what =
        "An archive has more than 10,000 members, or its unpacked size is over 64 GiB, or over 200 "
        "times its own size (beyond 256 MiB).",
    .why = "Such archives are made to fill disks. The part after the limit was not checked.",
    .example = "An archive of 1 MB unpacks to 1 GB of zeros.",
    .fix = "Pack only the model and its test data.",
};

constexpr RuleInfo archive_no_model{
    .id = rule_id::archive_no_model,
    .severity = Severity::error,
    .family = "archive",
    .what = "An archive contains no `.onnx` file.",
    .why = "Clients that load a model with its test data find no model in the archive.",
    .example = "The archive contains only `test_data_set_0/`.",
    .fix = "Pack the model with its test data.",
};

constexpr RuleInfo archive_model_differs{
    .id = rule_id::archive_model_differs,
    .severity = Severity::warning,
    .family = "archive",
    .what = "No `.onnx` file in an archive has the SHA-256 of the model.",
    .why = "The test data was made for another model, or users get two models with the same name.",
    .example = "The model was updated, but its archive was not.",
    .fix = "Pack the current model with test data made by this model.",
};

constexpr RuleInfo test_data_missing{
    .id = rule_id::test_data_missing,
    .severity = Severity::warning,
    .family = "archive",
    .what = "An archive has no directory `test_data_set_N` with `input_I.pb` or `output_I.pb`.",
    .why = "Users cannot check their runtime with the archive.",
    .example = "The directory is named `test_data`, without a number.",
    .fix = "Add `test_data_set_0/input_0.pb`, `output_0.pb` and so on.",
};

constexpr RuleInfo test_data_differs{
    .id = rule_id::test_data_differs,
    .severity = Severity::error,
    .family = "archive",
    .what =
        "Test data does not match the model's ports in count, element type or shape, has a gap in "
        "its numbers, or is not a tensor.",
    .why = "Users who run the model with the test data get an error and blame the model.",
    .example = "`input_0.pb` is float[1,3,224,224], but the model expects float[1,3,299,299].",
    .fix = "Make the test data with the model in the archive.",
};

constexpr std::array archive_rule_list{archive_unreadable, archive_unsafe,        archive_too_large,
                                       archive_no_model,   archive_model_differs, test_data_missing,
                                       test_data_differs};

/// An archive, the place to report, and the expected content.
struct ArchiveTask {
    std::string path;
    Place place;
    Subject subject;
    const ContentFacts* model = nullptr;  ///< of the model file; null: not readable
    const IoPorts* ports = nullptr;       ///< null: unknown
};

class TaskList {
public:
    explicit TaskList(const HubState& hub) : hub_(hub) {}

    std::vector<ArchiveTask> collect() {
        if (const ManifestDocument* document = hub_.document()) {
            for (const ManifestEntry& entry : document->entries) add_entry(entry);
        }
        for (const ModelDescription& model : hub_.described.models) {
            if (!model.row->archive_path) continue;
            const IoPorts* ports =
                model.entry && model.entry->io_ports ? &*model.entry->io_ports : nullptr;
            add(*model.row->archive_path, model.row->model_path,
                place_of(*model.row, model.row->cells.archive), subject_of(*model.row), ports);
        }
        return std::move(tasks_);
    }

private:
    void add_entry(const ManifestEntry& present) {
        if (!present.entry || !present.entry->archive_path) return;
        const Entry& entry = *present.entry;
        if (!safe_path(*entry.archive_path) || !safe_path(entry.model_path)) return;
        add(*entry.archive_path, entry.model_path,
            place_of(hub_, present, "metadata.model_with_data_path"), subject_of(present),
            entry.io_ports ? &*entry.io_ports : nullptr);
    }

    /// If an entry and its row name the same archive, it is read once, for the entry.
    void add(const std::string& path, const std::string& model_path, Place place, Subject subject,
             const IoPorts* ports) {
        if (!hub_.part.has_model(model_path)) return;
        if (!hub_.described.contents.facts(path) || !seen_.insert({path, model_path}).second) {
            return;
        }
        const auto graph = hub_.described.graphs.find(model_path);
        if (graph != hub_.described.graphs.end() && graph->second) ports = &graph->second->ports;
        subject.about = path;
        tasks_.push_back({path, std::move(place), std::move(subject),
                          hub_.described.contents.facts(model_path), ports});
    }

    const HubState& hub_;
    std::vector<ArchiveTask> tasks_;
    std::set<std::pair<std::string, std::string>> seen_;
};

class ArchiveChecker {
public:
    ArchiveChecker(const HubState& hub, const ArchiveTask& task, FindingList& findings)
        : hub_(hub), task_(task), findings_(findings) {}

    void check() {
        const std::unique_ptr<ByteSource> source = hub_.described.contents.open(task_.path);
        if (!source) {
            findings_.skip(archive_unreadable, not_downloaded);
            findings_.skip(test_data_differs, not_downloaded);
            return;
        }
        const TestDataArchive archive = read_test_data_archive(
            [&](std::uint64_t offset, std::span<std::byte> into) {
                return source->read(offset, into);
            },
            {});
        for (const ArchiveProblem& problem : archive.problems) report(problem);
        const bool is_whole = std::ranges::all_of(archive.problems, [](const auto& problem) {
            return problem.kind == ArchiveProblem::Kind::unsafe;
        });
        if (is_whole) check_contents(archive);
    }

private:
    void report(const RuleInfo& rule, std::string message, std::string hint) {
        findings_.report(rule, task_.place, std::move(message), std::move(hint), task_.subject);
    }

    void report(const ArchiveProblem& problem) {
        using Kind = ArchiveProblem::Kind;
        const std::string what =
            problem.member.empty() ? "" : fmt::format(": \"{}\"", problem.member);
        const std::string message = fmt::format("{}{} {}", task_.path, what, problem.reason);
        switch (problem.kind) {
            case Kind::unreadable:
                report(archive_unreadable,
                       fmt::format("{} cannot be read{}: {}", task_.path, what, problem.reason),
                       "pack the archive again");
                return;
            case Kind::unsafe:
                report(archive_unsafe, message, "pack the archive again, with regular files only");
                return;
            case Kind::limit:
                report(archive_too_large, message, "pack only the model and its test data");
                return;
        }
    }

    void check_contents(const TestDataArchive& archive) {
        if (archive.models.empty()) {
            report(archive_no_model, task_.path + " contains no .onnx file",
                   "pack the model with its test data");
        } else if (task_.model && std::ranges::none_of(archive.models, [&](const auto& model) {
                       return model.sha == task_.model->sha;
                   })) {
            report(archive_model_differs,
                   fmt::format("{} in {} is not the model: its SHA-256 is {}",
                               archive.models.front().path, task_.path,
                               to_hex(archive.models.front().sha)),
                   "pack the current model with test data made by this model");
        }
        check_test_data(archive);
    }

    void check_test_data(const TestDataArchive& archive) {
        const bool has_data = std::ranges::any_of(archive.sets, [](const auto& set) {
            return !set.second.inputs.empty() || !set.second.outputs.empty();
        });
        if (!has_data) {
            report(test_data_missing, task_.path + " has no test_data_set_N with tensors",
                   "add test_data_set_0/input_0.pb, output_0.pb and so on");
        } else if (!task_.ports) {
            findings_.skip(test_data_differs, "the model's ports are unknown");
        } else {
            for (const std::string& mismatch : compare_test_data(archive, *task_.ports)) {
                report(test_data_differs, fmt::format("in {}: {}", task_.path, mismatch),
                       "make the test data with this model");
            }
        }
    }

    const HubState& hub_;
    const ArchiveTask& task_;
    FindingList& findings_;
};

}  // namespace

std::span<const RuleInfo> archive_rules() {
    return archive_rule_list;
}

void check_archives(const HubState& hub, unsigned jobs, FindingList& findings) {
    const std::vector<ArchiveTask> tasks = TaskList(hub).collect();
    check_each(tasks.size(), jobs, findings, [&](std::size_t i, FindingList& found) {
        try {
            ArchiveChecker(hub, tasks[i], found).check();
        } catch (const UserError& error) {
            found.report(archive_unreadable, tasks[i].place, error.what(), "", tasks[i].subject);
        }
    });
}

}  // namespace onnxhub
