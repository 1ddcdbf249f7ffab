# SPDX-License-Identifier: Apache-2.0
# The catalog page: bundled with esbuild from the modules in templates/catalog, compiled into the program.

find_program(ESBUILD esbuild REQUIRED)
set(catalog_page_folder ${PROJECT_BINARY_DIR}/catalog CACHE INTERNAL "the bundled catalog page")

# onnxhub_catalog_page(TARGET LATER_SCRIPT...): the page is onnxhub::embedded::catalog_html. Each later script NAME is a
# folder templates/catalog/NAME with a main.js, and becomes onnxhub::embedded::catalog_NAME (hosting/export/catalog_scripts.cpp).
function(onnxhub_catalog_page target)
  set(source ${PROJECT_SOURCE_DIR}/templates/catalog)
  file(GLOB_RECURSE modules CONFIGURE_DEPENDS ${source}/*.js ${source}/*.css ${source}/*.html)
  set(outputs ${catalog_page_folder}/index.html)
  foreach(name IN LISTS ARGN)
    list(APPEND outputs ${catalog_page_folder}/${name}.js)
  endforeach()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND ${CMAKE_COMMAND} -DESBUILD=${ESBUILD} -DSOURCE=${source} -DFOLDER=${catalog_page_folder} "-DLATER_SCRIPTS=${ARGN}"
            -P ${PROJECT_SOURCE_DIR}/cmake/make_catalog_page.cmake
    DEPENDS ${modules} ${PROJECT_SOURCE_DIR}/cmake/make_catalog_page.cmake
    VERBATIM)
  onnxhub_embed_file(${target} ${catalog_page_folder}/index.html catalog_html)
  foreach(name IN LISTS ARGN)
    onnxhub_embed_file(${target} ${catalog_page_folder}/${name}.js catalog_${name})
  endforeach()
endfunction()
