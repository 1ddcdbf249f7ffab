// SPDX-License-Identifier: Apache-2.0
// A property test: for any manifests, lock files and archives, no file outside the permitted
// folders is created or changed. Cases are random combinations of path fragments, from a fixed
// seed. All paths have content, from a local Git LFS store.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "base/user_error.h"
#include "hosting/client/cache_inventory.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/lock_file.h"
#include "hosting/client/model_output.h"
#include "manifest/loadable_path.h"
#include "tests/support/archive_builder.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::ArchiveBuilder;
using test::ModelBuilder;
using test::RepositoryBuilder;
using test::TemporaryFolder;
using test::write_file;

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t case_count = 10'000;  // sanitizers make each case many times slower
#else
constexpr std::size_t case_count = 100'000;
#endif
constexpr std::size_t batch = 2'000;  // cases between looks at the whole cache

const std::string digest(64, 'a');

/// In memory where that is possible: a load flushes what it writes.
class FastFolder {
public:
    FastFolder() {
        std::string pattern = "/dev/shm/onnxhub-test-XXXXXX";
        path_ = mkdtemp(pattern.data()) ? fs::path(pattern) : fallback_.path();
    }
    ~FastFolder() {
        std::error_code error;
        fs::remove_all(path_, error);
    }
    FastFolder(const FastFolder&) = delete;
    FastFolder& operator=(const FastFolder&) = delete;

    const fs::path& path() const { return path_; }

private:
    TemporaryFolder fallback_;
    fs::path path_;
};

/// What lstat() says of everything below a folder but `skipped`, by path.
void look(const std::string& folder, const std::set<std::string>& skipped,
          std::map<std::string, std::array<std::int64_t, 6>>& seen) {
    DIR* open = opendir(folder.c_str());
    if (!open) return;
    while (const dirent* entry = readdir(open)) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        const std::string path = folder + "/" + std::string(name);
        if (skipped.contains(path)) continue;
        struct stat status = {};
        if (lstat(path.c_str(), &status) != 0) continue;
        const bool is_folder = S_ISDIR(status.st_mode);
        seen[path] = {static_cast<std::int64_t>(status.st_ino),
                      static_cast<std::int64_t>(status.st_mode),
                      static_cast<std::int64_t>(is_folder ? 0 : status.st_size),
                      static_cast<std::int64_t>(is_folder ? 0 : status.st_mtim.tv_sec),
                      static_cast<std::int64_t>(is_folder ? 0 : status.st_mtim.tv_nsec),
                      static_cast<std::int64_t>(is_folder ? 0 : status.st_nlink)};
        if (is_folder) look(path, skipped, seen);
    }
    closedir(open);
}

/// Hears of each change in folders, even one that was taken back: one system call a case, where a
/// look at all files takes a hundred.
class Watch {
public:
    explicit Watch(const std::vector<fs::path>& folders)
        : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
        constexpr unsigned changes = IN_CREATE | IN_MODIFY | IN_DELETE | IN_MOVED_FROM |
                                     IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
        for (const fs::path& folder : folders) {
            works_ &= inotify_add_watch(fd_, folder.c_str(), changes) >= 0;
        }
    }
    ~Watch() { close(fd_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Whether something may have changed since the last call; true where nothing can be watched.
    bool has_seen_change() {
        std::array<char, 4096> events = {};
        bool has_events = !works_;
        while (read(fd_, events.data(), events.size()) > 0) has_events = true;
        return has_events;
    }

private:
    int fd_ = -1;
    bool works_ = true;
};

class Random {
public:
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }
    template <class T>
    const T& of(const std::vector<T>& list) {
        return list[below(list.size())];
    }

private:
    std::minstd_rand engine_{20261128};
};

class HostileHub : public testing::Test {
protected:
    HostileHub() {
        for (const char* file :
             {"home/.bashrc", "home/.ssh/authorized_keys", "home/.config/x", "out/conftest.py",
              "out/Makefile", "out/.bashrc", "out/sub/Makefile", "out/.github/workflows/x.yml",
              "outside/w.data"}) {
            write_file(root.path() / file, std::string("the user's ") + file);
        }
        fs::create_directory_symlink(root.path() / "outside", root.path() / "out/link");
        make_models();
        make_archives();
        hub.commit("objects");
        before_ = look_outside();
    }

    // Fragments of paths, good and bad; the good ones are more often chosen.
    const std::vector<std::string> fragments = {"a",
                                                "a",
                                                "b",
                                                "sub",
                                                "m.onnx",
                                                "w.data",
                                                "w.data",
                                                "m",
                                                "x.tar.gz",
                                                "..",
                                                ".",
                                                "",
                                                ".bashrc",
                                                ".ssh",
                                                "authorized_keys",
                                                ".git",
                                                ".onnxhub",
                                                "manifests",
                                                "files",
                                                "locks",
                                                "conftest.py",
                                                "Makefile",
                                                "link",
                                                ".github",
                                                digest + "_m",
                                                digest + "_m.onnx",
                                                digest + ".json",
                                                "C:",
                                                "https:",
                                                "\\",
                                                "~",
                                                "é",
                                                "\xff",
                                                "\n",
                                                "a b",
                                                "con",
                                                std::string(200, 'n')};

    std::string path_of_fragments(std::size_t most = 4) {
        std::string path = random.chance(30) ? "/" : "";
        for (std::size_t left = 1 + random.below(most); left > 0; --left) {
            path += random.of(fragments) + (left > 1 ? "/" : "");
        }
        return path;
    }

    /// What a maintainer could have written.
    std::string plain_path(const std::string& ending) {
        static const std::vector<std::string> folders = {"", "a/", "a/b/", "sub/"};
        return random.of(folders) + (random.chance(2) ? "m" : "n") + ending;
    }

    std::string plain_location() {
        static const std::vector<std::string> locations = {
            "w.data", "v.data", "sub/w.data", "conftest.py", "Makefile", "link/w.data"};
        return random.of(locations);
    }

    void make_models() {
        for (int i = 0; i < 150; ++i) {
            ModelBuilder model;
            model.input("x", {4}).output("y", {4}).node("Add", {"x", "w0"}, {"y"});
            Model made;
            for (std::size_t n = random.below(4); n > 0; --n) {
                made.locations.push_back(random.chance(2) ? plain_location()
                                                          : path_of_fragments(3));
                model.external_initializer("w" + std::to_string(n), {4}, made.locations.back());
            }
            model.proto().mutable_graph()->set_name(std::to_string(i));
            made.key = object(model.bytes());
            models.push_back(made);
        }
        for (int i = 0; i < 6; ++i) weights.push_back(object(std::string(64, char('0' + i))));
        weights.push_back(object("version https://git-lfs.github.com/spec/v1\n"));
    }

    void make_archives() {
        for (int i = 0; i < 150; ++i) {
            ArchiveBuilder builder;
            if (!random.chance(4)) builder.file("mnist/model.onnx", std::to_string(i));
            for (std::size_t n = random.below(4); n > 0; --n) {
                const std::string path =
                    random.chance(3) ? "mnist/" + plain_location() : path_of_fragments();
                const std::size_t kind = random.below(12);
                if (kind == 0) builder.symlink(path, "../../../outside");
                if (kind == 1) builder.hard_link(path, "/etc/passwd");
                if (kind == 2) builder.folder(path);
                if (kind > 2) builder.file(path, "member");
            }
            archives.push_back(object(builder.gzip()));
        }
    }

    CacheKey object(const std::string& content) {
        hub.add_lfs_object(content);
        return {"", sha256_of(content), content.size()};
    }

    std::map<std::string, std::array<std::int64_t, 6>> look_outside() const {
        std::map<std::string, std::array<std::int64_t, 6>> seen;
        look(root.path().string(),
             {(root.path() / "cache").string(), (root.path() / "state").string(),
              (root.path() / "made").string()},
             seen);
        return seen;
    }

    std::vector<fs::path> folders_outside() const {
        std::vector<fs::path> folders = {root.path()};
        for (const auto& [path, state] : before_) {
            if (fs::is_directory(fs::symlink_status(path))) folders.emplace_back(path);
        }
        return folders;
    }

    ClientOptions options() {
        ClientOptions options;
        options.hub = hub.path().string();
        options.cache_folder = root.path() / "cache";
        options.environment = [this](const char* name) -> std::optional<std::string> {
            if (std::string_view(name) == "HOME") return (root.path() / "home").string();
            if (std::string_view(name) == "XDG_STATE_HOME") return (root.path() / "state").string();
            return std::nullopt;
        };
        return options;
    }

    struct Model {
        CacheKey key;
        std::vector<std::string> locations;
    };

    /// An entry of a hostile manifest, sometimes a sound one.
    Entry entry() {
        Entry entry;
        entry.model = "M";
        entry.onnx_version = "1.9";
        entry.opset_version = 12;
        const Model& model = random.of(models);
        entry.model_path = random.chance(3) ? path_of_fragments() : plain_path(".onnx");
        entry.content = {model.key.sha, model.key.size_bytes};
        const std::string folder(parent_folder(entry.model_path));
        for (const std::string& location : model.locations) {
            if (random.chance(8)) continue;
            const CacheKey& data = random.of(weights);
            entry.external_data.push_back(
                {folder.empty() ? location : folder + "/" + location, data.sha, *data.size_bytes});
        }
        if (random.chance(4)) {
            const CacheKey& data = random.of(weights);
            entry.external_data.push_back({path_of_fragments(), data.sha, *data.size_bytes});
        }
        const CacheKey& archive = random.of(archives);
        entry.archive_path = random.chance(2) ? plain_path(".tar.gz") : path_of_fragments();
        entry.archive = StatedContent{archive.sha, archive.size_bytes};
        return entry;
    }

    /// As `load` reads it out of the manifest or a lock file.
    WantedModel wanted(const HubClient& client, bool is_archive, bool is_locked) {
        const std::string text = manifest_text({entry_text(to_json(entry()))});
        const auto parsed = parse_manifest(text);
        const auto* document = std::get_if<ManifestDocument>(&parsed);
        if (!document || !document->entries.at(0).entry) throw UserError("no entry");
        WantedModel model = client.resolve(*document->entries.at(0).entry, is_archive);
        if (!is_locked) return model;
        LockFile lock;
        lock.hub = client.name();
        lock.address = lock.hub;
        lock.models.push_back({std::move(model), {}, {}});
        return client.resolve(parse_lock_file(to_text(lock), "onnxhub.lock").models.at(0).wanted);
    }

    void run_case(const HubClient& client) {
        const bool is_archive = random.chance(4), is_locked = random.chance(3);
        try {
            const WantedModel model = wanted(client, is_archive, is_locked);
            const fs::path path = client.load(model, {});
            ++loaded;
            EXPECT_TRUE(path.string().starts_with((root.path() / "cache/").string())) << path;
            if (is_archive || !random.chance(3)) return;
            copy_model(model, path, (root.path() / output_folder() / "x.onnx").string());
            ++copied;
        } catch (const UserError&) {
            ++refused;
        }
    }

    /// The user's folder with files of his, or one that only models are copied to.
    std::string output_folder() { return random.chance(2) ? "out" : "made"; }

    /// Everything that was loaded is right still, and nothing else is in the cache.
    void check_cache() const {
        const CacheInventory inventory = take_inventory(
            root.path() / "cache", root.path() / "state/onnxhub", std::chrono::system_clock::now());
        std::set<fs::path> known;
        for (const CachedFile& file : inventory.files) {
            known.insert(file.path);
            // A load that was refused half-way leaves a folder without all of its data.
            if (!file.has_folder) {
                EXPECT_TRUE(is_intact(file, [] {})) << file.path;
            }
        }
        EXPECT_THAT(inventory.leftovers, testing::IsEmpty());
        for (const auto& file : fs::recursive_directory_iterator(root.path() / "cache")) {
            EXPECT_FALSE(file.is_symlink()) << file.path();
            if (!file.is_regular_file()) continue;
            const fs::path below = file.path().lexically_relative(root.path() / "cache");
            EXPECT_TRUE(std::ranges::any_of(below, [](const fs::path& segment) {
                return split_cached_name(segment.string()).has_value();
            })) << below;
        }
        for (const auto& file : fs::recursive_directory_iterator(root.path() / "state")) {
            const std::string parent = file.path().parent_path().filename();
            EXPECT_TRUE(file.is_directory() || parent == "files" || parent == "locks");
        }
    }

    FastFolder root;
    RepositoryBuilder hub;
    Random random;
    std::vector<Model> models;
    std::vector<CacheKey> weights, archives;
    std::map<std::string, std::array<std::int64_t, 6>> before_;
    std::size_t loaded = 0, copied = 0, refused = 0;
};

/// In the user's output folder a model may make new files; those go, the user's own must stay.
void remove_new_files(const fs::path& folder,
                      const std::map<std::string, std::array<std::int64_t, 6>>& before) {
    std::map<std::string, std::array<std::int64_t, 6>> now;
    look(folder.string(), {}, now);
    std::error_code error;
    for (const auto& [path, state] : now) {
        if (!before.contains(path)) fs::remove_all(path, error);
    }
}

TEST_F(HostileHub, ChoosesNoPlaceOutsideTheFoldersMeantForIt) {
    fs::create_directories(root.path() / "state/onnxhub");
    fs::create_directories(root.path() / "cache");
    std::map<std::string, std::array<std::int64_t, 6>> hub_before, hub_after;
    look(hub.path().string(), {}, hub_before);
    const HubClient client(options());
    Watch watch(folders_outside());
    write_file(root.path() / "home/.bashrc", "the user's");
    before_ = look_outside();
    ASSERT_TRUE(watch.has_seen_change());
    for (std::size_t i = 0; i < case_count; ++i) {
        run_case(client);
        if (!watch.has_seen_change() && i % batch != batch - 1) continue;
        auto after = look_outside();
        if (after != before_) {
            remove_new_files(root.path() / "out", before_);
            after = look_outside();
        }
        ASSERT_EQ(after, before_) << "case " << i;
        if (i % batch != batch - 1) continue;
        check_cache();
        ASSERT_FALSE(HasFailure()) << "case " << i;
        fs::remove_all(root.path() / "cache");
        fs::remove_all(root.path() / "made");
        fs::create_directories(root.path() / "cache");
    }
    look(hub.path().string(), {}, hub_after);
    EXPECT_EQ(hub_after, hub_before);
    EXPECT_GT(loaded, case_count / 10) << "too few cases get far enough";
    EXPECT_GT(copied, case_count / 100);
    EXPECT_GT(refused, case_count / 10);
    std::cout << case_count << " cases: " << loaded << " loaded, " << copied << " copied, "
              << refused << " refused\n";
}

/// Places alone, without a disk: two models never share one, and none is reserved for the client.
TEST(HostilePlaces, AreSafeOrRefusedAndNeverShared) {
    Random random;
    const std::vector<std::string> fragments = {
        "a",   "b",           "m.onnx",           "m", "w", "..", ".x", "",
        "sub", digest + "_m", digest + "_m.onnx", "/", "é"};
    const auto path = [&] {
        std::string text;
        for (std::size_t left = 1 + random.below(3); left > 0; --left) {
            text += random.of(fragments) + (left > 1 ? "/" : "");
        }
        return text;
    };
    std::map<std::string, std::string> owners;  // owner of each path
    std::size_t placed = 0;
    for (std::size_t i = 0; i < case_count; ++i) {
        std::vector<CacheKey> files;
        for (std::size_t n = 1 + random.below(3); n > 0; --n) {
            files.push_back({path(), sha256_of(std::to_string(random.below(3)))});
        }
        try {
            for (const CacheKey& file : place_files(files)) {
                const std::string place = place_of(file);
                ASSERT_TRUE(std::holds_alternative<std::string>(check_hub_path(place))) << place;
                ASSERT_EQ(place.find("/."), place.npos) << place;
                const std::string owner = to_hex(file.sha) + " " + file.hub_path;
                ASSERT_EQ(owners.try_emplace(place, owner).first->second, owner) << place;
            }
            ++placed;
        } catch (const UserError&) {
        }
    }
    for (const auto& [place, owner] : owners) {
        for (std::string_view above = parent_folder(place); !above.empty();
             above = parent_folder(above)) {
            ASSERT_FALSE(owners.contains(std::string(above))) << place;
        }
    }
    EXPECT_GT(placed, case_count / 20);
}

}  // namespace
}  // namespace onnxhub
