// SPDX-License-Identifier: Apache-2.0
// Sessions of users, as text: each line "$ command" in tests/sessions/*.txt is run, and what
// follows is compared with its output, where lines of standard error begin with "! " and "= N" is
// an exit status other than 0. A session runs in the directory `hub`, a copy of healthy_hub() in a
// repository; "# …" lines are remarks. ONNXHUB_UPDATE_SESSIONS=1 writes the present output into
// the files, to be reviewed as text.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/hub_files.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> session_files() {
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(ONNXHUB_SESSIONS)) {
        if (file.path().extension() == ".txt") files.push_back(file.path());
    }
    std::ranges::sort(files);
    return files;
}

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// A home directory with the repository `hub`, and two models beside it.
class SessionHome {
public:
    SessionHome() {
        const HubFiles files = healthy_hub();
        RepositoryBuilder hub;
        for (const auto& [path, content] : files.files) hub.write(path, content);
        for (const std::string& object : files.objects) hub.add_lfs_object(object);
        hub.commit("Add a hub");
        fs::copy(hub.path(), folder_.path() / "hub",
                 fs::copy_options::recursive | fs::copy_options::copy_symlinks);
        write_file(folder_.path() / "new.onnx", ModelBuilder(13)
                                                    .input("x", {1, 4})
                                                    .node("Relu", {"x"}, {"y"})
                                                    .output("y", {1, 4})
                                                    .bytes());
        write_file(folder_.path() / "broken.onnx", ModelBuilder(13)
                                                       .input("x", {1, 4})
                                                       .node("Rleu", {"x"}, {"y"})
                                                       .output("y", {1, 4})
                                                       .bytes());
    }

    /// What the command prints and returns, in the form of the session files.
    std::string run(const std::string& command) const {
        const std::string home = folder_.path().string();
        const std::string program = fs::path(onnxhub_program()).parent_path().string();
        const ProgramResult result =
            run_command({"env", "-i", "HOME=" + home, "LC_ALL=C.UTF-8", "GIT_CONFIG_NOSYSTEM=1",
                         "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com",
                         "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com",
                         "PATH=" + program + ":/usr/bin:/bin", "sh", "-c", command},
                        folder_.path() / "hub");
        std::string text;
        for (const std::string& line : split_lines(result.out)) text += line + "\n";
        for (const std::string& line : split_lines(result.err)) text += "! " + line + "\n";
        if (result.status != 0) text += "= " + std::to_string(result.status) + "\n";
        for (std::size_t at = text.find(home); at != text.npos; at = text.find(home)) {
            text.replace(at, home.size(), "~");
        }
        return text;
    }

private:
    TemporaryFolder folder_;
};

/// The session with the output that its commands have now.
std::string replayed(const std::string& session) {
    const SessionHome home;
    std::string text;
    bool is_in_output = false;
    for (const std::string& line : split_lines(session)) {
        const bool is_command = line.starts_with("$ ");
        if (is_command || line.starts_with("# ")) is_in_output = false;
        if (is_in_output) continue;
        text += line + "\n";
        if (!is_command) continue;
        text += home.run(line.substr(2));
        is_in_output = true;
    }
    return text;
}

class Session : public testing::TestWithParam<fs::path> {};

TEST_P(Session, IsThisText) {
    const std::string expected = read_file(GetParam());
    const std::string now = replayed(expected);
    if (std::getenv("ONNXHUB_UPDATE_SESSIONS")) write_file(GetParam(), now);
    EXPECT_EQ(now, expected);
}

std::string name_of_session(const testing::TestParamInfo<fs::path>& session) {
    std::string name = session.param.stem().string();
    std::ranges::replace(name, '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Of, Session, testing::ValuesIn(session_files()), name_of_session);

TEST(Sessions, AreTwenty) {
    EXPECT_GE(session_files().size(), 20u);
}

}  // namespace
}  // namespace onnxhub::test
