// SPDX-License-Identifier: Apache-2.0
// `onnxhub init --adopt` makes repositories of many layouts hubs, with settings alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.h"
#include "repository/annex_key.h"
#include "tests/support/http_server.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class Adoption : public testing::Test {
protected:
    /// A model that differs from others by `seed`.
    static std::string model(std::int64_t seed, std::int64_t opset = 13) {
        return ModelBuilder(opset)
            .input("x", {seed})
            .node("Relu", {"x"}, {"y"})
            .output("y", {seed})
            .bytes();
    }

    void add_model(const std::string& path) { write_file(hub / path, model(++models)); }

    ProgramResult adopt() const { return run_onnxhub({"init", "--adopt", "hub"}, folder.path()); }

    nlohmann::json manifest() {
        return nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
    }

    /// Names by path.
    std::map<std::string, std::string> names() {
        std::map<std::string, std::string> names;
        for (const auto& entry : manifest()) names[entry["model_path"]] = entry["model"];
        return names;
    }

    void expect_unique_names() {
        std::set<std::pair<std::string, std::int64_t>> used;
        for (const auto& entry : manifest()) {
            const std::string name = entry["model"];
            EXPECT_TRUE(used.emplace(name, entry["opset_version"].get<std::int64_t>()).second)
                << name;
        }
    }

    void expect_valid() {
        const ProgramResult result =
            run_onnxhub({"validate", "hub", "--fail-on", "warning"}, folder.path());
        EXPECT_EQ(result.status, 0) << result.out << result.err;
    }

    /// Adopts, and checks what holds for every layout.
    ProgramResult adopt_completely() {
        const ProgramResult result = adopt();
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_THAT(result.err, testing::Not(testing::HasSubstr("onnxhub add")))
            << "the models are there";
        expect_unique_names();
        expect_valid();
        const std::string before = read_file(hub / "ONNX_HUB_MANIFEST.json");
        EXPECT_EQ(run_onnxhub({"generate", "hub", "--check"}, folder.path()).status, 0);
        EXPECT_EQ(adopt().status, 0) << "a second time";
        EXPECT_EQ(read_file(hub / "ONNX_HUB_MANIFEST.json"), before);
        return result;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    std::int64_t models = 0;
};

TEST_F(Adoption, HuggingFaceExports) {
    for (const char* path :
         {"bert/onnx/model.onnx", "bert/onnx/model_fp16.onnx", "bert/onnx/model_q4f16.onnx",
          "t5/onnx/encoder_model.onnx", "t5/onnx/decoder_model_quantized.onnx"}) {
        add_model(path);
    }
    write_file(hub / "bert/README.md", "---\nlicense: apache-2.0\n---\n# BERT\n");
    EXPECT_THAT(adopt_completely().err, HasSubstr("layout \"hugging-face\""));
    EXPECT_THAT(
        names(),
        UnorderedElementsAre(
            Pair("bert/onnx/model.onnx", "bert"), Pair("bert/onnx/model_fp16.onnx", "bert-fp16"),
            Pair("bert/onnx/model_q4f16.onnx", "bert-q4f16"),
            Pair("t5/onnx/encoder_model.onnx", "t5-encoder_model"),
            Pair("t5/onnx/decoder_model_quantized.onnx", "t5-decoder_model-quantized")));
    EXPECT_EQ(manifest()[0]["metadata"]["license"], "Apache-2.0");
}

TEST_F(Adoption, OneHuggingFaceExportIsNamedAfterItsFolder) {
    add_model("onnx/model.onnx");
    add_model("onnx/model_int8.onnx");
    adopt_completely();
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("onnx/model.onnx", "hub"),
                                              Pair("onnx/model_int8.onnx", "hub-int8")));
}

TEST_F(Adoption, TritonRepository) {
    for (const char* path :
         {"densenet/1/model.onnx", "densenet/2/model.onnx", "yolo/1/model.onnx"}) {
        add_model(path);
    }
    write_file(hub / "densenet/config.pbtxt", "platform: \"onnxruntime_onnx\"\n");
    EXPECT_THAT(adopt_completely().err, HasSubstr("layout \"triton\""));
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("densenet/1/model.onnx", "densenet (version 1)"),
                                              Pair("densenet/2/model.onnx", "densenet (version 2)"),
                                              Pair("yolo/1/model.onnx", "yolo")));
}

TEST_F(Adoption, GenaiFolders) {
    for (const char* name : {"phi-3-mini", "llama-3"}) {
        add_model(std::string("cpu/") + name + "/model.onnx");
        write_file(hub / "cpu" / name / "genai_config.json",
                   R"({"model": {"type": "phi3", "decoder": {"filename": "model.onnx"}}})");
    }
    EXPECT_THAT(adopt_completely().err, HasSubstr("layout \"genai\""));
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("cpu/phi-3-mini/model.onnx", "phi-3-mini"),
                                              Pair("cpu/llama-3/model.onnx", "llama-3")));
}

/// A locked model is a link, and an unlocked one that was not downloaded is a file with its key.
TEST_F(Adoption, GitAnnexRepository) {
    ASSERT_EQ(run_command({"git", "init", "-q", "hub"}, folder.path()).status, 0);
    const auto key = [](const std::string& bytes) {
        return "SHA256E-s" + std::to_string(bytes.size()) + "--" + to_hex(sha256_of(bytes)) +
               ".onnx";
    };
    const auto lock = [&](const std::string& name, const std::string& bytes) {
        const std::string object = annex_object_paths(*parse_annex_key(key(bytes)))[0];
        write_file(hub / ".git/annex/objects" / object, bytes);
        fs::create_directories(hub / "nets");
        fs::create_symlink("../.git/annex/objects/" + object, hub / "nets" / name);
    };
    const std::string locked = model(1, 15);
    lock("detector.onnx", locked);
    lock("reader.onnx", model(2, 12));
    adopt_completely();
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("nets/detector.onnx", "detector"),
                                              Pair("nets/reader.onnx", "reader")));
    const nlohmann::json detector = manifest()[0];
    EXPECT_EQ(detector["opset_version"], 15);
    EXPECT_EQ(detector["metadata"]["model_sha"], to_hex(sha256_of(locked)));
    EXPECT_EQ(detector["metadata"]["model_bytes"], locked.size());
    EXPECT_EQ(detector["metadata"]["io_ports"]["inputs"][0]["name"], "x");

    write_file(hub / "nets/absent.onnx", "/annex/objects/" + key(model(3)) + "\n");
    const ProgramResult generated = run_onnxhub({"generate", "hub"}, folder.path());
    EXPECT_EQ(generated.status, 1);
    EXPECT_THAT(generated.err, HasSubstr("nets/absent.onnx: nothing states the opset"));
    EXPECT_EQ(names().size(), 2u);
}

TEST_F(Adoption, RecordsOfModelsElsewhere) {
    const std::string bytes = model(1);
    write_file(hub / "models.yaml",
               "ocr:\n"
               "  detector:\n"
               "    url: https://models.example/v1/detector.onnx\n"
               "    sha256: " +
                   to_hex(sha256_of(bytes)) +
                   "\n"
                   "    bytes: " +
                   std::to_string(bytes.size()) +
                   "\n"
                   "    opset: 13\n"
                   "  reader:\n"
                   "    url: https://models.example/v1/reader.onnx\n"
                   "    sha256: " +
                   to_hex(sha256_of("reader")) +
                   "\n"
                   "    opset: 12\n"
                   "    license: MIT\n");
    EXPECT_THAT(adopt_completely().err, HasSubstr("layout \"records\""));
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("detector.onnx", "detector"),
                                              Pair("reader.onnx", "reader")));
    EXPECT_THAT(manifest()[0]["metadata"]["sources"],
                ElementsAre("https://models.example/v1/detector.onnx"));
    EXPECT_EQ(manifest()[1]["metadata"]["license"], "MIT");
}

/// Numbered folders with equal file names, as in a well-known collection.
TEST_F(Adoption, AHeapOfModelsWithRepeatedNames) {
    for (int i = 1; i <= 440; ++i) {
        const std::string number = std::to_string(1000 + i).substr(1);
        add_model(number + "_Net" + std::to_string(i % 97) + "/saved_model/" +
                  (i % 4 == 0 ? "net" + std::to_string(i) : "model_float32") + ".onnx");
    }
    const ProgramResult adopted = adopt_completely();
    EXPECT_THAT(adopted.err, HasSubstr("layout \"files\" (all .onnx files) describes 440 models"));
    EXPECT_EQ(names().size(), 440u);
    EXPECT_EQ(names()["001_Net1/saved_model/model_float32.onnx"], "model_float32 (001_Net1)");
    EXPECT_EQ(names()["004_Net4/saved_model/net4.onnx"], "net4");
}

TEST_F(Adoption, LayoutsAreCombined) {
    add_model("yolo/1/model.onnx");
    add_model("yolo/2/model.onnx");
    add_model("bert/onnx/model.onnx");
    add_model("other/net.onnx");
    const ProgramResult adopted = adopt_completely();
    EXPECT_THAT(
        adopted.err,
        AllOf(HasSubstr("layout \"triton\" (Triton model repository) describes 2 models\n"),
              HasSubstr("layout \"hugging-face\" (Hugging Face exports) describes 1 model\n"),
              HasSubstr("layout \"files\" (all .onnx files) describes 4 models\n")));
    EXPECT_EQ(names().size(), 4u);
}

TEST_F(Adoption, OtherFilesStayAsTheyAre) {
    write_file(hub / "README.md", "# Mine\n");
    write_file(hub / "onnxhub.toml", "[generate]\nexclude = [\"old/**\"]\n");
    add_model("a/net.onnx");
    add_model("old/net.onnx");
    adopt_completely();
    EXPECT_EQ(read_file(hub / "README.md"), "# Mine\n");
    EXPECT_THAT(read_file(hub / "onnxhub.toml"),
                AllOf(testing::StartsWith("[generate]\nexclude = [\"old/**\"]\n\n[[source]]\n")));
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("a/net.onnx", "net")));
}

TEST_F(Adoption, ModelsWithoutAnOpsetAreReported) {
    add_model("a/net.onnx");
    const std::string bytes = model(99);
    write_file(hub / "a/far.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:" +
                                       to_hex(sha256_of(bytes)) + "\nsize " +
                                       std::to_string(bytes.size()) + "\n");
    const ProgramResult adopted = adopt();
    EXPECT_EQ(adopted.status, 1);
    EXPECT_THAT(
        adopted.err,
        AllOf(HasSubstr(
                  "a/far.onnx: nothing states the opset, and its content is not available locally"),
              HasSubstr("1 model without an entry")));
    const ProgramResult sources =
        run_onnxhub({"sources", "hub", "--left-out", "--json"}, folder.path());
    EXPECT_EQ(sources.status, 1);
    const auto json = nlohmann::json::parse(sources.out);
    ASSERT_EQ(json.size(), 1u);
    EXPECT_EQ(json[0]["model_path"], "a/far.onnx");
    EXPECT_EQ(json[0]["problems"][0]["rule"], "opset-unknown");
}

TEST_F(Adoption, SourcesTellsWhereEachFactComesFrom) {
    add_model("a/net.onnx");
    adopt_completely();
    const ProgramResult sources = run_onnxhub({"sources", "hub"}, folder.path());
    EXPECT_EQ(sources.status, 0);
    EXPECT_THAT(sources.out, AllOf(testing::StartsWith("a/net.onnx\n"),
                                   HasSubstr("  opset         13  (graph)\n"),
                                   HasSubstr("  name          net  (")));
    EXPECT_THAT(sources.err, HasSubstr("1 model: 1 with an entry, 0 without\n"));
}

/// Link files state no SHA-256, so each model is downloaded once.
TEST_F(Adoption, LinkFiles) {
    const std::string bytes = model(7);
    const TestCertificate certificate = make_test_certificate();
    int downloads = 0;
    const HttpServer server(
        [&](const ReceivedRequest& request) {
            const std::string* known = request.header("If-None-Match");
            const bool is_known = known && *known == "\"v1\"";
            if (!is_known) ++downloads;
            return Answer{is_known ? 304 : 200, is_known ? "" : bytes, {{"ETag", "\"v1\""}}};
        },
        certificate);
    write_file(hub / "vision/net.onnx.link", server.url("/files/net-7.onnx") + "\n");
    write_file(folder.path() / "ca.pem", certificate.certificate);
    write_file(folder.path() / "config.toml", "[network]\nallow = [\"127.0.0.1\"]\n");
    const auto run = [&](std::vector<std::string> arguments) {
        std::vector<std::string> command{
            "env",
            "-u",
            "SSL_CERT_FILE",
            "-u",
            "SSL_CERT_DIR",
            "CURL_CA_BUNDLE=" + (folder.path() / "ca.pem").string(),
            "ONNXHUB_CONFIG=" + (folder.path() / "config.toml").string(),
            "XDG_STATE_HOME=" + (folder.path() / "state").string(),
            onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    };
    const ProgramResult adopted = run({"init", "--adopt", "hub"});
    EXPECT_EQ(adopted.status, 1);
    EXPECT_THAT(adopted.err, AllOf(HasSubstr("layout \"links\""),
                                   HasSubstr("nothing states the SHA-256 of https://127.0.0.1")));
    EXPECT_EQ(server.requests().size(), 0u);

    const ProgramResult fetched = run({"generate", "hub", "--fetch"});
    EXPECT_EQ(fetched.status, 0) << fetched.err;
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("vision/net-7.onnx", "net-7")));
    const auto entry = manifest()[0];
    EXPECT_EQ(entry["opset_version"], 13);
    EXPECT_EQ(entry["metadata"]["model_sha"], to_hex(sha256_of(bytes)));
    EXPECT_EQ(entry["metadata"]["model_bytes"], bytes.size());
    EXPECT_EQ(entry["metadata"]["io_ports"]["inputs"][0]["name"], "x");
    EXPECT_EQ(run({"validate", "hub", "--fail-on", "warning"}).status, 0);

    const std::string before = read_file(hub / "ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(run({"generate", "hub"}).status, 0) << "keeps what it knows";
    EXPECT_EQ(read_file(hub / "ONNX_HUB_MANIFEST.json"), before);
    EXPECT_EQ(run({"generate", "hub", "--fetch"}).status, 0);
    EXPECT_EQ(downloads, 1) << "the server states the same ETag";
    EXPECT_EQ(read_file(hub / "ONNX_HUB_MANIFEST.json"), before);
}

/// Without the user's consent, no address of a private network is contacted.
TEST_F(Adoption, LinksToPrivateAddressesAreRefused) {
    const HttpServer server([](const ReceivedRequest&) { return Answer{200, "secret"}; });
    write_file(hub / "net.onnx.link",
               "https://127.0.0.1:" + std::to_string(server.port()) + "/net.onnx\n");
    EXPECT_EQ(adopt().status, 1);
    const ProgramResult fetched = run_onnxhub({"generate", "hub", "--fetch"}, folder.path());
    EXPECT_EQ(fetched.status, 1);
    EXPECT_THAT(fetched.err, HasSubstr("127.0.0.1"));
    EXPECT_EQ(server.requests().size(), 0u);
    EXPECT_TRUE(manifest().empty());
}

}  // namespace
}  // namespace onnxhub::test
