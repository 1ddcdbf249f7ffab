// SPDX-License-Identifier: Apache-2.0
#include "cli/key_options.h"

#include <utility>

#include "base/byte_source.h"
#include "base/environment.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr const char* key_variable = "ONNXHUB_SIGNING_KEY";
constexpr const char* passphrase_variable = "ONNXHUB_KEY_PASSPHRASE";

/// Calls `work`. What it throws names the file.
template <class Work>
auto reading_key_file(const std::string& name, Work&& work) {
    try {
        return std::forward<Work>(work)();
    } catch (const Refused& error) {
        throw UserError(name + ": " + error.what());
    }
}

PrivateKey parse_private_key(const std::string& text, const std::string& name,
                             const Streams& streams) {
    return reading_key_file(name, [&] {
        return PrivateKey::from_pem(
            text, [&] { return find_passphrase(streams, "Passphrase of " + name + ": ", false); });
    });
}

}  // namespace

std::optional<std::string> find_passphrase(const Streams& streams, const std::string& prompt,
                                           bool is_new) {
    if (auto passphrase = process_environment(passphrase_variable)) {
        if (passphrase->size() > passphrase_limit) {
            throw UserError(std::string("environment: ") + passphrase_variable +
                            " is too long; the limit is " + std::to_string(passphrase_limit) +
                            " bytes");
        }
        return passphrase;
    }
    if (!streams.err_is_terminal) return std::nullopt;
    return ask_passphrase_on_terminal(prompt, is_new);
}

PrivateKey read_private_key(const std::optional<std::string>& path, const Streams& streams) {
    if (path) return parse_private_key(read_file(*path, key_file_limit), *path, streams);
    if (const auto text = process_environment(key_variable)) {
        return parse_private_key(*text, key_variable, streams);
    }
    throw UserError("command line: no key to sign with; name its file with --key, or set " +
                    std::string(key_variable) + " to its text");
}

PublicKey read_public_key(const std::string& path, const Streams& streams) {
    const std::string text = read_file(path, key_file_limit);
    return reading_key_file(path, [&] {
        if (text.find("PRIVATE KEY-----") != text.npos) {
            return parse_private_key(text, path, streams).public_key();
        }
        if (text.find("-----BEGIN CERTIFICATE-----") != text.npos) {
            return key_of_certificate(certificates_of_pem(text).front());
        }
        return PublicKey::from_pem(text);
    });
}

std::vector<std::string> read_certificates(const std::vector<std::string>& paths) {
    std::vector<std::string> all;
    for (const std::string& path : paths) {
        const std::string text = read_file(path, root_file_limit);
        reading_key_file(path, [&] {
            for (std::string& der : certificates_of_pem(text)) all.push_back(std::move(der));
            return 0;
        });
    }
    return all;
}

ModelSigner read_signer(const SignerArguments& arguments, const Streams& streams) {
    PrivateKey key = read_private_key(arguments.key, streams);
    std::vector<std::string> chain = read_certificates(arguments.certificates);
    const std::string name =
        arguments.certificates.empty() ? "--certificate-chain" : arguments.certificates.front();
    return reading_key_file(name,
                            [&] { return make_model_signer(std::move(key), std::move(chain)); });
}

}  // namespace onnxhub
