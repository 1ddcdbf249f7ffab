// SPDX-License-Identifier: Apache-2.0
// A signed hub loses or changes what signs it.
#include <chrono>
#include <functional>
#include <string>

#include "tests/support/damage_families.h"
#include "tests/support/signed_hub.h"
#include "trust/hub_root.h"
#include "trust/hub_statement.h"

namespace onnxhub::test {
namespace {

const std::string statement_path(hub_statement_name);

/// A hub is signed at the present time, since validation has no other.
std::int64_t present_seconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

HubRoot root_of_damage(std::uint64_t number = 1) {
    HubRoot root = sample_root();
    root.number = number;
    return root;
}

HubStatement statement_of_damage(HubFiles& hub) {
    HubStatement statement = sample_statement_of_hub();
    statement.manifest = sha256_of(hub.manifest());
    statement.version = 5;
    statement.issued = present_seconds() - 100 * seconds_of_a_day;
    statement.expires = present_seconds() + 90 * seconds_of_a_day;
    return statement;
}

void put_statement(HubFiles& hub, const HubStatement& statement, std::size_t key = 1) {
    hub.files[statement_path] = sign_statement(statement, pool_keys({key}));
}

/// Signs the healthy hub, changes it by `edit`, and expects the rule at the file.
Damage on_signed_hub(const char* name, const std::string& rule, const std::string& file,
                     std::function<void(HubFiles&)> edit) {
    return {name, [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
                if (position > 0) return false;
                hub.files[root_path(1)] = sign_root(root_of_damage(), pool_keys({0}));
                put_statement(hub, statement_of_damage(hub));
                edit(hub);
                consequences.required.insert({rule, file, 0});
                return true;
            }};
}

void take_as_base(HubFiles& hub) {
    hub.base_files = {{root_path(1), hub.files[root_path(1)]},
                      {statement_path, hub.files[statement_path]}};
}

void set_expiry(HubFiles& hub, std::int64_t days) {
    HubStatement statement = statement_of_damage(hub);
    statement.expires = present_seconds() + days * seconds_of_a_day;
    put_statement(hub, statement);
}

void add_root(HubFiles& hub, std::size_t signer) {
    HubRoot next = root_of_damage(2);
    next.roots = role_of({0, 3});
    hub.files[root_path(2)] = sign_root(next, pool_keys({signer}));
    HubStatement statement = statement_of_damage(hub);
    if (signer == 0) statement.root_number = 2;
    statement.version = 6;
    put_statement(hub, statement);
}

}  // namespace

std::vector<Damage> signing_damages() {
    return {
        on_signed_hub("delete the statement", "hub-statement-missing", statement_path,
                      [](HubFiles& hub) { hub.files.erase(statement_path); }),
        on_signed_hub("damage the statement", "hub-statement-unreadable", statement_path,
                      [](HubFiles& hub) { hub.files[statement_path].resize(100); }),
        on_signed_hub("sign by an unknown key", "hub-statement-unverified", statement_path,
                      [](HubFiles& hub) { put_statement(hub, statement_of_damage(hub), 7); }),
        on_signed_hub("sign another manifest", "hub-statement-differs", statement_path,
                      [](HubFiles& hub) {
                          HubStatement statement = statement_of_damage(hub);
                          statement.manifest = sha256_of("another");
                          put_statement(hub, statement);
                      }),
        on_signed_hub("let the statement expire", "hub-statement-expired", statement_path,
                      [](HubFiles& hub) { set_expiry(hub, -1); }),
        on_signed_hub("let the statement expire soon", "hub-statement-expires-soon", statement_path,
                      [](HubFiles& hub) { set_expiry(hub, 13); }),
        on_signed_hub("add a root by an unknown key", "hub-root-invalid", root_path(2),
                      [](HubFiles& hub) { add_root(hub, 3); }),
        on_signed_hub("add a root in a change", "hub-root-changed", root_path(2),
                      [](HubFiles& hub) {
                          take_as_base(hub);
                          add_root(hub, 0);
                      }),
        on_signed_hub("edit the manifest in a change", "hub-manifest-changed", manifest_path,
                      [](HubFiles& hub) {
                          take_as_base(hub);
                          HubStatement statement = statement_of_damage(hub);
                          statement.manifest = sha256_of("another");
                          ++statement.version;
                          put_statement(hub, statement);
                      }),
        on_signed_hub("repeat the version in a change", "hub-statement-not-newer", statement_path,
                      [](HubFiles& hub) {
                          take_as_base(hub);
                          HubStatement statement = statement_of_damage(hub);
                          --statement.version;
                          put_statement(hub, statement);
                      }),
    };
}

}  // namespace onnxhub::test
