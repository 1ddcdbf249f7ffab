// SPDX-License-Identifier: Apache-2.0
// Validating a hub on disk, as a user of the library does; and what is read of it.
#include "validator/hub_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>

#include "base/user_error.h"
#include "tests/support/hub_files.h"
#include "tests/support/repository_builder.h"
#include "validator/hub_state.h"

namespace onnxhub::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Counts what is read of a tree in memory.
class CountingTree : public MemoryTree {
public:
    explicit CountingTree(MemoryTree tree) : MemoryTree(std::move(tree)) {}

    std::vector<std::string> list() const override {
        lists += 1;
        return MemoryTree::list();
    }
    std::unique_ptr<ByteSource> open(const std::string& path) const override {
        const std::lock_guard lock(mutex);
        opens[path] += 1;
        return MemoryTree::open(path);
    }

    mutable std::mutex mutex;
    mutable int lists = 0;
    mutable std::map<std::string, int> opens;
};

void write_hub(RepositoryBuilder& repository, const HubFiles& hub) {
    for (const auto& [path, content] : hub.files) repository.write(path, content);
    for (const std::string& object : hub.objects) repository.add_lfs_object(object);
    repository.commit("Add a hub");
}

HubValidation validate(const ValidationRequest& request) {
    FetchObserver observer;
    return validate_hub(request, {}, observer);
}

/// Findings that anything is done about.
std::vector<std::string> rules_of(const HubValidation& validated) {
    std::vector<std::string> rules;
    for (const Finding& finding : validated.report.findings) {
        if (finding.severity == Severity::error) rules.push_back(finding.rule);
    }
    return rules;
}

TEST(HubValidation, StatesOfOneTreeReadEachFileOnce) {
    const HubFiles hub = healthy_hub();
    const CountingTree tree(hub.tree());
    Settings settings;
    settings.discover = true;
    const ManifestText manifest{manifest_path, hub.files.at(manifest_path)};
    ReadOptions options;
    options.tables = read_hub_tables(tree, settings, 2);
    options.parsed = parse_text(manifest);
    const auto first = read_hub_state(tree, settings, manifest, options);
    options.known = &first->described.contents;
    const auto second = read_hub_state(tree, settings, manifest, options);
    options.part = Scope().models_alone({first->hub.models.front().model_path});
    const auto batch = read_hub_state(tree, settings, manifest, options);
    EXPECT_EQ(tree.lists, 1);
    EXPECT_THAT(tree.opens, Not(IsEmpty()));
    for (const auto& [path, count] : tree.opens) EXPECT_EQ(count, 1) << path;
    EXPECT_EQ(&second->files, &first->files);
    EXPECT_EQ(batch->document(), first->document());
    EXPECT_EQ(second->described.models.size(), first->described.models.size());
}

TEST(HubValidation, DescriptionsShareRowsAndEqualEntries) {
    const HubFiles hub = healthy_hub();
    const MemoryTree tree = hub.tree();
    const Settings settings;
    const auto state =
        read_hub_state(tree, settings, {manifest_path, hub.files.at(manifest_path)}, {});
    const std::vector<ModelDescription>& models = state->described.models;
    ASSERT_FALSE(models.empty());
    for (std::size_t i = 0; i < models.size(); ++i) {
        EXPECT_EQ(&*models[i].row, &state->hub.models[i]);
        const auto& present = state->document()->entries[*state->matches.entry_of_row[i]];
        EXPECT_EQ(&*models[i].entry, &*present.entry) << models[i].row->model_path;
    }
}

TEST(HubValidation, HealthyHubHasNoErrors) {
    RepositoryBuilder repository;
    write_hub(repository, healthy_hub());
    ValidationRequest request;
    request.folder = repository.path();
    EXPECT_THAT(rules_of(validate(request)), IsEmpty());
}

TEST(HubValidation, FixRepairsTheManifestAndChecksAgain) {
    RepositoryBuilder repository;
    HubFiles hub = healthy_hub();
    const std::string whole = hub.manifest();
    const std::size_t sha = hub.manifest().find("\"model_sha\": \"") + 14;
    hub.manifest()[sha] = hub.manifest()[sha] == '0' ? '1' : '0';
    write_hub(repository, hub);
    ValidationRequest request;
    request.folder = repository.path();
    EXPECT_THAT(rules_of(validate(request)), Not(IsEmpty()));
    request.fixes = true;
    const HubValidation validated = validate(request);
    EXPECT_THAT(rules_of(validated), IsEmpty());
    EXPECT_THAT(validated.report.notices, Contains(HasSubstr("fixed: ")));
    EXPECT_EQ(read_file(repository.path() / manifest_path), whole);
}

TEST(HubValidation, OnlyWhatChangedIsReported) {
    RepositoryBuilder repository;
    HubFiles hub = healthy_hub();
    hub.files["README.md"] += "\n| Model Class |\n|-|\n| [none](none) |\n";
    write_hub(repository, hub);
    ValidationRequest request;
    request.folder = repository.path();
    const std::vector<std::string> before = rules_of(validate(request));
    ASSERT_THAT(before, Not(IsEmpty()));
    request.changed_since = "HEAD";
    const HubValidation validated = validate(request);
    EXPECT_THAT(rules_of(validated), IsEmpty());
    EXPECT_THAT(validated.report.notices, Contains(HasSubstr("only what changed since HEAD")));
}

TEST(HubValidation, PlainDirectoryHasNoBase) {
    const TemporaryFolder folder;
    for (const auto& [path, content] : healthy_hub().files) {
        write_file(folder.path() / path, content);
    }
    ValidationRequest request;
    request.folder = folder.path();
    request.changed_since = "HEAD";
    EXPECT_THROW(validate(request), UserError);
}

}  // namespace
}  // namespace onnxhub::test
