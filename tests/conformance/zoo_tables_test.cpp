// SPDX-License-Identifier: Apache-2.0
// The official zoo's README tables, compared with its entries.
#include <gtest/gtest.h>

#include <git2.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "manifest/manifest.h"
#include "sources/hub_rows.h"
#include "sources/readme_table.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

template <auto free_handle>
struct FreeWith {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        free_handle(handle);
    }
};
using Repository = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using Object = std::unique_ptr<git_object, FreeWith<git_object_free>>;

/// A clone of the corpus' bundle, which only git itself can read.
class Zoo {
public:
    explicit Zoo(const fs::path& bundle) {
        git_libgit2_init();
        std::string folder = (fs::temp_directory_path() / "onnxhub-zoo-XXXXXX").string();
        if (!mkdtemp(folder.data())) return;
        folder_ = folder;
        const fs::path clone = folder_ / "zoo.git";
        const std::string command =
            "git clone --quiet --bare '" + bundle.string() + "' '" + clone.string() + "'";
        git_repository* repository = nullptr;
        if (std::system(command.c_str()) == 0) git_repository_open(&repository, clone.c_str());
        repository_.reset(repository);
    }
    ~Zoo() {
        repository_.reset();
        git_libgit2_shutdown();
        if (!folder_.empty()) fs::remove_all(folder_);
    }

    bool is_open() const { return repository_ != nullptr; }

    bool has(const std::string& tag, const std::string& path) const {
        return find(tag, path) != nullptr;
    }

    std::string read(const std::string& tag, const std::string& path) const {
        const Object object = find(tag, path);
        if (!object || git_object_type(object.get()) != GIT_OBJECT_BLOB) return "";
        auto* blob = reinterpret_cast<git_blob*>(object.get());
        return {static_cast<const char*>(git_blob_rawcontent(blob)),
                static_cast<std::size_t>(git_blob_rawsize(blob))};
    }

private:
    Object find(const std::string& tag, const std::string& path) const {
        git_object* object = nullptr;
        git_revparse_single(&object, repository_.get(), (tag + ":" + path).c_str());
        return Object(object);
    }

    fs::path folder_;
    Repository repository_;
};

using Statement = std::tuple<std::string, std::string, std::string, std::int64_t,
                             std::vector<std::string>, std::optional<std::string>>;

class ZooTables : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set: no real data to test against";
        folder_ = fs::path(corpus) / "zoo";
        zoo_ = std::make_unique<Zoo>(folder_ / "zoo.bundle");
        ASSERT_TRUE(zoo_->is_open());
    }

    std::multiset<Statement> expected_statements() const {
        const std::string name = std::string(GetParam()) + ".entries.json";
        std::ifstream file(folder_ / name, std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(file), {});
        const ManifestResult result = parse_manifest(text);
        std::multiset<Statement> statements;
        for (const ManifestEntry& json : std::get<ManifestDocument>(result).entries) {
            const Entry& entry = json.entry.value();
            statements.emplace(entry.model, entry.model_path, entry.onnx_version,
                               entry.opset_version, entry.tags, entry.archive_path);
        }
        return statements;
    }

    fs::path folder_;
    std::unique_ptr<Zoo> zoo_;
};

TEST_P(ZooTables, SayWhatTheEntriesSay) {
    const std::string tag = GetParam();
    Diagnostics diagnostics;
    const ModelFolders root =
        parse_model_folders(zoo_->read(tag, "README.md"), "README.md", diagnostics);
    std::multiset<Statement> statements;
    for (const ModelFolder& folder : root.folders) {
        const std::string readme = folder.path + "/README.md";
        const std::string text = zoo_->read(tag, readme);
        EXPECT_NE(text, "") << readme;
        for (ModelRow& model : parse_model_tables(text, readme, diagnostics).models) {
            // Some archives were never committed.
            if (model.archive_path && !zoo_->has(tag, *model.archive_path)) {
                model.archive_path.reset();
            }
            statements.emplace(model.name, model.model_path, model.onnx_version,
                               model.opset_version, model.tags, model.archive_path);
        }
    }

    EXPECT_EQ(statements, expected_statements());
    std::map<std::string, int> reports;
    for (const Diagnostic& diagnostic : diagnostics.all()) ++reports[diagnostic.rule];
    // Model classes without contributions, and the five models of age_gender.
    const std::map<std::string, int> expected_reports = {{"folder-no-link", 16},
                                                         {"row-name-is-link", 5}};
    EXPECT_EQ(reports, expected_reports);
}

INSTANTIATE_TEST_SUITE_P(Zoo, ZooTables, testing::Values("zoo-69c5d375", "zoo-b1eeaa1a"),
                         [](const auto& tested) { return "tag" + std::to_string(tested.index); });

}  // namespace
}  // namespace onnxhub
