// SPDX-License-Identifier: Apache-2.0
#include "repository/near_path.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onnxhub {
namespace {

std::optional<std::string> near(const std::vector<std::string>& files, const std::string& path) {
    return NearPaths(files).near(path);
}

TEST(NearPaths, IgnoresLetterCase) {
    EXPECT_EQ(near({"a/Model/x.onnx", "b/x.onnx"}, "a/model/X.onnx"), "a/Model/x.onnx");
}

TEST(NearPaths, FindsATypingErrorInTheName) {
    EXPECT_EQ(near({"m/zfnet-light-9.onnx", "m/vgg-9.onnx"}, "m/zfnet-ligth-9.onnx"),
              "m/zfnet-light-9.onnx");
    EXPECT_EQ(near({"M/zfnet-light-9.onnx"}, "m/zfnet-ligth-9.onnx"), "M/zfnet-light-9.onnx");
}

TEST(NearPaths, AnotherVersionIsNoTypingError) {
    EXPECT_EQ(near({"m/mnist-12.onnx", "m/mnist-8.onnx"}, "m/mnist-7.onnx"), std::nullopt);
}

TEST(NearPaths, FindsTheOnlyFileOfTheNameElsewhere) {
    EXPECT_EQ(near({"a/models/x.onnx"}, "a/model/x.onnx"), "a/models/x.onnx");
    EXPECT_EQ(near({"a/x.onnx", "b/x.onnx"}, "c/x.onnx"), std::nullopt);
}

TEST(NearPaths, TwoAnswersAreNone) {
    EXPECT_EQ(near({"m/resnet-a.onnx", "m/resnet-b.onnx"}, "m/resnet-c.onnx"), std::nullopt);
}

TEST(NearPaths, ManyQuestionsAboutALargeFolderEnd) {
    std::vector<std::string> files;
    for (std::size_t i = 0; i < 500; ++i) {
        files.push_back("m/" + std::string(200, static_cast<char>('a' + i % 20)) + ".onnx");
    }
    files.push_back("m/network.onnx");
    NearPaths paths(files);
    EXPECT_EQ(paths.near("m/netwrok.onnx"), "m/network.onnx");
    for (int i = 0; i < 20; ++i) paths.near("m/" + std::string(200, 'z') + ".onnx");
    EXPECT_EQ(paths.near("m/netwrok.onnx"), std::nullopt);
    EXPECT_EQ(paths.near("m/NETWORK.onnx"), "m/network.onnx");
}

}  // namespace
}  // namespace onnxhub
