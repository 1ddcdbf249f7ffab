// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/pinned_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/escaping.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/manifest_copy.h"
#include "hosting/client/pinned_manifest.h"
#include "hosting/client/pinned_place.h"
#include "hosting/client/signed_hub_sources.h"
#include "hosting/client/trust_store.h"
#include "hosting/client/user_config.h"
#include "manifest/manifest.h"
#include "repository/commit_id.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// The files of one moment in a folder that no one else writes to.
class CopiedHub : public SignedHub {
public:
    CopiedHub(fs::path folder, std::string shown_name)
        : folder_(std::move(folder)), shown_name_(std::move(shown_name)) {}

    SignedManifest read(bool /*is_fresh*/) override {
        SignedManifest pair;
        const fs::path path = folder_ / manifest_file_name;
        pair.manifest = hub_manifest(open_file(path, path.string()), shown_name_);
        pair.statement = read_file_if_possible(folder_ / hub_statement_name, statement_size_limit);
        return pair;
    }

    std::optional<std::string> read_root(std::uint64_t number) override {
        return read_file_if_possible(folder_ / root_path(number), root_size_limit);
    }

    bool may_be_between_moments() const override { return false; }

private:
    fs::path folder_;
    std::string shown_name_;
};

/// A pin that decides about a copy, and the ref that the copy must be of.
struct DecidingPin {
    TrustRecord record;
    std::string ref;
};

std::optional<HubSpec> spec_of(const std::string& hub, const UserConfig& config) {
    const auto named = config.hubs.find(hub);
    const auto parsed = parse_hub_spec(named == config.hubs.end() ? hub : named->second.spec);
    const auto* spec = std::get_if<HubSpec>(&parsed);
    return spec ? std::optional(*spec) : std::nullopt;
}

/// The branch that the text names. A commit id is none: nothing shows that a copy is of this
/// commit.
std::optional<std::string> branch_in(const std::string& hub, const UserConfig& config) {
    const auto spec = spec_of(hub, config);
    if (!spec) return std::nullopt;  // a name that the configuration no longer has
    if (spec->kind == HubSpec::Kind::hugging_face) return "main";
    if (spec->kind != HubSpec::Kind::github || is_commit_id(spec->ref)) return std::nullopt;
    return branch_of_ref(spec->ref);
}

/// The ref that the user names, else the one that was pinned, else one that was read.
std::string ref_of(const std::optional<std::string>& hub, const TrustRecord& record,
                   const UserConfig& config) {
    if (hub) {
        if (auto branch = branch_in(*hub, config)) return *branch;
    }
    if (auto branch = branch_in(record.hub, config)) return *branch;
    return record.seen.empty() ? "" : record.seen.begin()->first;
}

class PinsOfCopy {
public:
    PinsOfCopy(const TrustStore& store, const UserConfig& config)
        : store_(store), config_(config) {}

    void add_of_hub(const std::string& hub) {
        const auto spec = spec_of(hub, config_);
        auto found = spec ? find_record(store_, *spec, config_.endpoints) : std::nullopt;
        if (!found || !found->record.is_pinned()) {
            throw UserError(hub +
                            ": is not pinned; pin it with `onnxhub trust add`, or leave out "
                            "--hub");
        }
        add(std::move(found->record), hub);
    }

    void add_of_place(const fs::path& place) {
        auto record = store_.find(identities_of_new_folder(place));
        if (record && record->is_pinned()) add(std::move(*record));
    }

    void add_of_name(const std::string& name) {
        for (auto& either : store_.all()) {
            if (const auto* damaged = std::get_if<DamagedRecord>(&either)) {
                throw UserError(damaged->problem);
            }
            auto& record = std::get<TrustRecord>(either);
            if (!record.is_pinned() || read_unverified_root(record.root).hub != name) continue;
            add(std::move(record));
        }
    }

    const std::vector<DecidingPin>& all() const { return pins_; }

private:
    /// The copy must be of `hub`'s ref; absent: of the ref that was pinned.
    void add(TrustRecord record, const std::optional<std::string>& hub = {}) {
        const bool is_known = std::ranges::any_of(pins_, [&](const DecidingPin& pin) {
            return pin.record.identity() == record.identity();
        });
        if (is_known) return;
        std::string ref = ref_of(hub, record, config_);
        pins_.push_back({std::move(record), std::move(ref)});
    }

    const TrustStore& store_;
    const UserConfig& config_;
    std::vector<DecidingPin> pins_;
};

/// Throws HubError for a statement that can't be read: it may be of any hub.
std::string name_in(const std::string& statement, const CopyCheck& check) {
    try {
        return read_unverified_statement_of_hub(statement).hub;
    } catch (const Refused& error) {
        throw HubError(HubProblem::signature,
                       check.shown_name + ": " + error.what() +
                           "; make the bundle again, of a hub that `onnxhub verify` accepts");
    }
}

void report_without_pin(const CopyCheck& check, const std::optional<std::string>& name) {
    if (name) {
        check.report(fmt::format(
            "{}: is signed as \"{}\", which is not pinned here, so its signature was not checked; "
            "pin the imported directory with `onnxhub trust add`",
            check.shown_name, shown(*name)));
        return;
    }
    check.report(check.shown_name +
                 ": is not signed, so no pin was asked; if it is of a pinned hub, name the hub "
                 "with --hub");
}

}  // namespace

std::vector<std::string> check_copy(const fs::path& folder, const CopyCheck& check) {
    const TrustStore store(trust_folder(check.environment));
    const UserConfig config = read_user_config(check.environment);
    const auto statement = read_file_if_possible(folder / hub_statement_name, statement_size_limit);
    std::optional<std::string> name;
    if (statement) name = name_in(*statement, check);
    PinsOfCopy pins(store, config);
    if (check.hub) pins.add_of_hub(*check.hub);
    pins.add_of_place(check.place);
    if (name && !check.hub) pins.add_of_name(*name);
    if (pins.all().empty() && (name || !store.is_empty())) report_without_pin(check, name);
    std::vector<std::string> hubs;
    for (const DecidingPin& pin : pins.all()) {
        if (!statement) {
            throw HubError(HubProblem::signature,
                           fmt::format("{}: has no {}, although {} is pinned as signed; make the "
                                       "bundle of all models of the signed hub",
                                       check.shown_name, hub_statement_name, pin.record.hub));
        }
        CopiedHub copy(folder, check.shown_name);
        PinnedRead read;
        read.hub = check.shown_name;
        read.ref = pin.ref;
        read.is_stopped = check.is_stopped;
        read.report = check.report;
        read_by_pin(copy, store, pin.record, read);
        hubs.push_back(pin.record.hub);
    }
    return hubs;
}

std::string read_local_manifest(const LocalHub& hub, const std::string& location,
                                const Environment& environment,
                                const std::function<void(const std::string&)>& report) {
    const TrustStore store(trust_folder(environment));
    if (store.is_empty()) return hub.manifest();
    HubSpec spec;
    spec.kind = HubSpec::Kind::folder;
    spec.folder = location;
    const auto record = store.find(hub_identities(spec, Endpoints()));
    if (!record || !record->is_pinned()) return hub.manifest();
    LocalSignedHub files(hub);
    PinnedRead read;
    read.hub = location;
    if (hub.ref() != "HEAD") read.ref = branch_of_ref(hub.ref());
    read.report = report;
    return read_by_pin(files, store, *record, read).manifest.text();
}

}  // namespace onnxhub
