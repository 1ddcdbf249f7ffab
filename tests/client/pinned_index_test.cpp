// SPDX-License-Identifier: Apache-2.0
// A pinned hub with an index: only the index that an accepted statement names is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "index/index_writer.h"
#include "tests/client/pinned_hub_server.h"

namespace onnxhub::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PinnedIndex : public PinnedHubTest, public IndexFiles {
protected:
    PinnedIndex() {
        web_ = indexed("one", 1);
        pin(web_hub());
        // A small manifest that is known would be asked for again.
        std::filesystem::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    }

    void put(const IndexRef& file, std::string_view text) override {
        const std::scoped_lock guard(lock_);
        index_files_[index_path(file.digest)] = text;
    }

    /// A hub with one model, its index, and a statement that names it.
    HubFiles indexed(const std::string& model, std::uint64_t version, bool is_signed = true) {
        HubFiles files = owner_.roots;
        files[manifest_name] = manifest_with(model);
        index_files_.clear();
        const auto source = memory_source(files[manifest_name]);
        const IndexReport report = write_index({source.get(), "manifest", 1}, *this);
        files.insert(index_files_.begin(), index_files_.end());
        files[std::string(index_root_path)] = report.root;
        owner_.index = is_signed ? std::optional(report.root_digest) : std::nullopt;
        files[statement_name] = owner_.statement(files[manifest_name], version);
        return files;
    }

    /// The model that a name finds, or the reason of the error.
    std::string find(const std::string& model, ClientOptions with) {
        try {
            HubClient client(std::move(with));
            for (const ManifestEntry& entry : client.manifest_of(model).entries) {
                if (entry.entry && entry.entry->model == model) return model;
            }
            return "not found";
        } catch (const HubError& error) {
            return error.what();
        }
    }
    std::string find(const std::string& model) { return find(model, options(web_hub())); }

    std::vector<std::string> requested() const {
        std::vector<std::string> paths;
        for (const ReceivedRequest& request : server_.requests()) paths.push_back(request.path);
        paths.erase(paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(before_));
        return paths;
    }
    void count_from_here() { before_ = server_.requests().size(); }

    std::map<std::string, std::string> index_files_;
    std::mutex lock_;
    std::size_t before_ = 0;
};

const std::string manifest_path = std::string("/web/") + manifest_name;
const std::string root_path_on_server = "/web/" + std::string(index_root_path);

TEST_F(PinnedIndex, TheStatementLeadsToTheModelWithoutTheManifest) {
    count_from_here();
    EXPECT_EQ(find("one"), "one");
    EXPECT_THAT(requested(), Not(Contains(manifest_path)));
    EXPECT_THAT(requested(), Not(Contains(root_path_on_server)));
    EXPECT_THAT(requested(), testing::SizeIs(3)) << "statement, root, shard";
    EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(PinnedIndex, ItIsReadOfflineAfterwards) {
    EXPECT_EQ(find("one"), "one");
    ClientOptions offline = options(web_hub());
    offline.is_offline = true;
    count_from_here();
    EXPECT_EQ(find("one", std::move(offline)), "one");
    EXPECT_THAT(requested(), IsEmpty());
    is_down_ = true;
    EXPECT_EQ(find("one"), "one");
    EXPECT_THAT(reports_, HasSubstr("using the last copy"));
}

TEST_F(PinnedIndex, ItNeverGoesBack) {
    const HubFiles old = web_;
    web_ = indexed("two", 2);
    EXPECT_EQ(find("two"), "two");
    web_ = old;
    EXPECT_THAT(find("one"), HasSubstr("version 1, older than version 2"));
    count_from_here();
    EXPECT_THAT(find("two"), HasSubstr("version 1, older than version 2"));
}

TEST_F(PinnedIndex, AnIndexThatNoStatementNamesIsNotRead) {
    web_ = indexed("one", 2, false);
    const HubFiles evil = indexed("evil", 3);
    for (const auto& [path, text] : evil) {
        if (path.starts_with("index/")) web_[path] = text;
    }
    count_from_here();
    EXPECT_EQ(find("one"), "one");
    EXPECT_EQ(find("evil"), "not found");
    for (const std::string& path : requested()) EXPECT_THAT(path, Not(HasSubstr("/index/")));
}

TEST_F(PinnedIndex, AStatementByAnotherKeyIsRefused) {
    owner_.release_keys = {7};
    web_ = indexed("evil", 2);
    EXPECT_THAT(find("evil"), HasSubstr("signatures by 0 of the 1 release keys"));
    EXPECT_THAT(find("one"), HasSubstr("signatures by 0 of the 1 release keys"));
}

TEST_F(PinnedIndex, ReplacedFilesOfTheIndexAreNotUsed) {
    const HubFiles evil = indexed("evil", 2);
    for (auto& [path, text] : web_) {
        const std::string begin = text.substr(0, 2);
        const auto other = std::ranges::find_if(evil, [&](const auto& file) {
            return file.first.starts_with("index/") && file.second.starts_with(begin);
        });
        if (path.starts_with("index/") && other != evil.end()) text = other->second;
    }
    EXPECT_EQ(find("one"), "one") << "from the manifest";
    EXPECT_EQ(find("evil"), "not found");
    EXPECT_THAT(reports_, HasSubstr("the index can't be used"));
}

TEST_F(PinnedIndex, AnExpiredStatementIsRefused) {
    owner_.lifetime = 1800;
    web_ = indexed("two", 2);
    EXPECT_THAT(find("two"), HasSubstr("expired"));
}

TEST_F(PinnedIndex, AChangeOfKeysIsFollowed) {
    owner_.change_release_keys({4});
    web_ = indexed("two", 2);
    count_from_here();
    EXPECT_EQ(find("two"), "two");
    EXPECT_THAT(requested(), Not(Contains(manifest_path)));
}

}  // namespace
}  // namespace onnxhub::test
