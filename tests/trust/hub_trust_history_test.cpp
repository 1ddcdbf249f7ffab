// SPDX-License-Identifier: Apache-2.0
// Random histories of an owner, a host that shows what it likes, and a client that pinned root 1.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/signed_hub.h"
#include "trust/hub_trust.h"
#include "trust/key_threshold.h"

namespace onnxhub::test {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// What a host has at some moment.
struct Snapshot {
    std::map<std::uint64_t, std::string> roots;
    std::string statement;
    std::string manifest;
};

/// Keys of a role by their numbers in the pool.
struct Role {
    std::vector<std::size_t> keys;
    std::size_t threshold = 1;
};

constexpr std::size_t thief_key = 0;  // of no root
constexpr std::size_t pool_size = 12;

Role random_role(Random& random) {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 1; i < pool_size; ++i) numbers.push_back(i);
    std::ranges::shuffle(numbers, random);
    Role role;
    role.keys.assign(numbers.begin(), numbers.begin() + 1 + static_cast<long>(below(random, 3)));
    role.threshold = 1 + below(random, role.keys.size());
    return role;
}

std::vector<std::size_t> signers_of(const Role& role) {
    return {role.keys.begin(), role.keys.begin() + static_cast<long>(role.threshold)};
}

class Owner {
public:
    explicit Owner(Random& random) : random_(random) {
        roles_.push_back({random_role(random_), random_role(random_)});
        sign_newest_root(signers_of(roles_[0].root));
        publish();
    }

    void publish() {
        version_ += 1 + below(random_, 3);
        const std::string manifest = "manifest " + std::to_string(version_) + " of root " +
                                     std::to_string(now_.roots.size());
        now_.manifest = manifest;
        now_.statement = sign_statement(statement_of(manifest, version_, now_.roots.size()),
                                        pool_keys(signers_of(roles_.back().release)));
        agreed_.insert({now_.roots.size(), version_, manifest});
        past_.push_back(now_);
    }

    /// Always with another release role, as after a theft.
    void change_keys() {
        const Role old_root = roles_.back().root;
        const Role old_release = roles_.back().release;
        Role release = random_role(random_);
        while (is_same_role(role(release), role(old_release))) release = random_role(random_);
        roles_.push_back({random_role(random_), release});
        std::vector<std::size_t> signers = signers_of(old_root);
        for (const std::size_t key : signers_of(roles_.back().root)) signers.push_back(key);
        sign_newest_root(signers);
        version_ = below(random_, 3);  // versions may start again
        publish();
    }

    /// A statement by all keys that ever signed releases, but not by the newest threshold, about a
    /// manifest of the thief.
    Snapshot forged_statement() {
        Snapshot forged = now_;
        forged.manifest = "evil " + std::to_string(below(random_, 5));
        const std::uint64_t root = 1 + below(random_, now_.roots.size() + 1);
        const std::uint64_t version = 1 + below(random_, statement_version_limit - 1);
        forged.statement =
            sign_statement(statement_of(forged.manifest, version, root), pool_keys(too_few_keys()));
        return forged;
    }

    /// A root that the thief made, and a statement that fits it.
    Snapshot forged_root() {
        Snapshot forged = now_;
        forged.manifest = "evil";
        HubRoot root = open_root(now_.roots.rbegin()->second);
        root.number = 1 + below(random_, now_.roots.size() + 1);
        root.roots = root.releases = role_of({thief_key});
        forged.roots[root.number] = sign_root(root, pool_keys({thief_key}));
        forged.statement =
            sign_statement(statement_of("evil", version_ + 1, root.number), pool_keys({thief_key}));
        return forged;
    }

    Snapshot old() { return past_[below(random_, past_.size())]; }
    const Snapshot& now() const { return now_; }
    bool has_agreed(const HubStatement& statement, const std::string& manifest) const {
        return agreed_.contains({statement.root_number, statement.version, manifest});
    }

private:
    struct Roles {
        Role root;
        Role release;
    };

    static KeyRole role(const Role& role) { return role_of(role.keys, role.threshold); }

    static HubStatement statement_of(const std::string& manifest, std::uint64_t version,
                                     std::uint64_t root) {
        HubStatement statement = sample_statement_of_hub();
        statement.manifest = sha256_of(manifest);
        statement.version = version;
        statement.root_number = root;
        return statement;
    }

    void sign_newest_root(const std::vector<std::size_t>& signers) {
        const std::uint64_t number = roles_.size();
        const HubRoot root = {
            "acme/models",   number, role(roles_.back().root), role(roles_.back().release),
            signed_hub_time, {}};
        now_.roots[number] = sign_root(root, pool_keys(signers));
    }

    /// Fewer than the threshold of every root so far, where that is possible: the thief's own key,
    /// and each stolen key that leaves all roots below their thresholds.
    std::vector<std::size_t> too_few_keys() const {
        std::vector<std::size_t> stolen = {thief_key};
        for (std::size_t key = 1; key < pool_size; ++key) {
            std::vector<std::size_t> more = stolen;
            more.push_back(key);
            const bool is_enough = std::ranges::any_of(roles_, [&](const Roles& roles) {
                const auto has = [&](std::size_t k) { return std::ranges::count(more, k) > 0; };
                return static_cast<std::size_t>(std::ranges::count_if(roles.release.keys, has)) >=
                       roles.release.threshold;
            });
            if (!is_enough) stolen = more;
        }
        return stolen;
    }

    Random& random_;
    std::vector<Roles> roles_;
    std::uint64_t version_ = 0;
    Snapshot now_;
    std::vector<Snapshot> past_;
    std::set<std::tuple<std::uint64_t, std::uint64_t, std::string>> agreed_;
};

/// What the host shows: the newest state, an old one, files of two states, or a forgery.
Snapshot shown_by_host(Owner& owner, Random& random) {
    Snapshot shown = owner.now();
    switch (below(random, 8)) {
        case 0:
        case 1:
            return shown;
        case 2:
            return owner.old();
        case 3:
            shown.manifest = owner.old().manifest;
            return shown;
        case 4:
            shown.statement = owner.old().statement;
            return shown;
        case 5:
            shown.roots = owner.old().roots;
            return shown;
        case 6:
            return owner.forged_statement();
        default:
            return owner.forged_root();
    }
}

class Client {
public:
    Client(const Owner& owner, std::uint64_t first_root)
        : trust_{owner.now().roots.at(first_root), {}} {}

    /// Checks what the host shows, and that a manifest that is accepted is right.
    void visit(const Snapshot& shown, const Owner& owner) {
        const HubCheck check =
            check_statement(trust_, shown.statement,
                            {sha256_of(shown.manifest), false, "", false, false, signed_hub_time},
                            HostedRoots{shown.roots}.source());
        trust_ = check.trust;
        const auto* statement = std::get_if<HubStatement>(&check.result);
        const bool is_newest = shown.statement == owner.now().statement &&
                               shown.manifest == owner.now().manifest &&
                               shown.roots == owner.now().roots;
        if (is_newest) {
            ASSERT_TRUE(statement) << std::get<HubRefusal>(check.result).reason;
        }
        if (!statement) return;
        ASSERT_TRUE(owner.has_agreed(*statement, shown.manifest)) << shown.manifest;
        const auto moment = std::tuple(statement->root_number, statement->version);
        ASSERT_GE(moment, newest_);
        if (moment == newest_) {
            ASSERT_EQ(shown.manifest, manifest_);
        }
        newest_ = moment;
        manifest_ = shown.manifest;
    }

private:
    HubTrust trust_;
    std::tuple<std::uint64_t, std::uint64_t> newest_ = {0, 0};
    std::string manifest_;
};

TEST(HubTrustHistory, AClientUsesOnlyWhatTheThresholdsSignedAndNeverGoesBack) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        Owner owner(random);
        std::vector<Client> clients = {Client(owner, 1)};
        for (int step = 0; step < 40; ++step) {
            const std::size_t event = below(random, 10);
            if (event == 0) owner.change_keys();
            if (event == 1) owner.publish();
            if (event == 2) clients.emplace_back(owner, owner.now().roots.size());
            for (Client& client : clients) client.visit(shown_by_host(owner, random), owner);
            if (testing::Test::HasFatalFailure()) return;
        }
        for (Client& client : clients) client.visit(owner.now(), owner);
    }
}

}  // namespace
}  // namespace onnxhub::test
