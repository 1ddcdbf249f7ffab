// SPDX-License-Identifier: Apache-2.0
// `onnxhub list` and `info`, on a folder and over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_server.h"
#include "tests/support/hub_files.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class ListCommand : public testing::Test {
protected:
    ListCommand() { write_file(folder.path() / "hub" / manifest_path, healthy_hub().manifest()); }

    ProgramResult run(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--cache", (folder.path() / "cache").string()});
        return run_onnxhub(std::move(arguments), folder.path());
    }

    TemporaryFolder folder;
};

TEST_F(ListCommand, ShowsAFoldersModelsInColumns) {
    const ProgramResult result = run({"list", "--hub", "./hub"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("model       opset  ONNX"));
    EXPECT_THAT(result.out, HasSubstr("MNIST-int8     12  1.7"));
    EXPECT_THAT(result.err, HasSubstr("12 of 12 models"));
}

TEST_F(ListCommand, JsonIsAManifestOfWhatMatches) {
    const ProgramResult result = run({"list", "mnist", "--hub", "./hub", "--format", "json"});
    const ManifestDocument document = std::get<ManifestDocument>(parse_manifest(result.out));
    EXPECT_EQ(document.entries.size(), 2u);
}

TEST_F(ListCommand, AnUnknownNameIsAnErrorWithNearOnes) {
    const ProgramResult result = run({"list", "MNISTT", "--hub", "./hub"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("did you mean MNIST"));
    EXPECT_EQ(run({"list", "--hub", "no-hub"}).status, 2);
    EXPECT_EQ(run({"list", "--hub", "./none"}).status, 2);
}

TEST_F(ListCommand, SearchFindsEveryWordWithoutCase) {
    const ProgramResult result = run({"search", "mnist", "INT8", "--hub", "./hub"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("MNIST-int8"), Not(HasSubstr("SVHN"))));
    EXPECT_THAT(result.err, HasSubstr("1 of 12 models"));
    const ProgramResult words = run({"search", "WORDS", "--hub", "./hub", "--json"});
    EXPECT_EQ(std::get<ManifestDocument>(parse_manifest(words.out)).entries.size(), 4u)
        << "by the tag";
    const ProgramResult none = run({"search", "mnist", "words", "--hub", "./hub"});
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.err, HasSubstr("0 of 12 models"));
    EXPECT_EQ(run({"search", "--hub", "./hub"}).status, 2);
}

TEST_F(ListCommand, UnknownWordsAndTagsAreAnsweredWithSimilarOnes) {
    EXPECT_THAT(run({"search", "minst", "--hub", "./hub"}).err,
                HasSubstr("no model has \"minst\"; did you mean mnist?"));
    EXPECT_THAT(run({"search", "mnist", "words", "--hub", "./hub"}).err,
                Not(HasSubstr("no model has")));
    const ProgramResult tag = run({"list", "--tag", "visoin", "--hub", "./hub"});
    EXPECT_EQ(tag.status, 0);
    EXPECT_THAT(tag.err, HasSubstr("no model has the tag \"visoin\"; did you mean vision?"));
    EXPECT_THAT(run({"list", "--tag", "vision", "--hub", "./hub"}).err, Not(HasSubstr("tag")));
}

TEST_F(ListCommand, ANameMayHaveItsOpset) {
    const ProgramResult old = run({"info", "BERT@8", "--hub", "./hub"});
    EXPECT_EQ(old.status, 0) << old.err;
    EXPECT_THAT(old.out, HasSubstr("bert-8.onnx"));
    EXPECT_EQ(run({"info", "BERT@8", "--opset", "8", "--hub", "./hub"}).out, old.out);
    EXPECT_THAT(run({"info", "BERT@8", "--opset", "10", "--hub", "./hub"}).err,
                HasSubstr("BERT@8 and --opset 10 differ"));
    EXPECT_THAT(run({"info", "BERT@9", "--hub", "./hub"}).err,
                HasSubstr("it has the opsets 8, 10"));
    EXPECT_THAT(run({"info", "BERT@x", "--hub", "./hub"}).err, HasSubstr("no model \"BERT@x\""));
}

TEST_F(ListCommand, InfoNamesOtherVersions) {
    EXPECT_THAT(run({"info", "BERT", "--hub", "./hub"}).out, HasSubstr("  others     opset 8\n"));
    EXPECT_THAT(run({"info", "GPT", "--hub", "./hub"}).out, Not(HasSubstr("others")));
}

TEST_F(ListCommand, InfoShowsOneVersion) {
    const ProgramResult newest = run({"info", "BERT", "--hub", "./hub"});
    EXPECT_EQ(newest.status, 0) << newest.err;
    EXPECT_THAT(newest.out,
                AllOf(HasSubstr("opset      10 (ONNX 1.5)"), HasSubstr("float[1,401]")));
    EXPECT_THAT(run({"info", "BERT", "--hub", "./hub", "--max-opset", "9"}).out,
                HasSubstr("bert-8.onnx"));
    EXPECT_THAT(run({"info", "BERT", "--hub", "./hub", "--opset", "9"}).err,
                HasSubstr("it has the opsets 8, 10"));
    EXPECT_THAT(run({"info", "Large", "--hub", "./hub"}).out,
                HasSubstr("weights    text/large/large.data"));
    const ProgramResult json = run({"info", "BERT", "--hub", "./hub", "--json"});
    EXPECT_THAT(json.out, HasSubstr("\"model\": \"BERT\""));
}

TEST_F(ListCommand, AHubOnTheWebIsCopiedForOfflineUse) {
    HttpServer server([](const ReceivedRequest& request) {
        return request.path == "/x/ONNX_HUB_MANIFEST.json" ? Answer{200, healthy_hub().manifest()}
                                                           : Answer{404, ""};
    });
    EXPECT_EQ(run({"list", "--hub", server.url("/x"), "--offline"}).status, 2);
    EXPECT_EQ(run({"list", "--hub", server.url("/x")}).status, 0);
    EXPECT_EQ(run({"list", "--hub", server.url("/x"), "--offline"}).status, 0);
    EXPECT_THAT(server.requests(), SizeIs(1));
    EXPECT_THAT(run({"list", "--hub", server.url("/y")}).err, HasSubstr("404"));
}

TEST_F(ListCommand, TheOfficialHubIsWhereTheEnvironmentSays) {
    HttpServer server([](const ReceivedRequest&) { return Answer{200, healthy_hub().manifest()}; });
    const ProgramResult result = run_command({"env", "ONNXHUB_GITHUB_RAW_URL=" + server.url("/gh"),
                                              onnxhub_program(), "list", "--cache", "cache"},
                                             folder.path());
    EXPECT_EQ(result.status, 0) << result.err;
    ASSERT_THAT(server.requests(), SizeIs(1));
    EXPECT_EQ(server.requests()[0].path, "/gh/onnx/models/main/ONNX_HUB_MANIFEST.json");
}

TEST_F(ListCommand, SizesAreWithTheWeightsBesideAModel) {
    write_file(folder.path() / "big" / manifest_path,
               R"([{"model": "Large", "model_path": "m/large.onnx", "onnx_version": "1.8",)"
               R"("opset_version": 13, "metadata": {"model_bytes": 1048576, "external_data":)"
               R"([{"path": "m/large.data", "bytes": 3145728, "sha": ")" +
                   std::string(64, 'a') + R"("}]}}])");
    EXPECT_THAT(run({"list", "--hub", "./big"}).out, HasSubstr("4.0 MiB"));
    EXPECT_THAT(run({"list", "--hub", "./big", "--max-bytes", "4194303"}).err,
                HasSubstr("0 of 1 models"));
    EXPECT_THAT(run({"list", "--hub", "./big", "--max-bytes", "4194304"}).err,
                HasSubstr("1 of 1 models"));
}

TEST_F(ListCommand, NamesFromAHubCannotWriteToTheTerminal) {
    std::string text = healthy_hub().manifest();
    text.replace(text.find("Ultra"), 5, "\\u001b[2J\\n::error::");
    write_file(folder.path() / "hub" / manifest_path, text);
    const ProgramResult result = run({"list", "--hub", "./hub"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(result.out, Not(HasSubstr("\n::error::")));
}

}  // namespace
}  // namespace onnxhub::test
