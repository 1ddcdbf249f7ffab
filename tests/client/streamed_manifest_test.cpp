// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/streamed_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/unchanged_source.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "manifest/manifest_reader.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string entry(const std::string& model, int opset) {
    return R"({"model": ")" + model + R"(", "model_path": "m/)" + model + std::to_string(opset) +
           R"(.onnx", "onnx_version": "1.9", "opset_version": )" + std::to_string(opset) +
           R"(, "metadata": {}})";
}

StreamedManifest stream_of(const std::string& text,
                           const std::optional<std::string>& hint = "report this") {
    return StreamedManifest({memory_source(text), "hub/M.json", hint});
}

std::vector<std::string> paths(const std::vector<ManifestEntry>& entries) {
    std::vector<std::string> paths;
    for (const ManifestEntry& entry : entries) paths.push_back(entry.entry->model_path);
    return paths;
}

const std::string three =
    "[\n" + entry("B", 7) + ",\n {\"model\": 1},\n" + entry("a", 8) + ",\n" + entry("b", 9) + "]\n";

TEST(StreamedManifest, GivesValidEntriesInTheirOrder) {
    StreamedManifest manifest = stream_of(three);
    for (int time = 0; time < 2; ++time) {
        std::vector<std::string> models;
        manifest.for_each([&](const ManifestEntry& model) {
            models.push_back(model.entry->model);
            return true;
        });
        EXPECT_THAT(models, ElementsAre("B", "a", "b"));
    }
    EXPECT_EQ(manifest.entry_count(), 4u) << "the invalid one counts";
    EXPECT_EQ(manifest.read_all().entries.size(), 4u);
}

TEST(StreamedManifest, AVisitorMayHaveEnough) {
    StreamedManifest manifest = stream_of(three);
    for (int time = 0; time < 2; ++time) {
        int calls = 0;
        manifest.for_each([&](const ManifestEntry&) { return ++calls < 2; });
        EXPECT_EQ(calls, 2);
    }
    EXPECT_EQ(manifest.entry_count(), 4u);
}

TEST(StreamedManifest, FindsAllVersionsOfAName) {
    StreamedManifest manifest = stream_of(three);
    EXPECT_THAT(paths(manifest.entries_of("b")), ElementsAre("m/B7.onnx", "m/b9.onnx"));
    EXPECT_THAT(paths(manifest.entries_of("A")), ElementsAre("m/a8.onnx"));
    EXPECT_THAT(manifest.entries_of("c"), IsEmpty());
    EXPECT_EQ(manifest.entries_of("a")[0].text, entry("a", 8));
}

/// The message of the error, or "".
std::string error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(StreamedManifest, RefusesWhatTheWholeDocumentRefusesInTheSameWords) {
    std::string many = "[";
    for (int i = 0; i < 20'001; ++i) many += i == 0 ? "\n{}" : ",\n{}";
    many += "]";
    const std::string broken[] = {
        "",
        " ",
        "{}",
        "null",
        "[",
        "[{}",
        "[{},]",
        "[{}{}]",
        "[{}] x",
        "[" + entry("a", 7) + ",\n" + entry("b", 8) + "\n {}]",
        "[\n" + entry("a", 7) + ",\n {\"model\": tru}]",
        "[\n" + entry("a", 7) + ",\n {\"model\" \"b\"}]",
        "[\n" + entry("a", 7) + ",\n {\n  \"model\": \"\xff\"}]",
        "[\n<<<<<<< HEAD\n" + entry("a", 7) + "\n=======\n" + entry("b", 7) + "\n>>>>>>> x\n]",
        "[" + std::string(200, '[') + std::string(200, ']') + "]",
        "[1 2]",
        "[\"a\"b]",
        many,
    };
    for (const std::string& text : broken) {
        SCOPED_TRACE(text.substr(0, 100));
        for (const std::optional<std::string>& hint :
             {std::optional<std::string>("report this"), std::optional<std::string>()}) {
            const std::string wanted = error_of([&] {
                hint ? read_manifest(text, "hub/M.json", *hint) : read_manifest(text, "hub/M.json");
            });
            ASSERT_NE(wanted, "");
            StreamedManifest manifest = stream_of(text, hint);
            for (int time = 0; time < 2; ++time) {
                EXPECT_EQ(error_of([&] { manifest.entries_of("a"); }), wanted);
                EXPECT_EQ(error_of([&] { manifest.entry_count(); }), wanted);
                try {
                    manifest.for_each([](const ManifestEntry&) { return false; });
                    ADD_FAILURE();
                } catch (const HubError& error) {
                    EXPECT_EQ(error.problem, HubProblem::broken_manifest);
                }
            }
        }
    }
}

TEST(StreamedManifest, AcceptsWhatTheWholeDocumentAccepts) {
    const std::string valid[] = {"[]", "\xef\xbb\xbf [ ]\n", R"([1, null, "a\"]", [], {}])", three};
    for (const std::string& text : valid) {
        EXPECT_EQ(stream_of(text).entry_count(), read_manifest(text, "m").entries.size()) << text;
    }
}

TEST(StreamedManifest, AChangeBetweenTwoReadingsIsAnError) {
    struct Changing : ByteSource {
        std::uint64_t size_bytes() const override { return text.size(); }
        std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
            return memory_source(text)->read(offset, into);
        }
        std::string text = three;
    };
    const auto bytes = std::make_shared<Changing>();
    StreamedManifest manifest(
        {std::make_shared<UnchangedSource>(bytes, "hub/M.json"), "hub/M.json", "report this"});
    EXPECT_EQ(manifest.entries_of("a").size(), 1u);
    bytes->text[bytes->text.find("m/b9")] = 'x';
    EXPECT_THAT(error_of([&] { manifest.for_each([](const ManifestEntry&) { return true; }); }),
                HasSubstr("was changed while it was read"));
}

TEST(StreamedManifest, CanBeInterrupted) {
    StreamedManifest manifest(
        {memory_source(three), "M.json", "report this", [] { throw Interrupted(); }});
    EXPECT_THROW(manifest.entry_count(), Interrupted);
}

}  // namespace
}  // namespace onnxhub
