# certbroker_add_plugin(<id> SOURCES plugin.cpp ...)
#
# Makes certbroker-<id>.so|.dll, which exports exactly certbroker_plugin_describe, and, in the tree, the conformance
# runs of the folder's own fixtures (conformance/, and conformance-<name>/ for further ones). Works the same from an installed SDK.
function(certbroker_add_plugin id)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  string(REPLACE "-" "_" suffix ${id})
  set(target certbroker_plugin_${suffix})
  add_library(${target} MODULE ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME certbroker-${id}
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${target} PRIVATE certbroker::plugin_sdk)
  if(TARGET certbroker_warnings)
    target_link_libraries(${target} PRIVATE certbroker_warnings)
  endif()
  if(UNIX AND NOT APPLE)
    # One symbol and no other: templates of the C++ library would otherwise be exported as weak ones.
    set(map "${CMAKE_CURRENT_BINARY_DIR}/${target}.map")
    file(WRITE "${map}" "{ global: certbroker_plugin_describe; local: *; };\n")
    target_link_options(${target} PRIVATE "-Wl,--version-script=${map}" -Wl,--no-undefined -static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL)
  endif()
  if(DEFINED CERTBROKER_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CERTBROKER_PLUGIN_OUTPUT_DIRECTORY}")
  endif()
  if(CERTBROKER_BUILD_TESTS AND TARGET certbroker-provider-conformance)
    # Windows programs take an argument that begins with a slash for an option; Wine's drive Z is the host's root.
    set(drive)
    if(WIN32 AND CMAKE_CROSSCOMPILING)
      set(drive Z:)
    endif()
    file(GLOB fixtures CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}/conformance*/fixture.ini")
    foreach(fixture IN LISTS fixtures)
      get_filename_component(folder "${fixture}" DIRECTORY)
      string(REGEX REPLACE "^conformance-?" "" variant "${folder}")
      string(JOIN "." name conformance ${id} ${variant})
      add_test(NAME ${name} COMMAND certbroker-provider-conformance
        --plugin ${drive}$<TARGET_FILE:${target}> --fixture "${drive}${CMAKE_CURRENT_SOURCE_DIR}/${folder}"
        --reporter console::out=- --reporter JUnit::out=${CMAKE_BINARY_DIR}/results/${name}.xml)
      set_tests_properties(${name} PROPERTIES LABELS conformance TIMEOUT 600)
    endforeach()
  endif()
endfunction()
