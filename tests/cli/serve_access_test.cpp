// SPDX-License-Identifier: Apache-2.0
// `onnxhub serve`: the options that control access.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ServeAccess : public testing::Test {
protected:
    ServeAccess() {
        repository.write("ONNX_HUB_MANIFEST.json", "[]\n").write("f.txt", "1");
        first = repository.commit("One");
        repository.write("f.txt", "2").commit("Two");
        repository.write("new.txt", "new");
    }

    /// Status and body of a response.
    std::string get(const RunningServer& server, const std::string& path,
                    const std::string& host = "localhost") {
        return run_command({"curl", "-s", "--noproxy", "*", "-w", " %{http_code}", "-H",
                            "Host: " + host, server.url() + path},
                           folder.path())
            .out;
    }

    std::string said() const { return read_file(folder.path() / "access.log"); }

    RepositoryBuilder repository;
    std::string first;
    TemporaryFolder folder;
};

TEST_F(ServeAccess, TheDefaultIsNarrowAndOptionsWidenIt) {
    RunningServer narrow(repository.path(), folder.path());
    EXPECT_EQ(get(narrow, "/f.txt"), "2 200");
    EXPECT_THAT(get(narrow, "/new.txt"), HasSubstr(" 404"));
    EXPECT_THAT(get(narrow, "/o/n/" + first + "/f.txt"), HasSubstr(" 404"));
    EXPECT_THAT(get(narrow, "/f.txt", "hub.example"), HasSubstr(" 421"));
    EXPECT_THAT(said(), HasSubstr("(files that git tracks)"));
    EXPECT_EQ(narrow.stop(), 0);
    RunningServer wide(repository.path(), folder.path(),
                       {"--untracked", "--history", "--host-name", "Hub.Example:443", "--host-name",
                        "other.example"});
    EXPECT_EQ(get(wide, "/new.txt", "hub.example"), "new 200");
    EXPECT_EQ(get(wide, "/o/n/" + first + "/f.txt", "other.example:8080"), "1 200");
    EXPECT_THAT(get(wide, "/f.txt", "evil.example"), HasSubstr(" 421"));
    EXPECT_EQ(wide.stop(), 0);
    RunningServer open(repository.path(), folder.path(), {"--public"});
    EXPECT_EQ(get(open, "/f.txt", "any.example"), "2 200");
    EXPECT_EQ(open.stop(), 0);
}

TEST_F(ServeAccess, AManifestThatIsNotTrackedIsNoted) {
    RepositoryBuilder fresh;
    fresh.write("f.txt", "1").commit("One");
    fresh.write("ONNX_HUB_MANIFEST.json", "[]\n");
    RunningServer server(fresh.path(), folder.path());
    EXPECT_THAT(get(server, "/ONNX_HUB_MANIFEST.json"), HasSubstr(" 404"));
    EXPECT_THAT(get(server, "/"), HasSubstr(" 404"));
    EXPECT_THAT(said(), HasSubstr("git does not track ONNX_HUB_MANIFEST.json"));
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeAccess, WrongOptionsAreOneLine) {
    write_file(folder.path() / "token", "secret\n");
    write_file(folder.path() / "plain/f.txt", "1");
    const std::string hub = repository.path().string(), token = (folder.path() / "token").string();
    const std::vector<std::vector<std::string>> rows = {{hub, "--host-name", "http://hub.example"},
                                                        {hub, "--public", "--token-file", token},
                                                        {hub + ":main", "--only-ref", "--history"},
                                                        {hub + ":main", "--only-ref", "--all-refs"},
                                                        {"plain", "--history"},
                                                        {hub, "--memory", "1"}};
    for (const std::vector<std::string>& row : rows) {
        std::vector<std::string> command{"timeout", "60",     onnxhub_program(),
                                         "serve",   "--port", "0"};
        command.insert(command.end(), row.begin(), row.end());
        const ProgramResult result = run_command(command, folder.path());
        EXPECT_EQ(result.status, 2) << row[1] << result.err;
        EXPECT_EQ(result.out, "") << row[1];
        EXPECT_THAT(result.err, HasSubstr(row[1]));
    }
}

}  // namespace
}  // namespace onnxhub::test
