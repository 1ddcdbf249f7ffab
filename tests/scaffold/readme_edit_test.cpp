// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/readme_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;

constexpr const char* empty_table =
    "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n";

TEST(ReadmeEdit, RowsGoWhereTheyBelongAndAllElseStays) {
    const std::string readme =
        "# T\n\n| Model | Download | Opset version | ONNX version | Top-1 |\n|-|-|-|-|-|\n"
        "| A | [1 kB](model/a.onnx) | 7 | 1.2 | 70 |\n\nThe end";
    RowText row{"B *new*", {"model/b c.onnx", 97'800'000}, {}, "1.8", 13, {{"top-1", "75"}}};
    const std::string with = with_model_row(readme, "x/README.md", row);
    EXPECT_EQ(with,
              "# T\n\n| Model | Download | Opset version | ONNX version | Top-1 |\n|-|-|-|-|-|\n"
              "| A | [1 kB](model/a.onnx) | 7 | 1.2 | 70 |\n"
              "| B \\*new\\* | [98 MB](model/b%20c.onnx) | 13 | 1.8 | 75 |\n\nThe end");
    EXPECT_EQ(with_model_row(with, "x/README.md", row), with);
    row.opset_version = 14;
    EXPECT_THAT(with_model_row(with, "x/README.md", row),
                HasSubstr("| 14 | 1.8 | 75 |\n\nThe end"));
    EXPECT_THROW(with_model_row("# no table", "README.md", row), UserError);
}

TEST(ReadmeEdit, RowsInAListOrWithWindowsLineEndsAreEditedInPlace) {
    const std::string readme =
        "- Text\r\n\r\n  | Model | Download | ONNX version | Opset version | N |\r\n"
        "  |-|-|-|-|-|\r\n  A | [1 kB](a.onnx) | 1.2 | 7 | n\r\n";
    const RowText row{"A", {"a.onnx", 5000}, {}, "1.2", 8, {}};
    EXPECT_EQ(with_model_row(readme, "x/README.md", row),
              "- Text\r\n\r\n  | Model | Download | ONNX version | Opset version | N |\r\n"
              "  |-|-|-|-|-|\r\n  |A | [5 kB](a.onnx) | 1.2 | 8 | n|\r\n");
}

TEST(ReadmeEdit, ANewArchiveReplacesTheLinkOfTheOld) {
    const std::string readme =
        "| Model | Download | Download (with sample test data) | ONNX version | Opset version |\n"
        "|-|-|-|-|-|\n| A | [![x](b.svg)](a.onnx) | [2 MB](old.tar.gz) note | 1.2 | 7 |\n";
    RowText row{"A", {"a.onnx", 5000}, LinkedFile{"a.tar.gz", 9000}, "1.2", 7, {}};
    EXPECT_THAT(with_model_row(readme, "README.md", row),
                HasSubstr("| A | [![x](b.svg)](a.onnx) | [9 kB](a.tar.gz) | 1.2 | 7 |\n"));
    row.archive->path = "old.tar.gz";
    EXPECT_THAT(with_model_row(readme, "README.md", row),
                HasSubstr("| [9 kB](old.tar.gz) note | 1.2 |"));
    row.archive.reset();
    EXPECT_EQ(with_model_row(readme, "README.md", row), readme);
}

TEST(ReadmeEdit, LinksToTheRepositorysOwnPagesAreRows) {
    const auto own = parse_repository_url("https://github.com/o/n");
    const std::string readme =
        std::string(empty_table) +
        "| A | [1 kB](https://github.com/O/n/blob/main/x/a.onnx) | 1.2 | 7 |\n";
    const RowText row{"A", {"a.onnx", 5000}, {}, "1.2", 8, {}};
    EXPECT_THAT(with_model_row(readme, "x/README.md", row, own),
                HasSubstr("| A | [5 kB](https://github.com/O/n/blob/main/x/a.onnx) | 1.2 | 8 |\n"));
    EXPECT_THAT(with_model_row(readme, "x/README.md", row), HasSubstr("| A | [5 kB](a.onnx) |"));

    const std::string top =
        "| Model Class | Description |\n|-|-|\n| [X](https://github.com/o/n/tree/main/x) | |\n";
    EXPECT_EQ(with_folder_row(top, "x", "X", "", own), top);
    EXPECT_NE(with_folder_row(top, "x", "X", ""), top);
}

TEST(ReadmeEdit, TheRowToEditIsChosenByItsLine) {
    const std::string readme =
        std::string(empty_table) +
        "| A | [1 kB](a.onnx) | 1.2 | 7 |\n| B | [1 kB](a.onnx) | 1.2 | 7 |\n";
    RowText row{"B", {"a.onnx", 900, false}, {}, "1.3", 8, {}};
    EXPECT_EQ(with_model_row(readme, "README.md", row),
              std::string(empty_table) +
                  "| B | [1 kB](a.onnx) | 1.3 | 8 |\n| B | [1 kB](a.onnx) | 1.2 | 7 |\n");
    row.present_line = 4;
    EXPECT_EQ(with_model_row(readme, "README.md", row),
              std::string(empty_table) +
                  "| A | [1 kB](a.onnx) | 1.2 | 7 |\n| B | [1 kB](a.onnx) | 1.3 | 8 |\n");
}

TEST(ReadmeEdit, ASizeStaysAsWrittenUnlessTheFileChanged) {
    const std::string readme =
        std::string(empty_table) + "| A | [about 5 kB](a.onnx) | 1.2 | 7 |\n";
    RowText row{"A", {"a.onnx", 9000, false}, {}, "1.2", 7, {}};
    EXPECT_EQ(with_model_row(readme, "README.md", row), readme);
    row.model.has_changed = true;
    EXPECT_THAT(with_model_row(readme, "README.md", row), HasSubstr("| [9 kB](a.onnx) |"));
}

TEST(ReadmeEdit, AMissingColumnIsNamedWithItsTable) {
    RowText row{"A", {"a.onnx", 900}, {}, "1.2", 7, {{"Top-1", "75"}}};
    const auto reason = [&] {
        try {
            with_model_row("# T\n\n" + std::string(empty_table), "x/README.md", row);
            return std::string();
        } catch (const UserError& error) {
            return std::string(error.what());
        }
    };
    EXPECT_THAT(reason(), testing::AllOf(HasSubstr("x/README.md:3: "), HasSubstr("\"Top-1\"")));
    row.more.clear();
    EXPECT_EQ(reason(), "");
    row.archive = LinkedFile{"a.tar.gz", 1};
    EXPECT_THAT(reason(), HasSubstr("Download (with sample test data)"));
}

/// The table shows names with special characters unchanged and keeps its columns.
TEST(ReadmeEdit, NamesAreEscapedAndRowsStayOneLine) {
    const RowText row{"a|b<c>\n`d`", {"m#1.onnx", 900}, {}, "1.2", 7, {}};
    const std::string with = with_model_row(empty_table, "README.md", row);
    EXPECT_EQ(with, std::string(empty_table) +
                        "| a\\|b\\<c\\> \\`d\\` | [1 kB](m%231.onnx) | 1.2 | 7 |\n");
    EXPECT_EQ(with_model_row(with, "README.md", row), with) << "the row is found again";
}

TEST(ReadmeEdit, FoldersAreLinkedOnce) {
    const std::string readme = "| Model Class | Description |\n|-|-|";
    const std::string with = with_folder_row(readme, "a/b_c", "B c", "Cats | dogs");
    EXPECT_EQ(with, "| Model Class | Description |\n|-|-|\n| [B c](a/b_c) | Cats \\| dogs |\n");
    EXPECT_EQ(with_folder_row(with, "a/b_c", "Other", ""), with);
    EXPECT_THAT(with_folder_row(with, "", "Models", ""), HasSubstr("| [Models](.) | |\n"));
    EXPECT_THROW(with_folder_row("# No table\n", "a", "A", ""), UserError);
}

TEST(ReadmeEdit, TablesAreAddedAtTheEndOnce) {
    const std::string folders = with_folder_table("# Hub");
    EXPECT_EQ(folders, "# Hub\n\n## Models\n\n| Model Class | Description |\n|-|-|\n");
    EXPECT_EQ(with_folder_table(folders), folders);
    EXPECT_EQ(with_folder_table(""), "## Models\n\n| Model Class | Description |\n|-|-|\n");

    const std::string models = with_model_table("# A\n", "a/README.md", {"Top | 1"});
    EXPECT_THAT(models, HasSubstr("# A\n\n## Models\n\n| Model | "));
    EXPECT_THAT(models, HasSubstr("| Opset version | Top \\| 1 |\n|-|-|-|-|-|-|\n"));
    EXPECT_EQ(with_model_table(models, "a/README.md"), models);
    EXPECT_THAT(with_model_table("# Hub\n", "README.md"), HasSubstr("## Models in this folder\n"));
    EXPECT_THAT(new_model_readme("A *b*", {}), testing::StartsWith("# A \\*b\\*\n\n| Model |"));
}

TEST(ReadmeEdit, ATableThatAMisspelledColumnHidesIsReported) {
    const std::string readme =
        "| Model | Download | ONNX version | Opset |\n|-|-|-|-|\n| A | [1](x.onnx) | 1 | 7 |\n";
    try {
        with_model_table(readme, "a/README.md");
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("a/README.md:1: "));
    }
}

TEST(ReadmeEdit, SizesAreThoseOfTables) {
    const std::pair<std::uint64_t, const char*> cases[] = {
        {0, "1 kB"},
        {12, "1 kB"},
        {999, "1 kB"},
        {1000, "1 kB"},
        {26'454, "26 kB"},
        {999'499, "999 kB"},
        {999'500, "1.0 MB"},
        {1'500'000, "1.5 MB"},
        {9'949'000, "9.9 MB"},
        {9'950'000, "10 MB"},
        {97'800'000, "98 MB"},
        {2'500'000'000, "2.5 GB"},
        {7'000'000'000'000'000, "7000 TB"},
    };
    for (const auto& [bytes, size] : cases) EXPECT_EQ(table_size(bytes), size) << bytes;
}

TEST(ReadmeEdit, ColumnsOfModelsAreKnownWithoutCase) {
    for (const char* column : {"Model", "DOWNLOAD", "opset Version", "ONNX version",
                               "Download (with sample test data)"}) {
        EXPECT_TRUE(is_column_of_models(column)) << column;
    }
    for (const char* column : {"", "Opset", "Top-1", "Models"}) {
        EXPECT_FALSE(is_column_of_models(column)) << column;
    }
}

}  // namespace
}  // namespace onnxhub::test
