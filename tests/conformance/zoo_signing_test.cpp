// SPDX-License-Identifier: Apache-2.0
// The official zoo's models, signed from the Git LFS pointers of a bare clone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "trust/model_signature.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(ZooSigning, AllModelsAreSignedFromPointers) {
    const char* corpus = std::getenv("ONNXHUB_CORPUS");
    if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
    const TemporaryFolder folder;
    const fs::path zoo = fs::path(corpus) / "zoo";
    ASSERT_EQ(
        run_command({"git", "clone", "-q", "--bare", (zoo / "zoo.bundle").string(), "zoo.git"},
                    folder.path())
            .status,
        0);
    const auto key = run_onnxhub({"key", "create", "--output", "key.pem"}, folder.path());
    ASSERT_EQ(key.status, 0) << key.err;

    const auto begin = std::chrono::steady_clock::now();
    const auto result = run_onnxhub(
        {"sign", "zoo.git:zoo-69c5d375", "--models", "--key", "key.pem", "--output", "signatures"},
        folder.path());
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    std::printf("189 models signed in %.2f s\n", time.count());
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err,
                HasSubstr("189 models signed, 0 kept with correct signatures, 0 failed; "
                          "the digests of 189 come from pointers or git's index"));

    const AcceptedSigners signers = AcceptedKeys{{PublicKey::from_pem(key.out)}};
    const auto entries = nlohmann::json::parse(read_file(zoo / "zoo-69c5d375.entries.json"));
    std::size_t verified = 0;
    for (const auto& entry : entries) {
        const auto path = entry["model_path"].get<std::string>();
        SCOPED_TRACE(path);
        const std::string bundle = read_file(folder.path() / "signatures" / (path + ".sig"));
        const auto signature = verify_model_signature(bundle, signers);
        ASSERT_TRUE(std::holds_alternative<VerifiedSignature>(signature));
        const ModelStatement& statement = std::get<VerifiedSignature>(signature).statement;
        ASSERT_EQ(statement.resources.size(), 1u);
        EXPECT_EQ(statement.resources[0].path, fs::path(path).filename());
        EXPECT_EQ(to_hex(statement.resources[0].digest), entry["metadata"]["model_sha"]);
        ++verified;
    }
    EXPECT_EQ(verified, 189u);
}

}  // namespace
}  // namespace onnxhub::test
