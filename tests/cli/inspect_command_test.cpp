// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "cli/progress.h"
#include "tests/support/hub_builder.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(InspectCommand, TellsAPersonWhatIsInside) {
    TemporaryFolder folder;
    write_file(folder.path() / "m.onnx", small_model());
    const ProgramResult result = run_onnxhub({"inspect", "m.onnx"}, folder.path());
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    for (const char* part :
         {"IR version 7, opset 13 (ONNX 1.8 or later)", "onnxhub tests", "1 nodes, 8 parameters",
          "ai.onnx 13: MatMul-13 (1)", "weights     float 32 bytes",
          "input   x  tensor(float)  1 x 4", "output  y  tensor(float)  1 x 2"}) {
        EXPECT_THAT(result.out, HasSubstr(part));
    }
    EXPECT_THAT(result.out, HasSubstr(to_hex(sha256_of(small_model()))));
}

TEST(InspectCommand, JsonHasTheSameFacts) {
    TemporaryFolder folder;
    write_file(folder.path() / "m.onnx", small_model());
    const ProgramResult result = run_onnxhub({"inspect", "--json", "m.onnx"}, folder.path());
    const auto parsed = parse_json(result.out);
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(parsed)) << result.out;
    const JsonValue& json = std::get<JsonDocument>(parsed).root;
    EXPECT_EQ(*json.find("sha256")->string(), to_hex(sha256_of(small_model())));
    EXPECT_EQ(json.find("parameters")->integer(), 8);
    EXPECT_EQ(json.find("opsets")->find("ai.onnx")->integer(), 13);
    EXPECT_EQ(json.find("weights")->find("float")->find("elements")->integer(), 8);
    EXPECT_EQ(json.find("weights")->find("float")->find("bytes")->integer(), 32);
    const JsonValue& domain = json.find("operator_domains")->array()->at(0);
    EXPECT_EQ(*domain.find("domain")->string(), "ai.onnx");
    EXPECT_EQ(domain.find("opset")->integer(), 13);
    const JsonValue& matmul = domain.find("operators")->array()->at(0);
    EXPECT_EQ(*matmul.find("name")->string(), "MatMul");
    EXPECT_EQ(matmul.find("version")->integer(), 13);
    EXPECT_EQ(matmul.find("nodes")->integer(), 1);
    EXPECT_EQ(*json.find("io_ports")->find("outputs")->array()->at(0).find("name")->string(), "y");
}

TEST(InspectCommand, GraphHasThreeFormats) {
    TemporaryFolder folder;
    write_file(folder.path() / "m.onnx", small_model());
    const auto graph = [&](const std::string& format) {
        const ProgramResult result =
            run_onnxhub({"inspect", "--graph", format, "m.onnx"}, folder.path());
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_THAT(result.err, IsEmpty());
        return result.out;
    };
    EXPECT_THAT(graph("dot"), HasSubstr("[label=\"MatMul"));
    EXPECT_THAT(graph("mermaid"), HasSubstr("[\"MatMul"));
    const auto parsed = parse_json(graph("json"));
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(parsed));
    const JsonValue& nodes =
        *std::get<JsonDocument>(parsed).root.find("graphs")->array()->at(0).find("nodes");
    EXPECT_EQ(*nodes.array()->at(0).find("op")->string(), "MatMul");
}

TEST(InspectCommand, GraphIsTheWholeOutput) {
    TemporaryFolder folder;
    write_file(folder.path() / "m.onnx", small_model());
    write_file(folder.path() / "page.onnx", "<!DOCTYPE html>");
    for (const char* option : {"--json", "--ports", "--check"}) {
        EXPECT_EQ(
            run_onnxhub({"inspect", "--graph", "dot", option, "m.onnx"}, folder.path()).status, 2)
            << option;
    }
    const ProgramResult other =
        run_onnxhub({"inspect", "--graph", "dot", "page.onnx"}, folder.path());
    EXPECT_EQ(other.status, 2);
    EXPECT_THAT(other.err, HasSubstr("name a valid ONNX model"));
    EXPECT_THAT(other.out, IsEmpty());
}

TEST(InspectCommand, DrawingsThatMermaidRefusesAreNoted) {
    TemporaryFolder folder;
    ModelBuilder builder;
    builder.input("x", {1});
    for (int i = 0; i < 600; ++i) builder.node("Relu", {"x"}, {"y" + std::to_string(i)});
    write_file(folder.path() / "m.onnx", builder.bytes());
    const ProgramResult result =
        run_onnxhub({"inspect", "--graph", "mermaid", "m.onnx"}, folder.path());
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("600 edges"));
}

TEST(InspectCommand, OperatorsHaveTheVersionOfTheirDomain) {
    TemporaryFolder folder;
    ModelBuilder builder(24);
    builder.input("x", {1}).node("Relu", {"x"}, {"a"}).node("Scaler", {"a"}, {"b"}, "ai.onnx.ml");
    builder.node("Own", {"b"}, {"y"}, "com.example").output("y", {1});
    for (const auto& [domain, version] :
         {std::pair("ai.onnx.ml", 3), std::pair("com.example", 7)}) {
        auto* import = builder.proto().add_opset_import();
        import->set_domain(domain);
        import->set_version(version);
    }
    write_file(folder.path() / "m.onnx", builder.bytes());
    const ProgramResult result = run_onnxhub({"inspect", "m.onnx"}, folder.path());
    EXPECT_THAT(result.out, HasSubstr("operators   ai.onnx 24: Relu-14 (1)\n"));
    EXPECT_THAT(result.out, HasSubstr("            ai.onnx.ml 3: Scaler-1 (1)\n"));
    EXPECT_THAT(result.out, HasSubstr("            com.example 7: Own (1)\n"));
}

TEST(InspectCommand, PortsAloneNeedNoHash) {
    TemporaryFolder folder;
    write_file(folder.path() / "m.onnx", small_model());
    const ProgramResult result = run_onnxhub({"inspect", "--ports", "m.onnx"}, folder.path());
    EXPECT_EQ(result.out, "  input   x  tensor(float)  1 x 4\n  output  y  tensor(float)  1 x 2\n");
}

TEST(InspectCommand, CheckReportsWhatIsWrong) {
    TemporaryFolder folder;
    write_file(folder.path() / "good.onnx", small_model());
    const ProgramResult good = run_onnxhub({"inspect", "--check", "good.onnx"}, folder.path());
    EXPECT_EQ(good.status, 0) << good.out;
    EXPECT_THAT(good.out, HasSubstr("no findings"));

    write_file(folder.path() / "bad.onnx", ModelBuilder(24)
                                               .input("x", {1})
                                               .node("Relu", {"x"}, {"y"})
                                               .node("Abs", {"nowhere"}, {"z"})
                                               .output("y", {1})
                                               .bytes());
    const ProgramResult bad = run_onnxhub({"inspect", "--check", "bad.onnx"}, folder.path());
    EXPECT_EQ(bad.status, 1);
    EXPECT_THAT(bad.out, HasSubstr("error[graph-name-undefined]: node 2 (Abs) uses \"nowhere\", "
                                   "which nothing produces\n"));
    const ProgramResult json =
        run_onnxhub({"inspect", "--check", "--json", "bad.onnx"}, folder.path());
    EXPECT_EQ(json.status, 1);
    EXPECT_THAT(json.out, HasSubstr("\"rule\": \"graph-name-undefined\""));
    const ProgramResult both =
        run_onnxhub({"inspect", "--check", "--ports", "bad.onnx"}, folder.path());
    EXPECT_EQ(both.status, 2);
}

TEST(InspectCommand, ThingsThatAreNoModelsGetOneClearLine) {
    const std::pair<std::string, const char*> files[] = {
        {"", "is empty"},
        {"<html>Not found</html>", "is HTML"},
        {std::string(5000, '\0'), "zeros"},
        {small_model().substr(0, 60), "cut off"},
    };
    for (const auto& [content, reason] : files) {
        TemporaryFolder folder;
        write_file(folder.path() / "m.onnx", content);
        const ProgramResult result = run_onnxhub({"inspect", "m.onnx"}, folder.path());
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.err, HasSubstr(reason));
        EXPECT_THAT(result.out, IsEmpty());
    }
}

TEST(InspectCommand, PointerWhoseObjectIsHereIsRead) {
    RepositoryBuilder hub;
    hub.write_pointer("m.onnx", small_model()).add_lfs_object(small_model()).commit("Model");
    const ProgramResult result = run_onnxhub({"inspect", "m.onnx"}, hub.path());
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("from the LFS pointer"));
}

TEST(InspectCommand, TerminalEscapesInNamesStayText) {
    TemporaryFolder folder;
    write_file(folder.path() / "m.onnx", ModelBuilder().input("\x1b[31mred", {1}).bytes());
    const ProgramResult result = run_onnxhub({"inspect", "m.onnx"}, folder.path());
    EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(result.out, HasSubstr("\\x1b[31mred"));
}

TEST(InspectCommand, TensorsAreShownOrRefusedByName) {
    TemporaryFolder folder;
    ModelBuilder model;
    model.input("x", {1, 4})
        .node("Relu", {"x"}, {"inner"})
        .node("Mystery", {"inner"}, {"own"}, "d");
    model.output("own", {1, 4});
    write_file(folder.path() / "m.onnx", model.node("Other", {"own"}, {"hidden"}, "d").bytes());
    const auto inspect = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"inspect", "m.onnx"});
        return run_onnxhub(arguments, folder.path());
    };
    EXPECT_THAT(inspect({"--tensor", "inner"}).out, HasSubstr("tensor  inner"));
    EXPECT_THAT(inspect({"--tensor", "hidden"}).out, testing::ContainsRegex("hidden +unknown\n"));
    EXPECT_THAT(inspect({"--tensor", "inner", "--tensor", "hidden", "--json"}).out,
                testing::ContainsRegex("\"tensors\": *.*\"hidden\": null"));
    const ProgramResult unknown = inspect({"--tensor", "inner", "--tensor", "inter"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("m.onnx: has no tensor \"inter\"; use the name of"));
    EXPECT_THAT(unknown.out, IsEmpty());
    EXPECT_EQ(inspect({"--tensor", ""}).status, 2);
}

TEST(InspectCommand, WeightsInConstantNodesAreParameters) {
    TemporaryFolder folder;
    ModelBuilder model;
    model.input("x", {1, 4}).output("y", {1, 4}).initializer("w", {2, 3});
    auto& graph = *model.proto().mutable_graph();
    const auto constant = [&](const std::string& attribute, int type) {
        auto* node = graph.add_node();
        node->set_op_type("Constant");
        node->add_output(attribute);
        node->add_attribute()->set_name(attribute);
        node->mutable_attribute(0)->set_type(
            static_cast<onnx::AttributeProto::AttributeType>(type));
        return node->mutable_attribute(0);
    };
    auto* tensor = constant("value", onnx::AttributeProto::TENSOR)->mutable_t();
    for (const int dimension : {100, 100}) tensor->add_dims(dimension);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->set_raw_data(std::string(40'000, '\0'));
    constant("value_float", onnx::AttributeProto::FLOAT)->set_f(1);
    for (int i = 0; i < 5; ++i) constant("value_ints", onnx::AttributeProto::INTS)->add_ints(i);
    write_file(folder.path() / "m.onnx", model.bytes());
    EXPECT_THAT(run_onnxhub({"inspect", "m.onnx"}, folder.path()).out,
                HasSubstr("7 nodes, 10,012 parameters"));
}

TEST(Progress, LineTellsFilesBytesRateAndTimeLeft) {
    EXPECT_EQ(progress_line("hashing", {3, 20, 2ull << 30, 8ull << 30, 4.0}),
              "hashing 3 of 20 files, 2.0 GiB of 8.0 GiB, 512 MiB/s, 12 s left");
    EXPECT_EQ(progress_line("hashing", {0, 1, 0, 100, 0.0}),
              "hashing 0 of 1 files, 0 bytes of 100 bytes");
    EXPECT_EQ(download_line({0, 1, 3 << 20, 12 << 20, 1.0}),
              "3.0 MiB of 12.0 MiB, 3.0 MiB/s, 3 s left");
    EXPECT_EQ(download_line({0, 1, 3 << 20, 0, 1.0}), "3.0 MiB");
}

TEST(Progress, BytesAreRoundedForPeople) {
    EXPECT_EQ(human_bytes(0), "0 bytes");
    EXPECT_EQ(human_bytes(1), "1 byte");
    EXPECT_EQ(human_bytes(1023), "1023 bytes");
    EXPECT_EQ(human_bytes(1024), "1.0 KiB");
    EXPECT_EQ(human_bytes(26454), "25.8 KiB");
    EXPECT_EQ(human_bytes(1023 * 1024), "1.0 MiB");
    EXPECT_EQ(human_bytes(244ull << 20), "244 MiB");
    EXPECT_EQ(human_bytes(~0ull), "16.0 EiB");
}

}  // namespace
}  // namespace onnxhub::test
