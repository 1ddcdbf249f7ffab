// SPDX-License-Identifier: Apache-2.0
// `onnxhub key create|show`: make keys for signing, and show their public half.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/new_file.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/key_options.h"

namespace onnxhub {
namespace {

constexpr unsigned private_permissions = 0600;

struct KeyArguments {
    std::string file;
    EcdsaCurve curve = EcdsaCurve::p256;
    bool has_passphrase = false;
};

/// Programs that read PEM skip the lines before it, so the whole text is a public key file.
std::string key_text(const PublicKey& key) {
    return fmt::format("type: {}\nid:   {}\nhint: {}\n{}", name_of(key.curve()), key.id(),
                       key.hint(), key.pem());
}

ExitCode create_key(const KeyArguments& arguments, const Streams& streams) {
    std::optional<std::string> passphrase;
    if (arguments.has_passphrase) {
        passphrase = find_passphrase(streams, "New passphrase: ", true);
        if (!passphrase) {
            throw UserError(
                "command line: --passphrase needs one; type the same one twice on a terminal, or "
                "set ONNXHUB_KEY_PASSPHRASE");
        }
    }
    const PrivateKey key = PrivateKey::create(arguments.curve);
    NewFile file{std::filesystem::path(arguments.file)};
    file.set_permissions(private_permissions);
    file.write(key.pem(passphrase));
    file.flush();
    file.rename_onto_destination(NewFile::OnExisting::keep_existing);
    write_result(streams, key_text(key.public_key()));
    note(streams,
         fmt::format("{}: written, keep it secret; `onnxhub key show {}` prints its public "
                     "key again",
                     arguments.file, arguments.file));
    return ExitCode::done;
}

ExitCode show_key(const KeyArguments& arguments, const Streams& streams) {
    write_result(streams, key_text(read_public_key(arguments.file, streams)));
    return ExitCode::done;
}

}  // namespace

void add_key_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<KeyArguments>();
    CLI::App* key = app.add_subcommand("key", "Create keys for signing, show their public keys");
    key->require_subcommand(1);
    CLI::App* create = key->add_subcommand(
        "create", "Write a new private key (PKCS#8, mode 0600), print its public key");
    create->add_option("-o,--output", arguments->file, "Write the private key to this new file")
        ->type_name("FILE")
        ->required();
    create
        ->add_option_function<std::string>(
            "--type",
            [arguments](const std::string& name) {
                const auto curve = parse_ecdsa_curve(name);
                if (!curve) {
                    throw CLI::ValidationError("--type",
                                               "\"" + name + "\" is not one of p256, p384, p521");
                }
                arguments->curve = *curve;
            },
            "Use ECDSA on this curve (default: p256)")
        ->type_name("p256|p384|p521");
    create->add_flag("--passphrase", arguments->has_passphrase,
                     "Encrypt the key; ask for the passphrase, or take it from "
                     "ONNXHUB_KEY_PASSPHRASE");
    create->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return create_key(*arguments, streams); };
    });
    CLI::App* show =
        key->add_subcommand("show", "Print the type, ids and public key of a key file");
    show->add_option("FILE", arguments->file,
                     "Path of a private key, a public key or a certificate in PEM")
        ->required();
    show->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return show_key(*arguments, streams); };
    });
}

}  // namespace onnxhub
