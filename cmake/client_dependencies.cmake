# SPDX-License-Identifier: Apache-2.0
# Dependencies of the client library. This file is installed too, because projects that link the library need them.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(Protobuf REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(libgit2 REQUIRED IMPORTED_TARGET libgit2>=1.5)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
