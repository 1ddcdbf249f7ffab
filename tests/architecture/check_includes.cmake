# SPDX-License-Identifier: Apache-2.0
# Fails when a file includes a room that its own room may not know. Arrows point one way:
# docs/architecture.md draws them.
cmake_minimum_required(VERSION 3.25)

set(manifest_may "manifest")
set(http_may "http")
set(repository_may "repository;manifest")
set(generator_may "generator;repository;manifest")
set(review_may "review;generator;repository;manifest")
set(validator_may "validator;generator;repository;http;manifest")
set(hosting_may "hosting;generator;repository;http;manifest")
set(cli_may "cli;hosting;validator;review;generator;repository;http;manifest")
set(rooms manifest http repository generator review validator hosting cli)

# What the build makes of files in templates/ belongs to no room.
foreach(room IN LISTS rooms)
  list(APPEND ${room}_may embedded)
endforeach()

set(failures 0)
foreach(room IN LISTS rooms)
  file(GLOB_RECURSE files ${ROOT}/${room}/*.h ${ROOT}/${room}/*.cpp)
  foreach(file IN LISTS files)
    file(STRINGS ${file} includes REGEX "^#include \"")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE "^#include \"([a-z_]+)/.*" "\\1" included "${line}")
      if(NOT included IN_LIST ${room}_may)
        file(RELATIVE_PATH name ${ROOT} ${file})
        message("${name}: ${room}/ may not know: ${line}")
        math(EXPR failures "${failures} + 1")
      endif()
    endforeach()
  endforeach()
endforeach()
if(failures GREATER 0)
  message(FATAL_ERROR "${failures} includes point the wrong way")
endif()
