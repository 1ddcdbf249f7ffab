// SPDX-License-Identifier: Apache-2.0
// Manifest values of unchanged models, and forms of files independent of their times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "diff/model_diff.h"
#include "repository/git_repository.h"
#include "tests/support/hub_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::HubBuilder;
using test::parse_document;
using test::RepositoryBuilder;
using test::small_model;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = ModelChange::Kind;

HubBuilder hub_of_pointers() {
    HubBuilder hub;
    for (const char* name : {"a", "b"}) {
        const std::string model = small_model() + name;
        hub.model("vision", name, std::string(name) + ".onnx",
                  lfs_pointer_text(sha256_of(model), model.size()));
    }
    return hub;
}

ManifestDocument manifest_with(const std::function<void(Entry&)>& edit) {
    std::vector<std::string> texts;
    for (const char* name : {"a", "b"}) {
        Entry entry;
        entry.model = name;
        entry.model_path = std::string("vision/") + name + ".onnx";
        entry.onnx_version = "1.8";
        entry.opset_version = 13;
        entry.content.sha = sha256_of(small_model() + name);
        entry.io_ports = IoPorts{{{"x", {std::int64_t{4}}, "tensor(float)"}},
                                 {{"y", {}, "tensor(float)"}, {"z", {}, "tensor(float)"}}};
        entry.extra_ports = std::vector<FeaturePort>{{"pool", {std::int64_t{7}}}};
        if (entry.model == "a") edit(entry);
        texts.push_back(entry_text(to_json(entry)));
    }
    return parse_document(manifest_text(texts));
}

ModelDiff diff_of(const std::function<void(Entry&)>& edit) {
    const auto tree = hub_of_pointers().tree();
    const Settings settings;
    const ManifestDocument before = manifest_with([](Entry&) {});
    const ManifestDocument after = manifest_with(edit);
    return compare_models({tree, settings, &before}, {tree, settings, &after}, {});
}

TEST(ListedPorts, ThatStayAreNoChange) {
    const ModelDiff diff = diff_of([](Entry& entry) { entry.tags = {"new"}; });
    EXPECT_THAT(diff.models, IsEmpty());
    EXPECT_EQ(diff.unchanged, 2u);
}

TEST(ListedPorts, OfTheSameBytesAreShown) {
    const struct {
        std::function<void(Entry&)> edit;
        FieldChange first;
        std::size_t count;
    } cases[] = {
        {[](Entry& entry) { entry.io_ports.reset(); }, {"listed input x", "float[4]", ""}, 3},
        {[](Entry& entry) { entry.io_ports->inputs[0].shape[0] = std::int64_t{5}; },
         {"listed input x", "float[4]", "float[5]"},
         1},
        {[](Entry& entry) { std::swap(entry.io_ports->outputs[0], entry.io_ports->outputs[1]); },
         {"listed order", "input x, output y, output z, feature pool",
          "input x, output z, output y, feature pool"},
         1},
        {[](Entry& entry) { entry.extra_ports.reset(); }, {"listed feature pool", "any[7]", ""}, 1},
        {[](Entry& entry) {
             entry.external_data = {{"vision/a.bin", sha256_of("w"), 1}};
         },
         {"listed external file a.bin", "", "listed"},
         1},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.first.field);
        const ModelDiff diff = diff_of(one.edit);
        ASSERT_THAT(diff.models, SizeIs(1));
        EXPECT_EQ(diff.models[0].path, "vision/a.onnx");
        EXPECT_EQ(diff.models[0].kind, Kind::changed);
        EXPECT_THAT(diff.models[0].fields, SizeIs(one.count));
        EXPECT_EQ(diff.models[0].fields[0], one.first);
        EXPECT_EQ(diff.models[0].note,
                  "the manifest describes the same content of the model differently");
        EXPECT_EQ(diff.unchanged, 1u);
    }
}

TEST(ListedPorts, OfOtherBytesAreNotCompared) {
    const ModelDiff diff = diff_of([](Entry& entry) {
        entry.content.sha = sha256_of("other");
        entry.io_ports.reset();
    });
    EXPECT_THAT(diff.models, IsEmpty());
}

TEST(ListedPorts, OfAMovedModelAreCompared) {
    const auto tree = hub_of_pointers().tree();
    const Settings settings;
    const ManifestDocument before =
        manifest_with([](Entry& entry) { entry.model_path = "old/a.onnx"; });
    const ManifestDocument after = manifest_with([](Entry& entry) { entry.io_ports.reset(); });
    const ModelDiff diff = compare_models({tree, settings, &before}, {tree, settings, &after}, {});
    ASSERT_THAT(diff.models, SizeIs(1));
    EXPECT_THAT(diff.models[0].fields, SizeIs(3));
}

/// The index knows the form. A file's times decide only whether the file has to be read.
TEST(FormOfAFile, IsKnownWhateverItsTimes) {
    const std::string model = small_model() + std::string(2000, 'w');
    RepositoryBuilder hub;
    hub.write("README.md", "x").write_pointer("a.onnx", model).commit("A pointer");
    hub.branch("base");
    hub.write("a.onnx", model).commit("The same bytes, in git itself");
    const Settings settings;
    const auto compare = [&] {
        const auto repository = GitRepository::find(hub.path());
        const auto before = repository->tree_of(repository->resolve_commit("base"), "");
        const auto after = repository->working_tree("");
        return compare_models({*before, settings}, {*after, settings}, {});
    };
    test::set_old_time(hub.path() / "a.onnx");  // no longer what the index remembers
    const ModelDiff diff = compare();
    ASSERT_THAT(diff.models, SizeIs(1));
    EXPECT_EQ(diff.models[0].kind, Kind::identical);
}

}  // namespace
}  // namespace onnxhub
