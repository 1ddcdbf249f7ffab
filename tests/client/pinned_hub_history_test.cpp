// SPDX-License-Identifier: Apache-2.0
// Random histories of a signed hub, a hostile host, and clients with their files: a pinned client
// never uses a manifest that no threshold of release keys signed, and never goes back.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_pinning.h"
#include "tests/client/hub_owner.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

/// Statements compare by root first: a root may start the versions again.
using Moment = std::pair<std::uint64_t, std::uint64_t>;

/// One user: a home with pins, versions and copies.
struct PinnedUser {
    TemporaryFolder home;
    Moment last = {0, 0};
    std::string last_model;
};

class HubHistory : public testing::TestWithParam<unsigned> {
protected:
    HubHistory()
        : random_(GetParam()),
          server_([this](const ReceivedRequest& request) { return answer(request); }) {
        publish();
    }

    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }

    Answer answer(const ReceivedRequest& request) {
        const std::lock_guard lock(mutex_);
        if (is_down_) return {503, ""};
        const auto found = shown_.find(request.path.substr(std::string("/hub/").size()));
        return found == shown_.end() ? Answer{404, ""} : Answer{200, found->second};
    }

    void show(HubFiles files) {
        const std::lock_guard lock(mutex_);
        shown_ = std::move(files);
        is_down_ = false;
    }

    // What the owner does.

    void publish() {
        version_ += 1 + below(3);
        const std::string model = "good" + std::to_string(++models_);
        signed_[model] = {owner_.root.number, version_};
        history_.push_back(owner_.publish(model, version_));
        show(history_.back());
    }

    void change_release_keys() {
        const KeyRole before = owner_.root.releases;
        while (is_same_role(owner_.root.releases, before)) {
            std::vector<std::size_t> keys{1, 2, 3, 4, 5};
            std::ranges::shuffle(keys, random_);
            keys.resize(1 + below(3));
            owner_.change_release_keys(keys, 1 + below(keys.size()));
        }
        // Versions may start again.
        if (below(2) == 0 || version_ > statement_version_limit / 2) version_ = 0;
        publish();
    }

    void change_root_keys() {
        owner_.change_root_keys({10 + below(3)});
        publish();
    }

    // What the host does without the keys.

    void show_older() { show(history_[below(history_.size())]); }

    void show_older_with_all_roots() {
        HubFiles files = history_[below(history_.size())];
        files.insert(owner_.roots.begin(), owner_.roots.end());
        show(files);
    }

    void show_mixed() {
        HubFiles files = history_.back();
        const HubFiles& other = history_[below(history_.size())];
        const char* name = below(2) == 0 ? manifest_name : statement_name;
        files[name] = other.at(name);
        show(files);
    }

    void show_replaced_manifest() {
        HubFiles files = history_[below(history_.size())];
        files[manifest_name] = manifest_with("evil");
        show(files);
    }

    /// Signed by too few keys, by none of the role, or by a key of an earlier role.
    void show_forged() {
        HubOwner thief = owner_;
        const std::size_t needed = owner_.root.releases.threshold;
        thief.release_keys = {6 + below(2)};
        if (needed > 1)
            thief.release_keys.insert(thief.release_keys.end(), needed - 1, first_key());
        show(thief.publish("evil", version_ + 1 + below(1000)));
    }

    void show_forged_root() {
        HubOwner thief = owner_;
        ++thief.root.number;
        thief.root.roots = role_of({6});
        thief.root.releases = role_of({6});
        thief.release_keys = {6};
        thief.publish_root({6});
        show(thief.publish("evil", version_ + 1));
    }

    void show_damaged() {
        HubFiles files = history_.back();
        std::string& text =
            files[below(3) == 0 ? root_path(owner_.root.number) : std::string(statement_name)];
        const std::size_t at = below(text.size());
        if (below(2) == 0) {
            text.resize(at);
        } else {
            text[at] = static_cast<char>(text[at] ^ (1 << below(7)));
        }
        show(files);
    }

    void show_without_statement() {
        HubFiles files = history_.back();
        files.erase(statement_name);
        show(files);
    }

    void be_down() {
        const std::lock_guard lock(mutex_);
        is_down_ = true;
    }

    /// A thief with the release keys uses up the versions; the owner replaces the keys.
    void use_up_versions() {
        const std::string model = "stolen" + std::to_string(++models_);
        version_ = statement_version_limit - 1;
        signed_[model] = {owner_.root.number, version_};
        show(owner_.publish(model, version_));
        for (PinnedUser& user : users_) {
            if (below(2) == 0) read(user, false);
        }
        change_release_keys();
    }

    // What users do.

    ClientOptions options(const PinnedUser& user) const {
        ClientOptions options;
        options.hub = server_.url("/hub");
        options.http.max_attempts = 1;
        options.http.sleep = [](std::chrono::milliseconds) {};
        const std::string home = user.home.path().string();
        options.environment = [home](const char* name) -> std::optional<std::string> {
            return std::string(name) == "HOME" ? std::optional(home) : std::nullopt;
        };
        return options;
    }

    void pin(PinnedUser& user) {
        HubClient client(options(user));
        const auto files = client.open_signed_hub();
        const TrustStore store(user.home.path() / ".local/state/onnxhub/trust");
        store.add(make_pin(*files, read_offer(*files, client.name()), client, false));
        read(user, false);
    }

    /// The model that a client reads; nothing when it refuses.
    std::optional<std::string> read(PinnedUser& user, bool is_offline) {
        std::string model;
        try {
            ClientOptions with = options(user);
            with.is_offline = is_offline;
            HubClient client(std::move(with));
            model = client.manifest().entries.at(0).entry->model;
        } catch (const HubError&) {
            return std::nullopt;
        }
        const auto found = signed_.find(model);
        EXPECT_NE(found, signed_.end()) << model << " was never signed";
        if (found == signed_.end()) return model;
        EXPECT_GE(found->second, user.last) << model << " after " << user.last_model;
        user.last = found->second;
        user.last_model = model;
        return model;
    }

    static fs::path copies(const PinnedUser& user) {
        return user.home.path() / ".local/state/onnxhub/signed";
    }

    /// Copies of verified manifests are lost, or replaced by earlier ones.
    void change_copies(const PinnedUser& user) {
        const fs::path earlier = user.home.path() / "earlier";
        const auto replace = [](const fs::path& from, const fs::path& to) {
            fs::remove_all(to);
            if (fs::exists(from)) fs::copy(from, to, fs::copy_options::recursive);
        };
        switch (below(4)) {
            case 0:
                fs::remove_all(copies(user));
                break;
            case 1:
                replace(copies(user), earlier);
                break;
            case 2:
                if (fs::exists(earlier)) replace(earlier, copies(user));
                break;
            default:
                break;
        }
    }

    void step() {
        using Action = void (HubHistory::*)();
        static constexpr Action actions[] = {
            &HubHistory::publish,
            &HubHistory::publish,
            &HubHistory::change_release_keys,
            &HubHistory::change_root_keys,
            &HubHistory::show_older,
            &HubHistory::show_older,
            &HubHistory::show_older_with_all_roots,
            &HubHistory::show_mixed,
            &HubHistory::show_replaced_manifest,
            &HubHistory::show_forged,
            &HubHistory::show_forged_root,
            &HubHistory::show_damaged,
            &HubHistory::show_without_statement,
            &HubHistory::be_down,
            &HubHistory::use_up_versions,
        };
        (this->*actions[below(std::size(actions))])();
        PinnedUser& user = users_[below(users_.size())];
        change_copies(user);
        read(user, below(5) == 0);
    }

    /// The host shows the newest files again: every user reads the newest manifest.
    void recover() {
        show(history_.back());
        for (PinnedUser& user : users_) {
            EXPECT_EQ(read(user, false), "good" + std::to_string(models_));
        }
    }

    std::size_t first_key() const { return owner_.release_keys.front(); }

    std::mt19937 random_;
    HubOwner owner_;
    std::uint64_t version_ = 0;
    int models_ = 0;
    std::map<std::string, Moment> signed_;  ///< by threshold, by model
    std::vector<HubFiles> history_;
    std::vector<PinnedUser> users_ = std::vector<PinnedUser>(2);
    HubFiles shown_;
    bool is_down_ = false;
    std::mutex mutex_;  ///< of what is shown
    HttpServer server_;
};

TEST_P(HubHistory, NoUserGoesBackOrUsesWhatWasNotSigned) {
    for (PinnedUser& user : users_) pin(user);
    for (int i = 0; i < 30 && !HasFailure(); ++i) {
        SCOPED_TRACE("step " + std::to_string(i));
        step();
    }
    recover();
}

INSTANTIATE_TEST_SUITE_P(Seeds, HubHistory, testing::Range(0u, 12u));

}  // namespace
}  // namespace onnxhub::test
