// SPDX-License-Identifier: Apache-2.0
#include "tests/support/acme_hub.h"

#include "base/utc_time.h"

namespace onnxhub::test {

AcmeHub::AcmeHub() {
    write_file(folder_.path() / "acme.pub", pool_key(0).public_key().pem());
    write_file(folder_.path() / "other.pub", pool_key(5).public_key().pem());
    publish("MNIST", 1);
}

void AcmeHub::publish(const std::string& model, std::uint64_t version, std::int64_t lifetime,
                      std::size_t release_key) {
    const std::string manifest =
        R"([{"model": ")" + model +
        R"(", "model_path": "m.onnx", "onnx_version": "1.9", "opset_version": 12, "metadata": )"
        R"({"model_sha": ")" +
        to_hex(sha256_of("the model")) + R"(", "model_bytes": 9, "tags": []}}])";
    write_file(hub() / "m.onnx", "the model");
    HubStatement statement = sample_statement_of_hub();
    statement.version = version;
    statement.manifest = sha256_of(manifest);
    statement.issued = seconds_since_1970() - seconds_of_a_day;
    statement.expires = statement.issued + seconds_of_a_day + lifetime;
    write_file(hub() / "ONNX_HUB_MANIFEST.json", manifest);
    write_file(hub() / hub_statement_name, sign_statement(statement, pool_keys({release_key})));
    write_file(hub() / root_path(1), sign_root(sample_root(), pool_keys({0})));
}

ProgramResult AcmeHub::run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"env", "HOME=" + folder_.path().string(),
                                         "XDG_STATE_HOME=", "XDG_CACHE_HOME=", "XDG_CONFIG_HOME=",
                                         "ONNXHUB_CONFIG=", "ONNX_HOME=", onnxhub_program()});
    return run_command(arguments, folder_.path());
}

}  // namespace onnxhub::test
