// SPDX-License-Identifier: Apache-2.0
// `onnxhub init`, `add` and `serve`: from an empty folder to a model in a user's cache.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "tests/support/archive_builder.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Hosting : public testing::Test {
protected:
    ProgramResult onnxhub(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env", "HOME=" + folder.path().string(),
                                         "no_proxy=127.0.0.1", onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    void init(const std::string& layout = "zoo") {
        const ProgramResult result =
            onnxhub({"init", "hub", "--name", "Team hub", "--owner", "team", "--layout", layout});
        ASSERT_EQ(result.status, 0) << result.err;
    }

    std::string small_model(const std::string& name) {
        const std::string path = name + ".onnx";
        write_file(folder.path() / path, ModelBuilder()
                                             .input("x", {1, 4})
                                             .node("Relu", {"x"}, {"y"})
                                             .output("y", {1, 4})
                                             .bytes());
        return path;
    }

    std::string git(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"git", "-C", "hub"});
        return run_command(arguments, folder.path()).out;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(Hosting, InitMakesARepositoryThatPassesValidation) {
    for (const char* layout : {"zoo", "flat"}) {
        fs::remove_all(hub);
        init(layout);
        EXPECT_THAT(git({"log", "--format=%s"}), "A hub of ONNX models\n");
        EXPECT_EQ(git({"status", "--short"}), "");
        const ProgramResult result = onnxhub({"validate", "hub", "--fail-on", "warning"});
        EXPECT_EQ(result.status, 0) << result.out << result.err;
        EXPECT_THAT(read_file(hub / "README.md"),
                    AllOf(HasSubstr("# Team hub"), Not(HasSubstr("{{"))));
    }
}

TEST_F(Hosting, InitOverwritesNothingAndAddsWhatIsMissing) {
    write_file(hub / "README.md", "mine");
    ASSERT_EQ(run_command({"git", "init", "-q", "hub"}, folder.path()).status, 0);
    const ProgramResult result = onnxhub({"init", "hub"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(read_file(hub / "README.md"), "mine");
    EXPECT_THAT(result.err, HasSubstr("README.md already exists"));
    EXPECT_THAT(result.err, HasSubstr("nothing was committed"));
    EXPECT_TRUE(fs::exists(hub / ".github/workflows/validate.yml"));
    EXPECT_EQ(onnxhub({"init", "hub"}).out, "");
}

TEST_F(Hosting, WorkflowsAreYamlWithoutExpressionsInTheirScripts) {
    init();
    for (const char* name : {"validate", "regenerate", "publish"}) {
        const std::string text =
            read_file(hub / ".github/workflows" / (std::string(name) + ".yml"));
        EXPECT_THAT(text, HasSubstr("permissions:")) << name;
        for (std::size_t at = text.find("run: "); at != text.npos;
             at = text.find("run: ", at + 1)) {
            EXPECT_THAT(text.substr(at, text.find("- ", at) - at), Not(HasSubstr("${{"))) << name;
        }
    }
    const ProgramResult parsed = run_command(
        {"/usr/bin/python3", "-c",
         "import sys, yaml\nfor f in sys.argv[1:]: assert yaml.safe_load(open(f))['jobs']",
         "hub/.github/workflows/validate.yml", "hub/.github/workflows/regenerate.yml",
         "hub/.github/workflows/publish.yml"},
        folder.path());
    if (parsed.err.find("No module named") != parsed.err.npos) GTEST_SKIP() << "no python3-yaml";
    EXPECT_EQ(parsed.status, 0) << parsed.err;
}

TEST_F(Hosting, AdoptWritesTablesForModelsThatAreThere) {
    const std::string model = read_file(folder.path() / small_model("m"));
    write_file(hub / "vision/net/model/net.onnx", model);
    write_file(hub / "onnx/decoder.onnx", model);
    write_file(hub / "top.onnx", model);
    write_file(hub / "bad/b.onnx", "no model");
    write_file(hub / "README.md", "---\nlicense: mit\n---\n# A model card\n");
    write_file(hub / "onnx/README.md", "What I say");
    const ProgramResult adopted = onnxhub({"init", "hub", "--adopt", "--tables"});
    EXPECT_EQ(adopted.status, 1) << "one was skipped";
    EXPECT_THAT(adopted.err,
                AllOf(HasSubstr("skipped bad/b.onnx: "), HasSubstr("added rows for 3 models")));
    const auto manifest = nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
    ASSERT_EQ(manifest.size(), 3u);
    EXPECT_EQ(manifest[0]["model_path"], "onnx/decoder.onnx");
    EXPECT_EQ(manifest[1]["model_path"], "top.onnx");
    EXPECT_EQ(manifest[2]["model_path"], "vision/net/model/net.onnx");
    EXPECT_THAT(read_file(hub / "README.md"), testing::StartsWith("---\nlicense: mit"));
    EXPECT_THAT(read_file(hub / "onnx/README.md"), testing::StartsWith("What I say\n"));
    EXPECT_EQ(onnxhub({"validate", "hub"}).status, 0);
    const std::string readme = read_file(hub / "README.md");
    onnxhub({"init", "hub", "--adopt", "--tables"});
    EXPECT_EQ(read_file(hub / "README.md"), readme);
}

TEST_F(Hosting, AddTwiceIsAddOnce) {
    init();
    const std::vector<std::string> add{"add",     small_model("tiny"), "--hub-dir", "hub",
                                       "--class", "text/small",        "--name",    "Tiny | net"};
    const ProgramResult first = onnxhub(add);
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_EQ(first.out,
              "text/small/model/tiny.onnx\ntext/small/README.md\nREADME.md\n"
              "ONNX_HUB_MANIFEST.json\n");
    const std::string readme = read_file(hub / "text/small/README.md");
    const auto manifest = nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
    EXPECT_EQ(manifest[0]["model"], "Tiny | net");
    EXPECT_EQ(manifest[0]["metadata"]["tags"], nlohmann::json({"text", "small"}));
    const ProgramResult second = onnxhub(add);
    EXPECT_EQ(second.status, 0);
    EXPECT_EQ(second.out, "");
    EXPECT_EQ(read_file(hub / "text/small/README.md"), readme);
    EXPECT_EQ(onnxhub({"validate", "hub", "--fail-on", "warning"}).status, 0);
    git({"stash", "-u", "-q"});
    EXPECT_FALSE(fs::exists(hub / "text"));
}

TEST_F(Hosting, AddRefusesBeforeItWrites) {
    init();
    write_file(folder.path() / "broken.onnx", "no model");
    write_file(
        folder.path() / "bad.onnx",
        ModelBuilder().input("x", {1}).node("Nonsense", {"x"}, {"y"}).output("y", {1}).bytes());
    ModelBuilder outside;
    outside.input("x", {2}).external_initializer("w", {2}, "w.bin").node("Add", {"x", "w"}, {"y"});
    write_file(folder.path() / "lonely.onnx", outside.output("y", {2}).bytes());
    const std::vector<std::pair<std::vector<std::string>, std::string>> calls = {
        {{"broken.onnx", "--class", "a"}, "broken.onnx: "},
        {{"bad.onnx", "--class", "a"},
         "node 1 (Nonsense) uses an operator that does not exist; repair"},
        {{"lonely.onnx", "--class", "a"}, "external data does not exist"},
        {{"none.onnx", "--class", "a"}, "none.onnx"},
        {{small_model("m")}, "folder is not given"},
        {{small_model("m"), "--class", "../x"}, "--class"},
        {{small_model("m"), "--class", "a", "--test-data", "hub"}, "test_data_set_N"},
        {{small_model("m"), "--class", "a", "--accuracy", "x"}, "COLUMN=TEXT"},
    };
    for (const auto& [arguments, reason] : calls) {
        std::vector<std::string> command{"add", "--hub-dir", "hub"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const ProgramResult result = onnxhub(command);
        EXPECT_EQ(result.status, 2) << reason;
        EXPECT_THAT(result.err, HasSubstr(reason));
        EXPECT_EQ(git({"status", "--short"}), "") << reason;
    }
}

TEST_F(Hosting, AddRefusesTestDataThatContradictsTheModel) {
    init();
    const fs::path set = folder.path() / "td/test_data_set_0";
    const std::string good = tensor_bytes(1, {1, 4}, 16, "x");
    const std::vector<std::pair<std::map<std::string, std::string>, std::string>> cases = {
        {{{"input_0.pb", tensor_bytes(7, {1, 4})}, {"output_0.pb", good}},
         "td: test_data_set_0/input_0.pb is int64[1,4], the model takes float[1,4]; make "},
        {{{"input_0.pb", good}, {"output_0.pb", tensor_bytes(1, {1, 5})}},
         "td: test_data_set_0/output_0.pb is float[1,5], the model gives float[1,4]; make "},
        {{{"input_0.pb", tensor_bytes(1, {4})}, {"output_0.pb", good}}, "input_0.pb is float[4]"},
        {{{"input_0.pb", good}}, "td: test_data_set_0 has 0 outputs, the model gives 1; make "},
        {{{"input_0.pb", good}, {"input_1.pb", good}, {"output_0.pb", good}},
         "td: test_data_set_0 has 2 inputs, the model takes 1; make "},
        {{{"input_1.pb", good}, {"output_0.pb", good}}, "input_0.pb is missing"},
        {{{"input_0.pb", "no tensor"}, {"output_0.pb", good}}, "input_0.pb is not a tensor: "},
        {{{"input.pb", good}, {"output.pb", good}},
         "has 0 inputs, the model takes 1 (and similar problems)"},
    };
    const std::vector<std::string> add{"add", small_model("m"), "--hub-dir", "hub", "--class",
                                       "a",   "--test-data",    "td"};
    for (const auto& [files, reason] : cases) {
        fs::remove_all(set);
        for (const auto& [name, bytes] : files) write_file(set / name, bytes);
        const ProgramResult result = onnxhub(add);
        EXPECT_EQ(result.status, 2) << reason;
        EXPECT_THAT(result.err, AllOf(testing::StartsWith("onnxhub: error: td: "),
                                      HasSubstr(reason), testing::EndsWith("this model\n")));
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
        EXPECT_EQ(result.out, "") << reason;
        EXPECT_EQ(git({"status", "--short"}), "") << reason;
    }
    // The second set is checked too.
    for (const char* name : {"input_0.pb", "output_0.pb"}) write_file(set / name, good);
    write_file(folder.path() / "td/test_data_set_1/input_0.pb", good);
    EXPECT_THAT(onnxhub(add).err, HasSubstr("td: test_data_set_1 has 0 outputs"));
    write_file(folder.path() / "td/test_data_set_1/output_0.pb", good);
    EXPECT_EQ(onnxhub(add).status, 0);
    EXPECT_EQ(onnxhub({"validate", "hub", "--fail-on", "warning"}).status, 0);
}

TEST_F(Hosting, AddTakesTestDataOfAnySizeWhereTheModelLeavesItOpen) {
    init();
    write_file(folder.path() / "open.onnx", ModelBuilder()
                                                .input("x", {std::string("N"), 4})
                                                .node("Relu", {"x"}, {"y"})
                                                .output("y", {std::string("N"), 4})
                                                .bytes());
    for (const char* name : {"input_0.pb", "output_0.pb"}) {
        write_file(folder.path() / "td/test_data_set_0" / name, tensor_bytes(1, {7, 4}, 112));
    }
    const ProgramResult added = onnxhub({"add", "open.onnx", "--hub-dir", "hub", "--class", "a",
                                         "--test-data", "td/test_data_set_0"});
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_TRUE(fs::exists(hub / "a/model/open.tar.gz"));
}

class Exported : public Hosting {
protected:
    void SetUp() override {
        init();
        for (const char* name : {"one", "two"}) {
            const ProgramResult result = onnxhub({"add", small_model(name), "--hub-dir", "hub",
                                                  "--class", std::string("a/") + name});
            ASSERT_EQ(result.status, 0) << result.err;
        }
    }

    ProgramResult export_hub(std::vector<std::string> more = {}) {
        std::vector<std::string> command{"export", "hub",    "--to",
                                         "site",   "--name", "A & </script>"};
        command.insert(command.end(), more.begin(), more.end());
        return onnxhub(command);
    }

    const fs::path site = folder.path() / "site";
};

TEST_F(Exported, IsAHubForTheClientWithSumsThatHold) {
    const ProgramResult result = export_hub();
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("2 linked, 0 copied"));
    const ProgramResult sums = run_command({"sha256sum", "--quiet", "-c", "SHA256SUMS"}, site);
    EXPECT_EQ(sums.status, 0) << sums.out << sums.err;
    EXPECT_EQ(read_file(site / "ONNX_HUB_MANIFEST.json"),
              read_file(hub / "ONNX_HUB_MANIFEST.json"));
    EXPECT_EQ(run_command({"gzip", "-dc", "ONNX_HUB_MANIFEST.json.gz"}, site).out,
              read_file(hub / "ONNX_HUB_MANIFEST.json"));
    EXPECT_EQ(onnxhub({"load", "one", "--hub", "./site"}).status, 0);
    const std::string page = read_file(site / "index.html");
    EXPECT_THAT(page, HasSubstr(R"("name":"A & \u003c/script>")"));
    EXPECT_THAT(page, HasSubstr("a/one"));
}

TEST_F(Exported, ASecondTimeOnlyWhatChangedIsWritten) {
    ASSERT_EQ(export_hub({"--copy"}).status, 0);
    write_file(folder.path() / "two.onnx",
               ModelBuilder().input("x", {9}).node("Abs", {"x"}, {"y"}).output("y", {9}).bytes());
    ASSERT_EQ(onnxhub({"add", "two.onnx", "--hub-dir", "hub", "--class", "a/two"}).status, 0);
    const ProgramResult again = export_hub({"--copy"});
    EXPECT_THAT(again.err, HasSubstr("1 kept, 0 linked, 1 copied")) << again.err;
    EXPECT_EQ(read_file(site / "a/two/model/two.onnx"), read_file(folder.path() / "two.onnx"));
    for (const auto& file : fs::directory_iterator(folder.path())) {
        EXPECT_THAT(file.path().filename().string(), Not(HasSubstr(".export")));
    }
}

TEST_F(Exported, WhatIsMissingIsListedAndNothingIsWritten) {
    write_file(hub / "a/two/model/two.onnx",
               "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') +
                   "\nsize 5\n");
    const ProgramResult refused = export_hub();
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err,
                AllOf(HasSubstr("a/two/model/two.onnx: its content is not available locally"),
                      HasSubstr("--allow-missing")));
    EXPECT_FALSE(fs::exists(site));
    const ProgramResult allowed = export_hub({"--allow-missing"});
    EXPECT_EQ(allowed.status, 0);
    EXPECT_TRUE(fs::exists(site / "a/one/model/one.onnx"));
    EXPECT_FALSE(fs::exists(site / "a/two"));
}

TEST_F(Exported, AlteredBytesAndForeignFoldersAreRefused) {
    const std::string model = read_file(hub / "a/one/model/one.onnx");
    write_file(hub / "a/one/model/one.onnx", std::string(model.size(), 'x'));
    EXPECT_THAT(export_hub().err, HasSubstr("run `onnxhub generate`"));
    EXPECT_FALSE(fs::exists(site));
    write_file(hub / "a/one/model/one.onnx", model);
    write_file(site / "precious.txt", "mine");
    EXPECT_THAT(export_hub().err, HasSubstr("is not an earlier export"));
    EXPECT_EQ(read_file(site / "precious.txt"), "mine");
}

TEST_F(Exported, ABundleCarriesAPartAcross) {
    const ProgramResult made =
        onnxhub({"bundle", "create", "--from", "hub", "--to", "b.tar", "ONE"});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_THAT(made.err, HasSubstr("bundled: 1 model, 1 file"));
    ASSERT_EQ(onnxhub({"bundle", "create", "--from", "hub", "--to", "c.tar", "one"}).status, 0);
    const std::string bundle = read_file(folder.path() / "b.tar");
    EXPECT_EQ(read_file(folder.path() / "c.tar"), bundle) << "the same content, the same bytes";
    EXPECT_EQ(onnxhub({"bundle", "verify", "b.tar"}).status, 0);
    EXPECT_EQ(onnxhub({"bundle", "import", "b.tar", "--to", "there"}).status, 0);
    EXPECT_EQ(onnxhub({"load", "one", "--hub", "./there", "--offline"}).status, 0);
    EXPECT_EQ(onnxhub({"load", "two", "--hub", "./there"}).status, 2);
    EXPECT_EQ(onnxhub({"bundle", "import", "b.tar", "--to", "there"}).status, 2);
    EXPECT_THAT(onnxhub({"bundle", "create", "--from", "hub", "--to", "d.tar", "onee"}).err,
                HasSubstr("the hub has no model \"onee\""));
    EXPECT_FALSE(fs::exists(folder.path() / "d.tar"));
}

TEST_F(Exported, ABundleThatWasCutOffOrAlteredIsRefused) {
    ASSERT_EQ(onnxhub({"bundle", "create", "--from", "hub", "--to", "b.tar"}).status, 0);
    const std::string bundle = read_file(folder.path() / "b.tar");
    const auto refused = [&](const std::string& bytes) {
        write_file(folder.path() / "bad.tar", bytes);
        const ProgramResult result = onnxhub({"bundle", "import", "bad.tar", "--to", "bad"});
        EXPECT_FALSE(fs::exists(folder.path() / "bad"));
        for (const auto& file : fs::directory_iterator(folder.path())) {
            EXPECT_THAT(file.path().filename().string(), Not(HasSubstr(".part")));
        }
        return result.status == 2;
    };
    for (std::size_t size = 0; size < bundle.size(); size += 512) {
        EXPECT_TRUE(refused(bundle.substr(0, size))) << size;
    }
    const std::string model = read_file(folder.path() / "one.onnx");
    std::string altered = bundle;
    altered[bundle.find(model) + 3] ^= 1;
    EXPECT_TRUE(refused(altered));
    altered = bundle;
    altered[bundle.find("\"model\"") + 1] ^= 1;
    EXPECT_TRUE(refused(altered));
    EXPECT_TRUE(refused(ArchiveBuilder().file("../evil", "x").gzip()));
    EXPECT_TRUE(refused("no archive"));
}

TEST_F(Exported, IsServedWithItsPage) {
    ASSERT_EQ(export_hub().status, 0);
    RunningServer from_site(site, folder.path());
    EXPECT_THAT(run_command({"curl", "-s", from_site.url() + "/"}, folder.path()).out,
                HasSubstr("\\u003c/script>"));
    EXPECT_EQ(from_site.stop(), 0);
    RunningServer from_hub(hub, folder.path());
    EXPECT_THAT(run_command({"curl", "-s", from_hub.url() + "/"}, folder.path()).out,
                HasSubstr("\"name\":\"Team hub\""));
}

/// The configuration that export writes, with another port and folder.
TEST_F(Exported, NginxServesItToTheClient) {
    if (!has_program("nginx")) GTEST_SKIP() << "nginx is not installed";
    ASSERT_EQ(export_hub({"--copy"}).status, 0);
    std::string server = read_file(site / "nginx.conf.example");
    const auto replace = [&](const std::string& from, const std::string& to) {
        const std::size_t at = server.find(from);
        ASSERT_NE(at, server.npos) << from;
        server.replace(at, from.size(), to);
    };
    const std::string port = std::to_string(20000 + getpid() % 10000);
    replace("listen 80", "listen 127.0.0.1:" + port);
    replace("/srv/hub", site.string());
    write_file(folder.path() / "nginx.conf",
               "daemon off; pid nginx.pid; error_log stderr; events {}\nhttp { access_log off; "
               "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; "
               "uwsgi_temp_path t4; scgi_temp_path t5;\n" +
                   server + "}\n");
    fs::permissions(folder.path(), fs::perms::others_read | fs::perms::others_exec,
                    fs::perm_options::add);
    const ProgramResult loaded =
        run_command({"bash", "-c",
                     "nginx -p \"$PWD\" -c nginx.conf & server=$!; sleep 1; env HOME=\"$PWD\" "
                     "no_proxy=127.0.0.1 \"$0\" load one two --trust --hub http://127.0.0.1:" +
                         port + "; status=$?; kill $server; wait $server; exit $status",
                     onnxhub_program()},
                    folder.path());
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    for (const char* name : {"one", "two"}) {
        EXPECT_THAT(loaded.out, HasSubstr(to_hex(sha256_of(read_file(
                                    hub / "a" / name / "model" / (std::string(name) + ".onnx"))))));
    }
}

/// From an empty folder to files in a cache, with test data and with external data.
TEST_F(Hosting, EndToEnd) {
    init();
    write_file(folder.path() / "td/test_data_set_0/input_0.pb", tensor_bytes(1, {1, 4}, 16, "x"));
    write_file(folder.path() / "td/test_data_set_0/output_0.pb", tensor_bytes(1, {1, 4}, 16, "y"));
    ModelBuilder large;
    large.input("x", {2})
        .external_initializer("w", {2}, "large.bin")
        .node("Add", {"x", "w"}, {"y"});
    write_file(folder.path() / "large.onnx", large.output("y", {2}).bytes());
    write_file(folder.path() / "large.bin", std::string(8, 'w'));
    const std::vector<std::vector<std::string>> adds = {
        {small_model("plain"), "--class", "vision/plain", "--name", "Plain"},
        {small_model("tested"), "--class", "vision/plain", "--name", "Tested", "--test-data", "td"},
        {"large.onnx", "--class", "text/large", "--name", "Large"},
    };
    for (const auto& add : adds) {
        std::vector<std::string> command{"add", "--hub-dir", "hub"};
        command.insert(command.end(), add.begin(), add.end());
        const ProgramResult result = onnxhub(command);
        ASSERT_EQ(result.status, 0) << result.err;
    }
    EXPECT_THAT(read_file(hub / ".gitattributes"),
                HasSubstr("/text/large/model/large.bin filter=lfs"));
    const ProgramResult validated = onnxhub({"validate", "hub", "--fail-on", "warning"});
    EXPECT_EQ(validated.status, 0) << validated.out;

    RunningServer server(hub, folder.path(), {"--untracked"});  // nothing was committed
    ASSERT_THAT(server.url(), HasSubstr("http://127.0.0.1:"));
    const ProgramResult loaded =
        onnxhub({"load", "Plain", "Large", "--hub", server.url(), "--trust"});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
    const ProgramResult tested =
        onnxhub({"load", "Tested", "--hub", server.url(), "--trust", "--with-test-data"});
    ASSERT_EQ(tested.status, 0) << tested.err;
    const fs::path unpacked = tested.out.substr(0, tested.out.size() - 1);
    EXPECT_EQ(read_file(unpacked / "model.onnx"), read_file(folder.path() / "tested.onnx"));
    EXPECT_EQ(read_file(unpacked / "test_data_set_0/input_0.pb"),
              read_file(folder.path() / "td/test_data_set_0/input_0.pb"));
    const std::size_t second_line = loaded.out.find('\n') + 1;
    const fs::path large_path = loaded.out.substr(second_line, loaded.out.size() - second_line - 1);
    EXPECT_EQ(read_file(large_path.parent_path() / "large.bin"), std::string(8, 'w'));

    server.hang_up();
    usleep(300'000);
    EXPECT_EQ(onnxhub({"list", "--hub", server.url()}).status, 0);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_THAT(read_file(folder.path() / "access.log"),
                HasSubstr("\"GET /vision/plain/model/plain.onnx HTTP/1.1\" 200 "));
}

}  // namespace
}  // namespace onnxhub::test
