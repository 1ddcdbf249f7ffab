// SPDX-License-Identifier: Apache-2.0
// Where models and their external data are stored in the cache, and whose files are used. A hub
// cannot choose paths.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "base/user_error.h"
#include "hosting/client/cache_layout.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/lock_file.h"
#include "hosting/client/partial_file.h"
#include "manifest/loadable_path.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::ModelBuilder;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

constexpr uid_t other_user = 54321;

std::string model_naming(const std::vector<std::string>& locations) {
    ModelBuilder model;
    model.input("x", {4}).output("y", {4}).node("Add", {"x", "w0"}, {"y"});
    for (std::size_t i = 0; i < locations.size(); ++i) {
        model.external_initializer("w" + std::to_string(i), {4}, locations[i]);
    }
    return model.bytes();
}

struct HubFile {
    std::string path;
    std::string content;
};

CacheKey key_of(const HubFile& file) {
    return {file.path, sha256_of(file.content), file.content.size()};
}

class CachePlacement : public testing::Test {
protected:
    /// Makes a hub of one model with external data; `files[0]` is the model.
    std::string make_hub(const std::string& name, const std::vector<HubFile>& files) {
        Entry entry;
        entry.model = "M";
        entry.model_path = files[0].path;
        entry.onnx_version = "1.9";
        entry.opset_version = 12;
        entry.content = {sha256_of(files[0].content), files[0].content.size()};
        for (std::size_t i = 1; i < files.size(); ++i) {
            entry.external_data.push_back(
                {files[i].path, sha256_of(files[i].content), files[i].content.size()});
        }
        const fs::path hub = folder.path() / name;
        write_file(hub / manifest_file_name, manifest_text({entry_text(to_json(entry))}));
        for (const HubFile& file : files) write_file(hub / file.path, file.content);
        return hub.string();
    }

    ClientOptions options(const std::string& hub) {
        ClientOptions options;
        options.hub = hub;
        options.cache_folder = cache;
        options.environment = [this](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        return options;
    }

    fs::path load(const std::string& hub, bool force = false) {
        HubClient client(options(hub));
        LoadOptions load;
        load.force = force;
        load.loaded = [this](const WantedFile&, const LoadedFile& file) {
            for (const std::string& problem : file.problems) problems += problem + "\n";
        };
        return client.load(client.resolve(*client.manifest().entries.at(0).entry, false), load);
    }

    std::string error(const std::string& hub) {
        try {
            load(hub);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    std::string locked_error(const std::vector<HubFile>& files) {
        LockFile lock;
        lock.hub = make_hub("locked", {{"a/m.onnx", "m"}});
        lock.address = lock.hub;
        WantedModel model{"M", 12, {}, false};
        for (const HubFile& file : files) {
            model.files.push_back({key_of(file), {}, {}});
            write_file(folder.path() / "locked" / file.path, file.content);
        }
        lock.models.push_back({model, {}, {}});
        try {
            LockFile read = parse_lock_file(to_text(lock), "onnxhub.lock");
            HubClient client(options(read.hub));
            client.load(client.resolve(read.models.at(0).wanted), {});
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    std::vector<std::string> cached_files() {
        std::vector<std::string> files;
        if (!fs::exists(cache)) return files;
        for (const auto& file : fs::recursive_directory_iterator(cache)) {
            if (file.is_regular_file()) files.push_back(fs::relative(file.path(), cache).string());
        }
        return files;
    }

    TemporaryFolder folder;
    const fs::path cache = folder.path() / "cache";
    std::map<std::string, std::string> variables = {{"HOME", folder.path().string()}};
    std::string problems;
};

TEST_F(CachePlacement, ExternalDataThatTheGraphDoesNotNameAreRefused) {
    for (const std::string path : {"a/conftest.py", "a/w.dat", "a/w.data/x", "a/sub/w.data"}) {
        const std::string hub = make_hub(
            "hub",
            {{"a/m.onnx", model_naming({"w.data", "./sub/w.data", "/a/x"})}, {path, "weights"}});
        EXPECT_THAT(error(hub), AllOf(HasSubstr('"' + path + '"'), HasSubstr("does not name")));
        EXPECT_THAT(cached_files(), IsEmpty()) << path;
        fs::remove_all(folder.path() / "hub");
    }
    EXPECT_THAT(error(make_hub("none", {{"a/m.onnx", "no model"}, {"a/w.data", "w"}})),
                HasSubstr("\"a/w.data\" can't be used: it is external data of \"a/m.onnx\""));
    EXPECT_THAT(locked_error({{"a/m.onnx", model_naming({"w.data"})}, {"a/x.py", "w"}}),
                HasSubstr("does not name"));
    EXPECT_THAT(cached_files(), IsEmpty());
}

TEST_F(CachePlacement, HiddenPlacesAreRefusedEvenIfTheGraphNamesThem) {
    for (const std::string location :
         {".bashrc", ".ssh/authorized_keys", ".github/workflows/x.yml", "sub/.hidden/w"}) {
        const std::vector<HubFile> files = {{"a/m.onnx", model_naming({location})},
                                            {"a/" + location, "weights"}};
        EXPECT_THAT(error(make_hub("hub", files)), HasSubstr("begins with a dot")) << location;
        EXPECT_THAT(locked_error(files), HasSubstr("begins with a dot")) << location;
        EXPECT_THAT(cached_files(), IsEmpty()) << location;
    }
}

TEST_F(CachePlacement, ExternalDataOutsideTheModelsFolderAreRefused) {
    const std::vector<HubFile> files = {{"a/m.onnx", model_naming({"../b/w.data", "w.data"})},
                                        {"b/w.data", "weights"}};
    EXPECT_THAT(error(make_hub("hub", files)), HasSubstr("outside the folder of its model"));
    EXPECT_THAT(locked_error(files), HasSubstr("outside the folder of its model"));
}

TEST_F(CachePlacement, NoPathLeadsToWhatTheClientKeepsForItself) {
    const std::string url =
        "https://raw.githubusercontent.com/onnx/models/main/" + std::string(manifest_file_name);
    const std::string path = ".onnxhub/manifests/" + to_hex(sha256_of(url)) + ".json";
    const std::vector<HubFile> files = {{"m.onnx", model_naming({path, path + ".etag"})},
                                        {path, "[]"},
                                        {path + ".etag", to_hex(sha256_of("[]")) + "\n\"e\""}};
    EXPECT_NE(error(make_hub("hub", files)), "");
    EXPECT_NE(locked_error(files), "");
    EXPECT_NE(locked_error({{path, "[]"}}), "");
    // What an older version let in is never believed.
    write_file(cache / path, "[]");
    write_file(cache / (path + ".etag"), to_hex(sha256_of("[]")) + "\n\"e\"");
    ClientOptions offline = options("onnx/models");
    offline.is_offline = true;
    HubClient client(offline);
    EXPECT_THROW(client.manifest(), UserError);
}

TEST_F(CachePlacement, ModelsWithOnePathForTheirExternalDataKeepTheirOwn) {
    const std::string model = model_naming({"w.data"});
    const std::string one = make_hub("one", {{"a/m.onnx", model}, {"a/w.data", "first"}});
    const std::string two = make_hub("two", {{"a/m.onnx", model}, {"a/w.data", "other"}});
    const std::string alone = make_hub("alone", {{"a/n.onnx", model}, {"a/w.data", "third"}});
    const fs::path first = load(one), second = load(two), third = load(alone);
    EXPECT_THAT(first.string(), MatchesRegex(".*/cache/a/[0-9a-f]+_m/m.onnx"));
    for (const bool force : {false, true}) {
        EXPECT_EQ(load(two, force), second);
        EXPECT_EQ(load(one, force), first);
        EXPECT_EQ(read_file(first.parent_path() / "w.data"), "first");
        EXPECT_EQ(read_file(second.parent_path() / "w.data"), "other");
        EXPECT_EQ(read_file(third.parent_path() / "w.data"), "third");
    }
}

TEST_F(CachePlacement, ExternalDataOfOlderVersionsAreNoHit) {
    write_file(cache / "a/w.data", "old");
    const fs::path path =
        load(make_hub("hub", {{"a/m.onnx", model_naming({"w.data"})}, {"a/w.data", "new"}}));
    EXPECT_EQ(read_file(path.parent_path() / "w.data"), "new");
    EXPECT_EQ(read_file(cache / "a/w.data"), "old");
}

TEST_F(CachePlacement, AModelAloneStaysWhereThePythonClientHasIt) {
    const std::string model = model_naming({});
    EXPECT_EQ(load(make_hub("hub", {{"a/b/m.onnx", model}})),
              cache / "a/b" / (to_hex(sha256_of(model)) + "_m.onnx"));
}

TEST(PlaceFiles, IsInjective) {
    const Sha256 one = sha256_of("1"), two = sha256_of("2");
    const auto folder_of = [](std::vector<CacheKey> files) {
        return fs::path(place_files(std::move(files)).at(0).place).parent_path().string();
    };
    const std::string folder = folder_of({{"a/m.onnx", one}, {"a/w", two}});
    const auto set = digest_of_set({{two, "w"}, {one, "m.onnx"}});
    EXPECT_EQ(folder, "a/" + to_hex(set) + "_m");
    EXPECT_NE(folder, folder_of({{"a/m.onnx", one}, {"a/v", two}}));
    EXPECT_NE(folder, folder_of({{"a/m.onnx", one}, {"a/w", one}}));
    EXPECT_NE(folder, folder_of({{"b/m.onnx", one}, {"b/w", two}}));
    EXPECT_NE(folder, folder_of({{"a/n.onnx", one}, {"a/w", two}}));
    EXPECT_EQ(place_of({"a/m.onnx", one}), "a/" + to_hex(one) + "_m.onnx");
    EXPECT_EQ(place_of({"m.onnx", one}), to_hex(one) + "_m.onnx");
    for (const std::vector<CacheKey>& files :
         std::vector<std::vector<CacheKey>>{{{"a/m.onnx", one}, {"a/m.onnx", two}},
                                            {{"a/m.onnx", one}, {"a/w", two}, {"a/w", one}},
                                            {{"a/m.onnx", one}, {"a/w", two}, {"a/w/x", one}},
                                            {{"a/m.onnx", one}, {"a/m.onnx/w", two}},
                                            {{"a/m.onnx", one}, {"w", two}},
                                            {{"a/m.onnx", one}, {"ab/w", two}}}) {
        EXPECT_THROW(place_files(files), UserError) << files.back().hub_path;
    }
    EXPECT_THROW(place_of({"a/w", one, 0, false}), UserError);
}

TEST(LoadablePath, LeadsIntoNoFolderOfTheCacheAndToNothingHidden) {
    const std::string digest(64, 'a');
    for (const std::string& path :
         {std::string("a/m.onnx"), digest + "_m.onnx", "a/" + digest + "_m.onnx", digest + "/m",
          std::string(64, 'A') + "_x/m", std::string(63, 'a') + "_x/m", std::string(190, 'n')}) {
        EXPECT_TRUE(std::holds_alternative<std::string>(check_loadable_path(path))) << path;
    }
    for (const std::string& path :
         {digest + "_m/w", "a/" + digest + "_/w", std::string(".a/m"), std::string("a/.m"),
          std::string("../m"), std::string("a/./m"), std::string(""), std::string(191, 'n'),
          std::string(191, 'n') + "/m"}) {
        EXPECT_TRUE(std::holds_alternative<UnsafePath>(check_loadable_path(path))) << path;
    }
}

TEST(StateFolderTest, FollowsTheBaseDirectorySpecification) {
    const auto folder = [](std::map<std::string, std::string> variables) {
        return default_state_folder([&](const char* name) -> std::optional<std::string> {
                   const auto found = variables.find(name);
                   return found == variables.end() ? std::nullopt : std::optional(found->second);
               })
            .value_or("none");
    };
    EXPECT_EQ(folder({{"XDG_STATE_HOME", "/s"}, {"XDG_CACHE_HOME", "/c"}, {"HOME", "/h"}}),
              "/s/onnxhub");
    EXPECT_EQ(folder({{"XDG_CACHE_HOME", "/c"}, {"HOME", "/h"}}), "/c/onnxhub");
    EXPECT_EQ(folder({{"XDG_STATE_HOME", "s"}, {"HOME", "/h"}}), "/h/.local/state/onnxhub");
    EXPECT_EQ(folder({}), "none");
}

TEST_F(CachePlacement, AFileThatAnotherUserMayChangeIsNoHit) {
    const std::string model = model_naming({});
    const std::string hub = make_hub("hub", {{"a/m.onnx", model}});
    const fs::path path = load(hub);
    ASSERT_EQ(chmod(path.c_str(), 0666), 0);
    const int kept_open = open(path.c_str(), O_WRONLY);
    load(hub);
    EXPECT_THAT(problems, HasSubstr("can be written by all users, so it is loaded again"));
    ASSERT_EQ(write(kept_open, "evil", 4), 4);
    close(kept_open);
    EXPECT_EQ(read_file(path), model) << "it is another file now";

    const ModelCache mistrusting(cache, {}, TrustedOwners::exactly({other_user}));
    EXPECT_FALSE(mistrusting.holds(key_of({"a/m.onnx", model})));
    EXPECT_THROW((void)mistrusting.has(key_of({"a/m.onnx", model})), UserError);
}

TEST_F(CachePlacement, FilesOfAnotherUserCountOnlyIfTheConfigurationNamesHim) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give a file to another user";
    const std::string model = model_naming({});
    const std::string hub = make_hub("hub", {{"a/m.onnx", model}});
    const fs::path path = load(hub);
    ASSERT_EQ(chown(path.c_str(), other_user, 0), 0);
    write_file(folder.path() / ".config/onnxhub/config.toml",
               "trusted_cache_owners = [" + std::to_string(other_user) + "]\n");
    EXPECT_EQ(load(hub), path);
    EXPECT_EQ(problems, "");
    fs::remove(folder.path() / ".config/onnxhub/config.toml");
    load(hub);
    EXPECT_THAT(problems, HasSubstr("is owned by another user (uid 54321)"));
    struct stat status = {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0u) << "loaded again";
}

TEST_F(CachePlacement, TheErrorNamesTheFirstFolderThatCanNotBeMade) {
    const std::string hub = make_hub("hub", {{"a/b/c/m.onnx", model_naming({})}});
    write_file(cache / "a", "not a folder");
    EXPECT_EQ(error(hub),
              (cache / "a/b").string() +
                  ": can't be made (Not a directory); choose another folder with --cache");
    fs::remove_all(cache);
    write_file(cache, "not a folder");
    EXPECT_EQ(error(hub),
              (cache / "a").string() +
                  ": can't be made (Not a directory); choose another folder with --cache");
    fs::remove(cache);
    write_file(cache / "a/b/c", "not a folder");
    EXPECT_EQ(error(hub),
              (cache / "a/b/c").string() +
                  ": can't be made (Not a directory); choose another folder with --cache");
}

TEST_F(CachePlacement, AFolderThatOthersCanWriteToIsRefusedUnlessItIsSticky) {
    const std::string hub = make_hub("hub", {{"a/m.onnx", model_naming({})}});
    const fs::path path = load(hub);
    ASSERT_EQ(chmod((cache / "a").c_str(), 0777), 0);
    EXPECT_THAT(error(hub), AllOf(HasSubstr((cache / "a").string() + ": can be written by all"),
                                  HasSubstr("--cache")));
    ASSERT_EQ(chmod((cache / "a").c_str(), 01777), 0);
    EXPECT_EQ(load(hub), path);
}

class PartialFileOwner : public testing::Test {
protected:
    /// A partial file of "model" from a load that was interrupted after "mod".
    fs::path leave_partial() {
        {
            PartialFile partial(path, sha, 5);
            partial.start_over(TransferOrigin{sha256_of("url"), "\"e\""});
            partial.write(std::as_bytes(std::span("mod", 3)));
        }
        for (const auto& file : fs::directory_iterator(folder.path())) {
            if (file.path().extension() == partial_file_ending) return file.path();
        }
        return {};
    }

    std::uint64_t size_taken_over() { return PartialFile(path, sha, 5).size_bytes(); }

    TemporaryFolder folder;
    const Sha256 sha = sha256_of("model");
    const fs::path path = folder.path() / "m.onnx";
};

TEST_F(PartialFileOwner, OnesOwnIsTakenOver) {
    const fs::path partial = leave_partial();
    EXPECT_THAT(partial.filename().string(), MatchesRegex("\\.[0-9a-f]+\\.[0-9a-f]+\\.part"));
    struct stat status = {};
    ASSERT_EQ(stat(partial.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0022, 0u);
    EXPECT_EQ(size_taken_over(), 3u);
}

TEST_F(PartialFileOwner, OneThatOthersCouldOpenForWritingIsLeftAlone) {
    const fs::path partial = leave_partial();
    ASSERT_EQ(chmod(partial.c_str(), 0666), 0);
    EXPECT_EQ(size_taken_over(), 0u);
    EXPECT_EQ(read_file(partial), "mod");
}

TEST_F(PartialFileOwner, OneOfAnotherUserIsLeftAlone) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give a file to another user";
    const fs::path partial = leave_partial();
    ASSERT_EQ(chown(partial.c_str(), other_user, other_user), 0);
    EXPECT_EQ(size_taken_over(), 0u);
    EXPECT_EQ(read_file(partial), "mod");
}

TEST_F(PartialFileOwner, AnOriginOfAnotherUserIsNotBelieved) {
    const fs::path partial = leave_partial();
    ASSERT_EQ(chmod((partial.string() + partial_origin_ending).c_str(), 0666), 0);
    EXPECT_EQ(size_taken_over(), 0u);
}

}  // namespace
}  // namespace onnxhub
