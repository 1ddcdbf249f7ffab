# SPDX-License-Identifier: Apache-2.0
# The client as a package: `find_package(onnxhub)` gives onnxhub::client, as does `pkg-config onnxhub`.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/onnxhub)
foreach(module base archive manifest index http trust repository model client)
  set_target_properties(onnxhub_${module} PROPERTIES EXPORT_NAME ${module})
endforeach()
set_target_properties(onnxhub_rules PROPERTIES EXPORT_NAME rules)
# Programs name the headers below onnxhub/, and no other name may come onto their include path.
target_include_directories(onnxhub_rules INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS onnxhub_rules onnxhub_base onnxhub_manifest onnxhub_index onnxhub_archive onnxhub_http onnxhub_trust onnxhub_repository onnxhub_model onnxhub_client
  EXPORT onnxhubTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT onnxhubTargets NAMESPACE onnxhub:: DESTINATION ${package_folder} COMPONENT development)
install(CODE "
  set(ONNXHUB_SOURCE \"${PROJECT_SOURCE_DIR}\")
  set(ONNXHUB_STAGE \"${PROJECT_BINARY_DIR}/installed_headers\")
  set(ONNXHUB_FOLDERS base manifest index archive http trust repository model hosting/client)
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX OUTPUT_VARIABLE prefix)
  cmake_path(APPEND prefix \"${CMAKE_INSTALL_INCLUDEDIR}\" OUTPUT_VARIABLE ONNXHUB_INCLUDEDIR)" COMPONENT development)
install(SCRIPT cmake/install_headers.cmake COMPONENT development)
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
  DESTINATION ${package_folder} COMPONENT development)

# Two folders above the file, or three where Debian has a folder for each architecture.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(packaging/onnxhub.pc.in onnxhub.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/onnxhub.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# What belongs to the program.
set(zsh_completions share/zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(zsh_completions share/zsh/vendor-completions)  # where zsh of Debian looks
endif()
configure_file(packaging/onnxhub@.service.in onnxhub@.service @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/onnxhub@.service DESTINATION lib/systemd/system COMPONENT program)
install(FILES templates/completion/onnxhub.bash DESTINATION share/bash-completion/completions RENAME onnxhub COMPONENT program)
install(FILES templates/completion/onnxhub.fish DESTINATION share/fish/vendor_completions.d COMPONENT program)
install(FILES templates/completion/onnxhub.zsh DESTINATION ${zsh_completions} RENAME _onnxhub COMPONENT program)
foreach(section 1 5)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/manual/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT program
    FILES_MATCHING PATTERN "*.${section}")
endforeach()
include(cmake/cpack.cmake)
