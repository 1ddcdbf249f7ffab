// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/hub_files.h"
#include "tests/support/signed_hub.h"
#include "trust/hub_root.h"
#include "trust/hub_statement.h"
#include "trust/key_threshold.h"

namespace onnxhub::test {
namespace {

const std::string signature_path(hub_statement_name);

class HubSigningRules : public testing::Test {
protected:
    HubSigningRules() {
        statement_ = sample_statement_of_hub();
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        now_ = std::chrono::duration_cast<std::chrono::seconds>(now).count();
        statement_.issued = now_ - 1000;
        statement_.expires = now_ + 15 * seconds_of_a_day;
        statement_.manifest = sha256_of(hub_.manifest());
        put_root(sample_root(), {0});
        sign();
    }

    void put_root(const HubRoot& root, const std::vector<std::size_t>& keys) {
        hub_.files[root_path(root.number)] = sign_root(root, pool_keys(keys));
    }
    void sign(const std::vector<std::size_t>& keys = {1}) {
        hub_.files[signature_path] = sign_statement(statement_, pool_keys(keys));
    }
    void take_as_base() {
        hub_.base_manifest = hub_.manifest();
        for (const auto& [path, content] : hub_.files) {
            if (path.starts_with("ONNX_HUB_")) hub_.base_files[path] = content;
        }
    }

    /// "error hub-root-invalid ONNX_HUB_TRUST/root-2.json: message", one per line.
    std::string findings() const {
        std::string text;
        for (const Finding& finding : validate_files(hub_)) {
            if (!finding.rule.starts_with("hub-")) continue;
            text += std::string(name_of(finding.severity)) + " " + std::string(finding.rule) + " " +
                    finding.file + ": " + finding.message + "\n";
        }
        return text;
    }

    HubFiles hub_ = healthy_hub();
    HubStatement statement_;
    std::int64_t now_ = 0;
};

TEST_F(HubSigningRules, ASignedHubHasNoFindings) {
    EXPECT_EQ(findings(), "");
    hub_.files.erase(root_path(1));
    hub_.files.erase(signature_path);
    EXPECT_EQ(findings(), "");
}

TEST_F(HubSigningRules, TheExpiryIsReportedFourteenDaysBefore) {
    statement_.expires = now_ + 14 * seconds_of_a_day + 60;
    sign();
    EXPECT_EQ(findings(), "");
    statement_.expires = now_ + 14 * seconds_of_a_day - 1;
    sign();
    EXPECT_TRUE(findings().starts_with("warning hub-statement-expires-soon " + signature_path +
                                       ": the statement expires on "))
        << findings();
    HubRoot root = sample_root();
    root.issued = now_ - 1000;
    root.expires = now_ - 10;
    put_root(root, {0});
    EXPECT_TRUE(findings().starts_with("warning hub-statement-expires-soon ")) << findings();
    EXPECT_NE(findings().find("error hub-statement-expired " + root_path(1) + ": root 1 expired"),
              std::string::npos)
        << findings();
}

TEST_F(HubSigningRules, MissingSignaturesAreNamed) {
    HubRoot next = sample_root();
    next.number = 2;
    next.roots = role_of({0, 4}, 2);
    put_root(next, {0});
    EXPECT_EQ(findings(), "error hub-root-invalid " + root_path(2) +
                              ": needs 1 more signature by a root key of root 2 (" +
                              pool_key(4).public_key().id().substr(0, 16) + ")\n");
    put_root(next, {0, 4});
    EXPECT_EQ(findings(), "error hub-statement-unverified " + signature_path +
                              ": belongs to root 1, but the newest one is root 2\n");
}

TEST_F(HubSigningRules, AStatementWithoutRootsAndAnotherHubsStatementAreFindings) {
    statement_.hub = "other/models";
    sign();
    EXPECT_EQ(findings(), "error hub-statement-unreadable " + signature_path +
                              ": belongs to the hub \"other/models\" instead of \"acme/models\"\n");
    hub_.files.erase(root_path(1));
    EXPECT_EQ(findings(), "error hub-root-invalid " + root_path(1) + ": does not exist\n");
}

TEST_F(HubSigningRules, RootsOfTheBaseStayAsTheyAre) {
    take_as_base();
    HubRoot other = sample_root();
    other.roots = role_of({5});
    put_root(other, {5});
    EXPECT_EQ(findings(), "error hub-root-invalid " + root_path(1) +
                              ": differs from the base, where it was complete\n");
    hub_.files.erase(root_path(1));
    hub_.files.erase(signature_path);
    EXPECT_EQ(findings(), "error hub-root-invalid " + root_path(1) +
                              ": does not exist\nerror hub-root-invalid " + root_path(1) +
                              ": was deleted, but users may know it\n");
}

TEST_F(HubSigningRules, ACosignatureIsNoNewVersion) {
    take_as_base();
    hub_.files[signature_path] = add_signature(hub_.files[signature_path], pool_key(9), "it");
    EXPECT_EQ(findings(), "");
    ++statement_.issued;
    sign();
    EXPECT_EQ(findings(),
              "error hub-statement-not-newer " + signature_path +
                  ": the statement has version 1, but that of the base has version 1\n");
    ++statement_.version;
    sign();
    EXPECT_EQ(findings(), "");
}

/// The job on the main branch regenerates and signs the manifest.
TEST_F(HubSigningRules, AChangeOfASignedHubNeedsNoManifest) {
    take_as_base();
    EXPECT_EQ(findings(), "");
    hub_.manifest() += "\n";
    EXPECT_EQ(findings(),
              "warning hub-manifest-changed ONNX_HUB_MANIFEST.json: the change edits the "
              "manifest, which a job on the main branch makes and signs\n");
    // The main branch itself is not signed yet.
    take_as_base();
    EXPECT_EQ(findings(), "note hub-statement-differs " + signature_path +
                              ": the statement is about another manifest\n");
    hub_.base_files.clear();
    EXPECT_EQ(findings(), "error hub-statement-differs " + signature_path +
                              ": the statement is about another manifest\n");
}

TEST_F(HubSigningRules, AStaleManifestIsANoteInAChangeOfASignedHub) {
    const auto worst = [&] {
        Severity severity = Severity::note;
        for (const Finding& finding : validate_files(hub_)) {
            severity = std::max(severity, finding.severity);
        }
        return severity;
    };
    hub_.manifest() = "[]";
    statement_.manifest = sha256_of("[]");
    sign();
    EXPECT_EQ(worst(), Severity::error);
    hub_.base_files[root_path(1)] = hub_.files[root_path(1)];
    EXPECT_EQ(worst(), Severity::note);
}

}  // namespace
}  // namespace onnxhub::test
