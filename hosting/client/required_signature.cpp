// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/required_signature.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/digest.h"
#include "base/new_file.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

void add_signers(const fs::path& file, RequiredSigners& signers) {
    const std::string text = read_file(file, root_file_limit);
    try {
        if (text.find("-----BEGIN CERTIFICATE-----") == text.npos) {
            signers.keys.keys.push_back(PublicKey::from_pem(text));
            return;
        }
        for (std::string& root : certificates_of_pem(text)) {
            signers.roots.roots.push_back(std::move(root));
        }
    } catch (const Refused& error) {
        throw UserError(file.string() + ": " + error.what());
    }
}

/// The path of a file from the model's folder; nothing when it is outside.
std::optional<std::string> path_from(const std::string& folder, const std::string& path) {
    if (folder.empty()) return path;
    if (!path.starts_with(folder + "/")) return std::nullopt;
    return path.substr(folder.size() + 1);
}

std::optional<std::string> refusal_of_files(const ModelStatement& statement,
                                            const std::vector<CacheKey>& files) {
    if (statement.shard_size) return "signs parts of files, which a client can't compare";
    const std::string folder(parent_folder(files.front().hub_path));
    for (const CacheKey& file : files) {
        const auto path = path_from(folder, file.hub_path);
        const auto found = std::ranges::find_if(
            statement.resources,
            [&](const SignedResource& resource) { return path && resource.path == *path; });
        if (found == statement.resources.end()) return "does not sign " + file.hub_path;
        if (found->digest != file.sha) {
            return "signs another file than the hub has as " + file.hub_path;
        }
    }
    return std::nullopt;
}

}  // namespace

RequiredSigners read_required_signers(const std::vector<fs::path>& files) {
    RequiredSigners signers;
    for (const fs::path& file : files) add_signers(file, signers);
    return signers;
}

std::optional<std::string> refusal_of_signature(std::string_view bundle,
                                                const std::vector<CacheKey>& files,
                                                const RequiredSigners& signers) {
    std::optional<std::string> reason;
    const auto try_signers = [&](const AcceptedSigners& accepted) {
        const auto result = verify_model_signature(bundle, accepted);
        if (const auto* refusal = std::get_if<Refusal>(&result)) {
            if (!reason) reason = refusal->reason;
            return false;
        }
        reason = refusal_of_files(std::get<VerifiedSignature>(result).statement, files);
        return true;
    };
    if (!signers.keys.keys.empty() && try_signers(signers.keys)) return reason;
    if (!signers.roots.roots.empty() && try_signers(signers.roots)) return reason;
    return reason ? reason : "can't be verified without a key";
}

fs::path SignatureStore::place_of(const CacheKey& model) const {
    FieldHasher name;
    name.add(model.hub_path);
    name.add(to_hex(model.sha));
    return *state_ / "signatures" / (to_hex(name.finish()) + std::string(model_signature_suffix));
}

std::optional<std::string> SignatureStore::find(const CacheKey& model) const {
    if (!state_) return std::nullopt;
    return read_file_if_possible(place_of(model), downloaded_signature_limit);
}

void SignatureStore::keep(const CacheKey& model, const std::string& bundle) const {
    if (!state_) return;
    try {
        const fs::path place = place_of(model);
        std::error_code error;
        fs::create_directories(place.parent_path(), error);
        NewFile file(place);
        file.write(bundle);
        file.flush();
        file.rename_onto_destination();
    } catch (const UserError&) {
        return;  // it is downloaded again the next time
    }
}

}  // namespace onnxhub
