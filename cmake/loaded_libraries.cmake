# SPDX-License-Identifier: Apache-2.0
# Libraries that are loaded when a command first needs them (base/shared_library.h).
#
# onnxhub_loads(TARGET PACKAGE): TARGET may include the headers of PACKAGE, which pkg_check_modules()
# found, and is not linked with it. PACKAGE_SONAME is defined in C++ as the name to load.
# The build folder's loaded_libraries.txt lists the paths of all such libraries for `./dev dist`.
file(WRITE ${PROJECT_BINARY_DIR}/loaded_libraries.txt "")
function(onnxhub_loads target package)
  list(GET ${package}_LINK_LIBRARIES 0 library)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${library} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  if(NOT headers MATCHES "SONAME +([^ \n]+)")
    message(FATAL_ERROR "${library}: has no soname; install the shared library of ${package}")
  endif()
  set(soname ${CMAKE_MATCH_1})
  cmake_path(GET library PARENT_PATH folder)
  file(APPEND ${PROJECT_BINARY_DIR}/loaded_libraries.txt "${folder}/${soname}\n")
  string(TOUPPER ${package} name)
  target_compile_definitions(${target} PRIVATE ${name}_SONAME="${soname}")
  target_include_directories(${target} SYSTEM PRIVATE ${${package}_INCLUDE_DIRS})
endfunction()
