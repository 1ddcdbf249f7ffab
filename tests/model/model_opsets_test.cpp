// SPDX-License-Identifier: Apache-2.0
#include "model/model_opsets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/user_error.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

ModelOpsets read_opsets_of(const std::string& bytes) {
    auto read = read_model_opsets(*memory_source(bytes));
    EXPECT_TRUE(std::holds_alternative<ModelOpsets>(read)) << std::get<SkeletonError>(read).reason;
    return std::get<ModelOpsets>(read);
}

std::string refusal_of(const std::string& bytes) {
    const auto read = read_model_opsets(*memory_source(bytes));
    const auto* error = std::get_if<SkeletonError>(&read);
    return error ? error->reason : "none";
}

TEST(ModelOpsetsTest, EveryDomainIsRead) {
    ModelBuilder builder(17, 8);
    auto* other = builder.proto().add_opset_import();
    other->set_domain("ai.onnx.ml");
    other->set_version(3);
    const ModelOpsets opsets = read_opsets_of(builder.initializer("w", {64, 64}).bytes());
    EXPECT_EQ(opsets.ir_version, 8);
    EXPECT_THAT(opsets.versions, ElementsAre(Pair("", 17), Pair("ai.onnx.ml", 3)));
    EXPECT_EQ(opsets.first_domain, "");
}

TEST(ModelOpsetsTest, TheDefaultDomainHasTwoNames) {
    ModelBuilder builder;
    builder.proto().mutable_opset_import(0)->set_domain("ai.onnx");
    EXPECT_THAT(read_opsets_of(builder.bytes()).versions, ElementsAre(Pair("", 13)));
}

TEST(ModelOpsetsTest, OldModelsWithoutImportsHaveOpset1) {
    ModelBuilder builder(1, 2);
    builder.proto().clear_opset_import();
    EXPECT_THAT(read_opsets_of(builder.bytes()).versions, ElementsAre(Pair("", 1)));
}

TEST(ModelOpsetsTest, OtherFilesAreNamed) {
    EXPECT_THAT(refusal_of("<html>"), HasSubstr("is HTML or XML"));
    EXPECT_THAT(refusal_of(""), HasSubstr("is empty"));
    EXPECT_THAT(refusal_of("\x08\x07"), HasSubstr("has no graph"));
    EXPECT_THAT(refusal_of("\x3a\x7f"), HasSubstr("runs past the end"));
    EXPECT_THAT(refusal_of("\x3a\x00\x0b"), HasSubstr("cut off"));
}

TEST(ModelOpsetsTest, ImportsHaveALimit) {
    const auto with_imports = [](std::size_t bytes) {
        ModelBuilder builder;
        builder.proto().clear_opset_import();
        auto* import = builder.proto().add_opset_import();
        import->set_version(13);
        import->set_domain(std::string(bytes - 6, 'x'));
        EXPECT_EQ(import->ByteSizeLong(), bytes);
        return refusal_of(builder.bytes());
    };
    EXPECT_EQ(with_imports(64 * 1024), "none");
    EXPECT_THAT(with_imports(64 * 1024 + 1), HasSubstr("imports more than 64 KiB of opsets"));
}

/// Says that it is 300 MiB long, and fails behind its first bytes.
class LyingSource : public ByteSource {
public:
    explicit LyingSource(std::string head) : head_(std::move(head)) {}
    std::uint64_t size_bytes() const override { return 300 << 20; }
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        largest = std::max(largest, into.size());
        if (offset >= head_.size()) throw UserError("no more");
        const std::size_t count = std::min<std::size_t>(into.size(), head_.size() - offset);
        std::memcpy(into.data(), head_.data() + offset, count);
        return count;
    }
    mutable std::size_t largest = 0;

private:
    std::string head_;
};

TEST(OnnxSkeleton, ALengthThatIsALieTakesNoMemory) {
    const LyingSource source("\x08\x07\x12\x80\x80\x80\x7d" + std::string(1000, 'x'));
    EXPECT_THROW(read_skeleton(source), UserError);
    EXPECT_LE(source.largest, 1024U * 1024);
}

}  // namespace
}  // namespace onnxhub
