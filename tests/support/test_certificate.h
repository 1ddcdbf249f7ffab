// SPDX-License-Identifier: Apache-2.0
// A certificate for servers on 127.0.0.1 that is only trusted explicitly.
#pragma once

#include <string>

namespace onnxhub::test {

struct TestCertificate {
    std::string certificate;  ///< PEM; self-signed, valid for a day
    std::string key;          ///< PEM
};

/// Makes a new certificate at each call.
TestCertificate make_test_certificate();

}  // namespace onnxhub::test
