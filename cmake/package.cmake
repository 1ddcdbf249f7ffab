# SPDX-License-Identifier: Apache-2.0
# The client as a package: `find_package(onnxhub)` gives onnxhub::client.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/onnxhub)
foreach(module base archive manifest http repository model client)
  set_target_properties(onnxhub_${module} PROPERTIES EXPORT_NAME ${module})
endforeach()
set_target_properties(onnxhub_rules PROPERTIES EXPORT_NAME rules)
# Programs name the headers below onnxhub/, and no other name may come onto their include path.
target_include_directories(onnxhub_rules INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS onnxhub_rules onnxhub_base onnxhub_manifest onnxhub_archive onnxhub_http onnxhub_repository onnxhub_model onnxhub_client
  EXPORT onnxhubTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT onnxhubTargets NAMESPACE onnxhub:: DESTINATION ${package_folder})
install(CODE "
  set(ONNXHUB_SOURCE \"${PROJECT_SOURCE_DIR}\")
  set(ONNXHUB_STAGE \"${PROJECT_BINARY_DIR}/installed_headers\")
  set(ONNXHUB_FOLDERS base manifest archive http repository model hosting/client)
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX OUTPUT_VARIABLE prefix)
  cmake_path(APPEND prefix \"${CMAKE_INSTALL_INCLUDEDIR}\" OUTPUT_VARIABLE ONNXHUB_INCLUDEDIR)")
install(SCRIPT cmake/install_headers.cmake)
file(WRITE ${PROJECT_BINARY_DIR}/onnxhubConfig.cmake
"include(\${CMAKE_CURRENT_LIST_DIR}/client_dependencies.cmake)
include(\${CMAKE_CURRENT_LIST_DIR}/onnxhubTargets.cmake)
")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/onnxhubConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/onnxhubConfig.cmake
  ${PROJECT_BINARY_DIR}/onnxhubConfigVersion.cmake
  cmake/client_dependencies.cmake
  DESTINATION ${package_folder})
