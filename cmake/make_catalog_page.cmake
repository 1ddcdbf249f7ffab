# SPDX-License-Identifier: Apache-2.0
# Writes FOLDER/index.html, the catalog page as one file, and FOLDER/<name>.js for each of LATER_SCRIPTS, which the page
# loads when they are needed: bundled and minified by ESBUILD from the modules in SOURCE.
#
# The policy of the page allows its scripts, the later scripts and its style by their hashes, and nothing else.
cmake_minimum_required(VERSION 3.25)

function(run_esbuild result)
  execute_process(COMMAND ${ESBUILD} ${ARGN} --bundle --minify --charset=ascii --log-level=warning
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# The Base64 of hexadecimal digits: three bytes at a time are four characters.
function(base64_of_hex result hex)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(LENGTH ${hex} digits)
  set(text "")
  foreach(at RANGE 0 ${digits} 6)
    string(SUBSTRING ${hex} ${at} 6 group)
    string(LENGTH "${group}" present)
    if(present EQUAL 0)
      break()
    endif()
    string(SUBSTRING "${group}000000" 0 6 group)
    math(EXPR bytes "0x${group}")
    foreach(shift IN ITEMS 18 12 6 0)
      math(EXPR index "(${bytes} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${index} 1 character)
      string(APPEND text ${character})
    endforeach()
    if(present LESS 6)  # one byte is two characters, two bytes are three; "=" fills the rest
      math(EXPR kept "${present} / 2 + 1")
      math(EXPR dropped "4 - ${kept}")
      string(LENGTH ${text} length)
      math(EXPR length "${length} - ${dropped}")
      string(SUBSTRING ${text} 0 ${length} text)
      string(REPEAT "=" ${dropped} fill)
      string(APPEND text ${fill})
    endif()
  endforeach()
  set(${result} ${text} PARENT_SCOPE)
endfunction()

function(hash_source result text)
  string(SHA256 hex "${text}")
  base64_of_hex(base64 ${hex})
  set(${result} "'sha256-${base64}'" PARENT_SCOPE)
endfunction()

run_esbuild(theme ${SOURCE}/theme_start.js --format=iife --target=es2022)
run_esbuild(script ${SOURCE}/main.js --format=iife --target=es2022)
run_esbuild(style ${SOURCE}/style.css)
hash_source(theme_hash "${theme}")
hash_source(script_hash "${script}")
hash_source(style_hash "${style}")
set(script_hashes "${theme_hash} ${script_hash}")
foreach(name IN LISTS LATER_SCRIPTS)
  run_esbuild(later ${SOURCE}/${name}/main.js --format=iife --global-name=catalog_${name} --target=es2022)
  hash_source(later_hash "${later}")
  string(APPEND script_hashes " ${later_hash}")
  file(WRITE ${FOLDER}/${name}.js "${later}")
endforeach()

# img-src data: the icon; blob: images of READMEs, which the page requests itself. connect-src: manifest, index and facts. The one policy of Trusted Types runs the later scripts,
# see later_script.js. worker-src: programs that the page makes itself; files of the hub cannot be workers.
string(JOIN "; " policy
  "default-src 'none'" "script-src ${script_hashes}" "style-src ${style_hash}" "img-src data: blob:" "connect-src 'self'" "worker-src blob:"
  "base-uri 'none'" "form-action 'none'" "require-trusted-types-for 'script'" "trusted-types later-scripts")

file(READ ${SOURCE}/index.html page)
string(REPLACE "@POLICY@" "${policy}" page "${page}")
string(REPLACE "@THEME@" "${theme}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
file(WRITE ${FOLDER}/index.html "${page}")
