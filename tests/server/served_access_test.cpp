// SPDX-License-Identifier: Apache-2.0
// Access to a hub: host names, other web pages, untracked files, commits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/user_error.h"
#include "tests/server/served.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::Reply;
using test::RepositoryBuilder;
using test::Served;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string asked_as(const Served& served, const std::string& host, const std::string& path,
                     const std::string& method = "GET") {
    return served
        .ask(method + " " + path + " HTTP/1.1\r\nHost: " + host +
             "\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n")
        .text;
}

class ServedToOthers : public testing::Test {
protected:
    ServedToOthers() {
        write_file(hub / "ONNX_HUB_MANIFEST.json", "[]");
        write_file(hub / "notes.html", "<script>alert(1)</script>");
        write_file(hub / "large.html", std::string(2 << 20, ' '));
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(ServedToOthers, APrivateHubAnswersOnlyForItsOwnNames) {
    ServerOptions options;
    options.host_names = {"hub.example"};
    Served served(hub.string(), std::move(options));
    for (const char* host : {"localhost", "127.0.0.1:8080", "[::1]", "hub.example:443"}) {
        EXPECT_THAT(asked_as(served, host, "/ONNX_HUB_MANIFEST.json"), StartsWith("HTTP/1.1 200"))
            << host;
    }
    for (const char* path : {"/ONNX_HUB_MANIFEST.json", "/", "/metrics", "/none"}) {
        for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
            const std::string answer = asked_as(served, "evil.example:8080", path, method);
            EXPECT_THAT(answer, StartsWith("HTTP/1.1 421 ")) << method << path;
            EXPECT_THAT(answer, Not(HasSubstr("Access-Control-Allow-Origin"))) << method << path;
        }
    }
    EXPECT_THAT(asked_as(served, "evil.example", "/x"), HasSubstr("--host-name"));
    EXPECT_THAT(asked_as(served, "10.0.0.1", "/healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServedToOthers, OtherPagesReadOnlyWhatIsPublic) {
    struct Row {
        const char* address;
        bool has_token, is_public, expected;
    };
    for (const Row& row :
         {Row{"127.0.0.1", false, false, false}, Row{"127.0.0.1", true, false, false},
          Row{"127.0.0.1", false, true, true}, Row{"0.0.0.0", true, false, false},
          Row{"0.0.0.0", false, false, true}}) {
        ServerOptions options;
        options.bind_address = row.address;
        if (row.has_token) options.token = "secret";
        options.is_public = row.is_public;
        Served served(hub.string(), std::move(options));
        for (const char* method : {"GET", "OPTIONS"}) {
            const std::string answer = asked_as(served, "localhost", "/large.html", method);
            EXPECT_EQ(answer.find("Access-Control-Allow-Origin: *") != answer.npos, row.expected)
                << row.address << method;
            EXPECT_EQ(answer.find("Cross-Origin-Resource-Policy: same-origin") == answer.npos,
                      row.expected);
        }
        const bool takes_any =
            asked_as(served, "any.example", "/notes.html").find(" 421 ") == std::string::npos;
        EXPECT_EQ(takes_any, row.expected) << row.address;
    }
}

TEST_F(ServedToOthers, FilesOfAHubDoNothingInABrowser) {
    ServerOptions options;
    options.page_files = [] {
        return std::map<std::string, std::string>{{"index.html", "<html>"}};
    };
    options.page_policy = "script-src 'sha256-x'";
    Served served(hub.string(), std::move(options));
    for (const char* path :
         {"/notes.html", "/large.html", "/o/n/main/notes.html", "/ONNX_HUB_MANIFEST.json"}) {
        const Reply reply = served.get(path);
        EXPECT_EQ(reply.header("content-security-policy"), "sandbox") << path;
        EXPECT_EQ(reply.header("x-content-type-options"), "nosniff") << path;
    }
    EXPECT_EQ(served.get("/").body, "<html>");
    EXPECT_EQ(served.get("/").header("content-security-policy"), "");
    write_file(hub / "index.html", "exported");
    EXPECT_EQ(served.get("/").body, "exported");
    EXPECT_THAT(served.get("/").header("content-security-policy"), StartsWith("sandbox "));
    EXPECT_THAT(served.get("/").header("content-security-policy"),
                HasSubstr("; script-src 'sha256-x'"));
}

TEST_F(ServedToOthers, ABrowserWithoutATokenGetsAPageToSignIn) {
    ServerOptions options;
    options.token = "secret";
    options.page_files = [] {
        return std::map<std::string, std::string>{{"index.html", "<html>facts"}};
    };
    options.sign_in_page = "<html>sign in";
    Served served(hub.string(), std::move(options));
    const auto get = [&](const char* path, const char* accepted) {
        return served.get(path, {{"Accept", accepted}});
    };
    EXPECT_EQ(get("/", "text/html,*/*").status, 401);
    EXPECT_EQ(get("/", "text/html,*/*").body, "<html>sign in");
    EXPECT_EQ(get("/", "text/html,*/*").header("cache-control"), "no-store");
    EXPECT_THAT(get("/", "*/*").body, HasSubstr("a token is needed"));
    EXPECT_THAT(get("/index.html", "text/html").body, HasSubstr("a token is needed"));
    const Reply json = get("/ONNX_HUB_MANIFEST.json", "application/json");
    EXPECT_EQ(json.body, "{\"error\":\"a token is needed: Authorization: Bearer\"}\n");
    EXPECT_EQ(json.header("content-type"), "application/json");
    EXPECT_EQ(served.get("/", {{"Accept", "text/html"}, {"Authorization", "Bearer secret"}}).body,
              "<html>facts");
}

class ServedWorkingTree : public testing::Test {
protected:
    ServedWorkingTree() {
        repository.write("ONNX_HUB_MANIFEST.json", "[1]").write("f.txt", "1");
        repository.write(".gitignore", "ignored/\n").commit("One");
        repository.write("f.txt", "changed").write("new.txt", "new");
        repository.write("ignored/secret.txt", "secret");
        repository.symlink("link", "ignored/secret.txt").symlink("inner", "f.txt");
    }

    void git(std::vector<std::string> command) const {
        command.insert(command.begin(), "git");
        const auto result = test::run_command(command, repository.path());
        EXPECT_EQ(result.status, 0) << result.err;
    }

    RepositoryBuilder repository;
};

TEST_F(ServedWorkingTree, GivesWhatGitTracks) {
    Served served(repository.path().string());
    EXPECT_EQ(served.get("/f.txt").body, "changed");
    for (const char* path : {"/new.txt", "/ignored/secret.txt", "/link",
                             "/o/n/main/ignored/secret.txt", "/o/n/main/new.txt"}) {
        EXPECT_EQ(served.get(path).status, 404) << path;
    }
    git({"add", "link", "new.txt"});  // a link that is tracked leads to nothing else
    EXPECT_EQ(served.get("/new.txt").body, "new");
    EXPECT_EQ(served.get("/link").status, 404);
    EXPECT_EQ(served.get("/inner").body, "changed");
    git({"rm", "-q", "--cached", "new.txt"});
    EXPECT_EQ(served.get("/new.txt").status, 404);
}

TEST_F(ServedWorkingTree, GivesTheRestWhereThatIsAsked) {
    Served served(repository.path().string(), {}, {.untracked = true});
    EXPECT_EQ(served.get("/new.txt").body, "new");
    EXPECT_EQ(served.get("/link").body, "secret");
    EXPECT_EQ(served.get("/.gitignore").status, 404);
}

// As a plain folder it would give every file.
TEST_F(ServedWorkingTree, ARepositoryThatGitDoesNotOpenIsRefused) {
    const std::string location = repository.path().string();
    const auto error_of = [&] {
        try {
            ServedHub hub(location, {});
        } catch (const UserError& error) {
            return std::string(error.what());
        }
        return std::string("none");
    };
    if (geteuid() == 0) {
        ASSERT_EQ(chmod(location.c_str(), 0755), 0);
        ASSERT_EQ(seteuid(12345), 0);
        const std::string error = error_of();
        ASSERT_EQ(seteuid(0), 0);
        EXPECT_THAT(error, HasSubstr("git config --global --add safe.directory"));
    }
    repository.set_config("core.repositoryformatversion", "1")
        .set_config("extensions.refstorage", "reftable");
    EXPECT_THAT(error_of(), HasSubstr("or serve all files with --untracked"));
    Served served(location, {}, {.untracked = true});
    EXPECT_EQ(served.get("/new.txt").body, "new");
}

TEST_F(ServedWorkingTree, AFolderThatGitDoesNotTrackIsAPlainOne) {
    const fs::path site = repository.path() / "site";
    write_file(site / "m.onnx", "model");
    Served exported(site.string());
    EXPECT_EQ(exported.get("/m.onnx").body, "model");
    EXPECT_EQ(exported.get("/o/n/main/f.txt").status, 404);
    RepositoryBuilder empty;
    empty.write("m.onnx", "model");
    EXPECT_EQ(Served(empty.path().string()).get("/m.onnx").status, 404);
}

class ServedHistory : public ServedWorkingTree {
protected:
    ServedHistory() {
        first = repository.write("f.txt", "1").commit("F");
        second = repository.write("f.txt", "2").commit("G");
        repository.branch("other").checkout("other").write("f.txt", "other");
        other = repository.commit("Other");
        git({"tag", "v1", first});
        repository.checkout("main");
    }

    std::string location() const { return repository.path().string() + ":main"; }
    static Reply get(Served& served, const std::string& ref) {
        return served.get("/o/n/" + ref + "/f.txt");
    }

    std::string first, second, other;
};

TEST_F(ServedHistory, OnlyTheServedCommitIsGiven) {
    for (const std::string& place : {location(), repository.path().string()}) {
        Served served(place);
        for (const std::string& ref : {std::string("main"), second, second.substr(0, 12)}) {
            EXPECT_EQ(get(served, ref).body, "2") << ref;
            EXPECT_EQ(get(served, ref).header("onnx-hub-commit"), second);
        }
        for (const std::string& ref : {first, other, std::string("other"), std::string("v1")}) {
            EXPECT_EQ(get(served, ref).status, 404) << ref;
        }
    }
}

TEST_F(ServedHistory, OptionsWidenIt) {
    Served history(location(), {}, {.history = true});
    EXPECT_EQ(get(history, first).body, "1");
    EXPECT_EQ(get(history, "v1").body, "1");
    EXPECT_EQ(get(history, other).status, 404);
    Served refs(location(), {}, {.all_refs = true});
    EXPECT_EQ(get(refs, "other").body, "other");
    EXPECT_EQ(get(refs, "v1").body, "1");
    EXPECT_EQ(get(refs, repository.write("f.txt", "3").commit("H")).body, "3");
    EXPECT_THROW(ServedHub("/tmp", {.history = true}), UserError);
}

TEST_F(ServedHistory, WhatWasServedStaysAsLongAsTheRefLeadsToIt) {
    Served served(location());
    EXPECT_EQ(get(served, "main").header("onnx-hub-commit"), second);
    const std::string third = repository.write("f.txt", "3").commit("H");
    EXPECT_EQ(served.get("/f.txt").header("onnx-hub-commit"), third);
    served.hub.reload();
    EXPECT_EQ(get(served, second).body, "2");  // a client has pinned it
    git({"update-ref", "refs/heads/main", second});
    EXPECT_EQ(get(served, second).body, "2");
    EXPECT_EQ(get(served, third).status, 404);  // it was taken back
    EXPECT_EQ(get(served, first).status, 404);
}

}  // namespace
}  // namespace onnxhub
