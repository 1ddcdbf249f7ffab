# SPDX-License-Identifier: Apache-2.0
# Run by cpack on the installed files of both packages, before it packs them: what Debian's policy wants of packages
# and `cmake --install` does not do.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(program ${CPACK_TEMPORARY_DIRECTORY}/program)
set(development ${CPACK_TEMPORARY_DIRECTORY}/development)
set(source ${CMAKE_CURRENT_LIST_DIR}/../..)

# In a package, all libraries are the system's.
set(programs ${program}/usr/bin/onnxhub ${program}/usr/libexec/onnxhub/onnx-worker)
run(chrpath --delete ${programs})
run(${ONNXHUB_STRIP} --remove-section=.comment --remove-section=.note ${programs})

file(GLOB pages ${program}/usr/share/man/man*/*)
run(gzip -9n ${pages})

file(GLOB libraries ${development}/usr/lib/*/*.a)
run(${ONNXHUB_STRIP} --strip-debug --remove-section=.comment --remove-section=.note --enable-deterministic-archives ${libraries})

# The changelog in Debian's format names the release; CHANGELOG.md has its changes.
execute_process(COMMAND date --utc --rfc-email --date=@$ENV{SOURCE_DATE_EPOCH} OUTPUT_VARIABLE date
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(changelog
"onnxhub (${ONNXHUB_VERSION}) unstable; urgency=medium

  * Release ${ONNXHUB_VERSION}. Its changes are in CHANGELOG.md of the package onnxhub.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
foreach(folder ${program}/usr/share/doc/onnxhub ${development}/usr/share/doc/onnxhub-dev)
  file(WRITE ${folder}/changelog "${changelog}")
  run(gzip -9n ${folder}/changelog)
  execute_process(COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/../dependencies.py copyright ${ONNXHUB_BUILD}
    OUTPUT_FILE ${folder}/copyright COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(COPY ${source}/CHANGELOG.md DESTINATION ${program}/usr/share/doc/onnxhub)
run(gzip -9n ${program}/usr/share/doc/onnxhub/CHANGELOG.md)
