# SPDX-License-Identifier: Apache-2.0
# Standard, warnings, include root and sanitizers, which the lowest module passes on to all others.

add_library(onnxhub_rules INTERFACE)
target_compile_features(onnxhub_rules INTERFACE cxx_std_20)
target_include_directories(onnxhub_rules INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
add_library(onnxhub_warnings INTERFACE)
target_link_libraries(onnxhub_rules INTERFACE $<BUILD_INTERFACE:onnxhub_warnings>)
target_compile_options(onnxhub_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${ONNXHUB_WERROR}>:-Werror>
  # GCC 12 at -O3 sees overlaps in std::string that aren't there (https://gcc.gnu.org/PR105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)
# Garbage collection of the compiler itself, from 512 MiB on: a tenth of its time with the defaults.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(onnxhub_warnings INTERFACE --param=ggc-min-expand=200 --param=ggc-min-heapsize=524288)
endif()
# A class may have members of types that its own source keeps to itself; in a unity build GCC takes
# that source for a header.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(onnxhub_warnings INTERFACE -Wno-subobject-linkage)
endif()
# Releases are the same bytes wherever they are built, and check the stack and known sizes of memory while they run.
target_compile_options(onnxhub_warnings INTERFACE $<$<CONFIG:Release>:
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=build
  -fstack-protector-strong -U_FORTIFY_SOURCE $<$<NOT:$<BOOL:$<TARGET_PROPERTY:ONNXHUB_ONLY_TESTS>>>:-D_FORTIFY_SOURCE=2>>)
target_link_options(onnxhub_warnings INTERFACE $<$<CONFIG:Release>:LINKER:-z,relro>)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(ONNXHUB_SANITIZE)
  target_compile_options(onnxhub_warnings INTERFACE
    -fsanitize=address $<$<NOT:$<BOOL:$<TARGET_PROPERTY:ONNXHUB_CALLS_OTHERS>>>:-fsanitize=undefined>
    -fno-sanitize-recover=all -fno-omit-frame-pointer
    # It opens a pipe for each class that it meets: where no file can be opened it finds what isn't there.
    -fno-sanitize=vptr)
  # At fixed addresses: what the sanitizers know of each check is 2 million relocations at every start
  # otherwise, which take longer than most tests.
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(onnxhub_warnings INTERFACE -fno-pie)
  target_link_options(onnxhub_warnings INTERFACE -fsanitize=address,undefined -no-pie)
  # GCC sees uninitialized members of std::function there (https://gcc.gnu.org/PR105562).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(onnxhub_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
# Links the many test programs in half the time. Releases have the linker that distributions use.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=gold ONNXHUB_HAS_GOLD)
  if(ONNXHUB_HAS_GOLD)
    target_link_options(onnxhub_warnings INTERFACE -fuse-ld=gold)
  endif()
endif()
if(ONNXHUB_SANITIZE_THREADS)
  target_compile_options(onnxhub_warnings INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(onnxhub_warnings INTERFACE -fsanitize=thread)
endif()
if(ONNXHUB_FUZZ)
  target_compile_options(onnxhub_warnings INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(onnxhub_warnings INTERFACE -fsanitize=fuzzer-no-link)
endif()

# For the command line, which mainly calls other modules: only release builds optimize it, and only AddressSanitizer
# checks it. The command line and the tests are two thirds of the compiled code.
function(onnxhub_calls_others target)
  target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:Release>>:-O0>)
  set_target_properties(${target} PROPERTIES ONNXHUB_CALLS_OTHERS TRUE)
endfunction()

# For test programs: like the command line, and not optimized in any build, because they are not released.
function(onnxhub_only_tests target)
  onnxhub_calls_others(${target})
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
  set_target_properties(${target} PROPERTIES ONNXHUB_ONLY_TESTS TRUE)
endfunction()

# For modules with assertions, which contain the path of their file: relative to the checkout, so that the bytes of the
# program do not depend on its directory. The test python.reproducible finds modules that need it.
function(onnxhub_has_assertions target)
  target_compile_options(${target} PRIVATE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
endfunction()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # How far it may trust precompiled headers: its manual, "Precompiled headers".
  # Paths below the checkout count as relative, so that every checkout of one state shares the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
