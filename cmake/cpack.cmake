# SPDX-License-Identifier: Apache-2.0
# Debian packages, made by `./dev package`: onnxhub with the program, and onnxhub-dev with the client library.
set(CPACK_PACKAGE_NAME onnxhub)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR onnxhub)
set(CPACK_PACKAGE_HOMEPAGE_URL ${PROJECT_HOMEPAGE_URL})
set(CPACK_PACKAGE_CONTACT "onnxhub maintainers <onnxhub@users.noreply.github.com>")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_BINARY_DIR}/cpack_of_this_build.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/debian/finish_files.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME onnxhub)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "ca-certificates, git, git-lfs")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
  ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "toolkit for people who run hubs of ONNX models
onnxhub manages hubs of ONNX models: git repositories with models, tables that
describe them, and one manifest that clients read. It generates and validates
the manifest, serves and exports the hub, and loads verified models from it.

The service onnxhub@NAME serves a hub; see onnxhub-serve(1).")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME onnxhub-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# What client_dependencies.cmake and onnxhub.pc look for.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "onnxhub (= ${PROJECT_VERSION}), libfmt-dev, libgit2-dev, libprotobuf-dev, libssl-dev, libtomlplusplus-dev, nlohmann-json3-dev, pkg-config, zlib1g-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS cmake)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "load models of ONNX model hubs (C++ library)
The client of onnxhub as a static library for C++20: it loads models of ONNX
model hubs, verifies their SHA-256, and shares the cache with the program.

It has headers, a package for CMake and a file for pkg-config.")

# The package depends on the libraries that the program loads when it needs them, too. dpkg-shlibdeps finds them and their
# versions in a library that is linked with them and refers to the same functions; the package does not contain it.
add_library(loaded_functions SHARED EXCLUDE_FROM_ALL packaging/debian/loaded_functions.cpp)
target_link_libraries(loaded_functions PRIVATE onnxhub_rules ${libarchive_LINK_LIBRARIES} ${libcurl_LINK_LIBRARIES} ${libmicrohttpd_LINK_LIBRARIES})
target_include_directories(loaded_functions SYSTEM PRIVATE ${libarchive_INCLUDE_DIRS} ${libcurl_INCLUDE_DIRS} ${libmicrohttpd_INCLUDE_DIRS})
add_custom_target(package_files DEPENDS onnxhub onnx-worker onnxhub_client manual_pages loaded_functions)

file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/cpack_of_this_build.cmake CONTENT
"set(ONNXHUB_VERSION ${PROJECT_VERSION})
set(ONNXHUB_BUILD \"${PROJECT_BINARY_DIR}\")
set(ONNXHUB_STRIP \"${CMAKE_STRIP}\")
set(ONNXHUB_LINKED \"$<TARGET_FILE:onnxhub>;$<TARGET_FILE:onnx-worker>;$<TARGET_FILE:loaded_functions>\")
include(\"${PROJECT_SOURCE_DIR}/packaging/debian/dependencies.cmake\")
")
include(CPack)
