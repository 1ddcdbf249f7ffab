// SPDX-License-Identifier: Apache-2.0
// Generating the manifest of a hub on disk, as a user of the library does.
#include "generator/hub_generation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/user_error.h"
#include "tests/support/hub_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;

class StoppingObserver : public FetchObserver {
public:
    void check_interruption() override { throw Interrupted(); }
};

/// A repository with one model, and no manifest.
std::string commit_hub(RepositoryBuilder& repository) {
    HubBuilder hub;
    hub.model("a", "A", "a.onnx", small_model());
    const MemoryTree tree = hub.tree();
    for (const std::string& path : tree.list()) {
        repository.write(path, read_whole(*tree.open(path), 1 << 20, path));
    }
    return repository.commit("Add a model");
}

GeneratedHub generate(const GenerationRequest& request) {
    FetchObserver observer;
    Diagnostics diagnostics;
    return generate_hub(request, nullptr, nullptr, observer, diagnostics);
}

TEST(HubGeneration, WorkingTreeAndRevisionGiveTheSameManifest) {
    RepositoryBuilder repository;
    GenerationRequest request;
    request.revision = commit_hub(repository);
    request.folder = repository.path();
    const std::string of_revision = generate(request).result.update.text;
    request.revision.reset();
    EXPECT_EQ(generate(request).result.update.text, of_revision);
    EXPECT_THAT(of_revision, HasSubstr("a/a.onnx"));
}

TEST(HubGeneration, LostPortsComeFromTheManifestOfHead) {
    RepositoryBuilder repository;
    commit_hub(repository);
    GenerationRequest request;
    request.folder = repository.path();
    const std::string whole = generate(request).result.update.text;
    repository.write("ONNX_HUB_MANIFEST.json", whole).commit("Add the manifest");
    repository.write_pointer("a/a.onnx", small_model());
    repository.write("ONNX_HUB_MANIFEST.json", "[]");
    const GeneratedHub hub = generate(request);
    EXPECT_EQ(hub.result.update.text, whole);
    EXPECT_EQ(hub.present_text, "[]");
    EXPECT_EQ(hub.result.carried_ports, 1u);
}

TEST(HubGeneration, ShardsBecomePartsOfTheSameRun) {
    RepositoryBuilder repository;
    commit_hub(repository);
    GenerationRequest request;
    request.folder = repository.path();
    std::vector<ManifestPart> parts;
    for (const std::uint32_t number : {1u, 2u}) {
        request.shard = Shard{number, 2};
        const GeneratedHub hub = generate(request);
        ASSERT_TRUE(hub.part);
        EXPECT_TRUE(hub.part->is_complete);
        parts.push_back(*hub.part);
    }
    request.shard.reset();
    Diagnostics diagnostics;
    EXPECT_EQ(merge_parts(std::move(parts), diagnostics).result.update.text,
              generate(request).result.update.text);
}

TEST(HubGeneration, ObserverStopsFetchingBeforeABatch) {
    RepositoryBuilder repository;
    commit_hub(repository);
    repository.write_pointer("a/a.onnx", small_model()).commit("Add a pointer");
    GenerationRequest request;
    request.folder = repository.path();
    request.fetch = FetchOptions{};
    StoppingObserver observer;
    Diagnostics diagnostics;
    EXPECT_THROW(generate_hub(request, nullptr, nullptr, observer, diagnostics), Interrupted);
}

TEST(HubGeneration, LockIsHeldAsLongAsTheResult) {
    RepositoryBuilder repository;
    commit_hub(repository);
    GenerationRequest request;
    request.folder = repository.path();
    EXPECT_FALSE(generate(request).lock);
    request.locks_hub = true;
    const GeneratedHub hub = generate(request);
    ASSERT_TRUE(hub.lock);
    EXPECT_TRUE(hub.lock->is_exclusive());
}

TEST(HubGeneration, ManifestOfAHubIsRecognizedHoweverItIsNamed) {
    const TemporaryFolder folder;
    EXPECT_TRUE(is_manifest_of(folder.path(), folder.path() / "./ONNX_HUB_MANIFEST.json"));
    EXPECT_FALSE(is_manifest_of(folder.path(), folder.path() / "other.json"));
}

}  // namespace
}  // namespace onnxhub::test
