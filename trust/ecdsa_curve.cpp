// SPDX-License-Identifier: Apache-2.0
#include "trust/ecdsa_curve.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace onnxhub {
namespace {

struct CurveNames {
    EcdsaCurve curve;
    const char* name;
    const char* openssl;
    const char* digest;
    const char* key_details;
};

/// In the order of the enumeration.
constexpr std::array<CurveNames, 3> curve_names{{
    {EcdsaCurve::p256, "p256", "prime256v1", "SHA256", "PKIX_ECDSA_P256_SHA_256"},
    {EcdsaCurve::p384, "p384", "secp384r1", "SHA384", "PKIX_ECDSA_P384_SHA_384"},
    {EcdsaCurve::p521, "p521", "secp521r1", "SHA512", "PKIX_ECDSA_P521_SHA_512"},
}};

const CurveNames& names_of(EcdsaCurve curve) {
    return curve_names[static_cast<std::size_t>(curve)];
}

std::optional<EcdsaCurve> find_curve(std::string_view name, const char* CurveNames::*member) {
    const auto found = std::ranges::find_if(
        curve_names, [&](const CurveNames& names) { return name == names.*member; });
    return found == curve_names.end() ? std::nullopt : std::optional(found->curve);
}

}  // namespace

std::string_view name_of(EcdsaCurve curve) {
    return names_of(curve).name;
}

std::optional<EcdsaCurve> parse_ecdsa_curve(std::string_view name) {
    return find_curve(name, &CurveNames::name);
}

const char* openssl_name_of(EcdsaCurve curve) {
    return names_of(curve).openssl;
}

const char* digest_name_of(EcdsaCurve curve) {
    return names_of(curve).digest;
}

std::optional<EcdsaCurve> curve_of_openssl_name(std::string_view name) {
    return find_curve(name, &CurveNames::openssl);
}

std::string_view key_details_of(EcdsaCurve curve) {
    return names_of(curve).key_details;
}

}  // namespace onnxhub
