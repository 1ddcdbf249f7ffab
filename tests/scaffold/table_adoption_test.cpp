// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/table_adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "repository/git_repository.h"
#include "repository/lfs_pointer.h"
#include "sources/hub_rows.h"
#include "sources/settings.h"
#include "tests/scaffold/scaffolded_hub.h"
#include "tests/support/hub_folder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class Adopt : public testing::Test {
protected:
    TableAdoption adopt() {
        FixedVerdict checker;
        FileTransaction change(place.hub);
        TableAdoption report = adopt_with_tables(checker, nullptr, change);
        change.keep();
        return report;
    }

    void put(const std::string& path) const {
        write_file(place.hub / path, ScaffoldedHub::model_bytes());
    }

    /// Names that the tables give, by path.
    std::map<std::string, std::string> names() const {
        std::map<std::string, std::string> names;
        Diagnostics ignored;
        const auto tree = folder_tree(place.hub);
        for (const ModelRow& row : read_hub_rows(*tree, Settings{}, 0, ignored).models) {
            names[row.model_path] = row.name;
        }
        return names;
    }

    ScaffoldedHub place;
};

TEST_F(Adopt, ListsModelsInTheReadmeOfTheirFolder) {
    put("vision/a.onnx");
    put("text/model/b.onnx");
    put("c.onnx");
    EXPECT_THAT(adopt().adopted,
                UnorderedElementsAre("vision/a.onnx", "text/model/b.onnx", "c.onnx"));
    EXPECT_TRUE(fs::exists(place.hub / "vision/README.md"));
    EXPECT_TRUE(fs::exists(place.hub / "text/README.md"));
    EXPECT_FALSE(fs::exists(place.hub / "text/model/README.md"));
    EXPECT_THAT(names(), ElementsAre(Pair("c.onnx", "c"), Pair("text/model/b.onnx", "b"),
                                     Pair("vision/a.onnx", "a")));
}

TEST_F(Adopt, IsIdempotentAndKeepsTheTextOfReadmes) {
    put("vision/a.onnx");
    write_file(place.hub / "vision/README.md", "# Ours\n\nText\n");
    adopt();
    EXPECT_THAT(read_file(place.hub / "vision/README.md"), StartsWith("# Ours\n\nText\n"));
    const auto before = content_of(place.hub);
    const TableAdoption second = adopt();
    EXPECT_THAT(second.adopted, IsEmpty());
    EXPECT_THAT(second.skipped, IsEmpty());
    EXPECT_TRUE(content_of(place.hub) == before);
}

TEST_F(Adopt, RowsThatLinkToTheRepositorysOwnPagesCount) {
    put("vision/a.onnx");
    put("vision/b.onnx");
    write_file(place.hub / "onnxhub.toml", "generate.repository = \"https://github.com/o/n\"\n");
    const std::string url = "https://github.com/o/n/blob/main/vision";
    write_file(place.hub / "README.md",
               "# H\n\n| Model Class | Description |\n|-|-|\n| [V](" + url + ") | |\n");
    write_file(
        place.hub / "vision/README.md",
        "# V\n\n| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n| A | [1 kB](" +
            url + "/a.onnx) | 1.8 | 13 |\n");
    EXPECT_THAT(adopt().adopted, ElementsAre("vision/b.onnx"));
}

TEST_F(Adopt, NamesTellModelsApart) {
    for (const char* path : {"bert/onnx/model.onnx", "gpt/onnx/model.onnx", "gpt/onnx/int8.onnx",
                             "bert/onnx/decoder.onnx", "gpt/onnx/decoder.onnx", "model.onnx"}) {
        put(path);
    }
    adopt();
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("bert/onnx/model.onnx", "bert"),
                                              Pair("gpt/onnx/model.onnx", "gpt"),
                                              Pair("gpt/onnx/int8.onnx", "int8"),
                                              Pair("bert/onnx/decoder.onnx", "bert-decoder"),
                                              Pair("gpt/onnx/decoder.onnx", "gpt-decoder"),
                                              Pair("model.onnx", "model")));
}

TEST_F(Adopt, SkipsWhatDoesNotBelongToTheHub) {
    put("good/g.onnx");
    put("node_modules/x/one.onnx");
    put("node_modules/two.onnx");
    put(".venv/lib/t.onnx");
    fs::create_symlink("g.onnx", place.hub / "good/link.onnx");
    write_file(place.hub / "far/p.onnx", lfs_pointer_text(sha256_of("x"), 1));
    write_file(place.hub / "bad/text.onnx", "no model");
    const TableAdoption report = adopt();
    EXPECT_THAT(report.adopted, ElementsAre("good/g.onnx"));
    EXPECT_THAT(
        report.skipped,
        UnorderedElementsAre(StartsWith("node_modules: 2 .onnx files "),
                             StartsWith(".venv: 1 .onnx file "), StartsWith("good/link.onnx: "),
                             StartsWith("far/p.onnx: "), StartsWith("bad/text.onnx: ")));
    EXPECT_FALSE(fs::exists(place.hub / "far/README.md"));
    EXPECT_FALSE(fs::exists(place.hub / "bad/README.md"));
}

}  // namespace
}  // namespace onnxhub::test
