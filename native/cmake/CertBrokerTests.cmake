# certbroker_add_unit_tests(<layer> SOURCES a.test.cpp ... [LIBRARIES ...])
#
# One Catch2 executable a layer, registered as one CTest; the names of the cases come from the executable itself.
function(certbroker_add_unit_tests layer)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  set(target certbroker-unit-${layer})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE certbroker_${layer} certbroker_test_support certbroker_warnings Catch2::Catch2WithMain ${ARG_LIBRARIES})
  target_compile_definitions(${target} PRIVATE CERTBROKER_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests/unit")
  certbroker_register_catch(${target} unit)
endfunction()

# certbroker_register_catch(<target> <label> [arguments ...]): the run writes JUnit results beside its console output,
# so that tests/run.sh can add up the cases.
function(certbroker_register_catch target label)
  add_test(NAME ${target} COMMAND ${target} ${ARGN} --reporter console::out=- --reporter JUnit::out=${CMAKE_BINARY_DIR}/results/${target}.xml)
  set_tests_properties(${target} PROPERTIES LABELS ${label} TIMEOUT 900)
endfunction()

# certbroker_add_fuzz_target(<name> SOURCE x.fuzz.cpp LIBRARIES ... CORPUS folder)
#
# With CERTBROKER_BUILD_FUZZERS a libFuzzer executable; always a CTest that replays the corpus with any compiler.
function(certbroker_add_fuzz_target name)
  cmake_parse_arguments(ARG "" "SOURCE;CORPUS" "LIBRARIES" ${ARGN})
  set(target certbroker-fuzz-${name})
  add_executable(${target} ${ARG_SOURCE})
  target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES} certbroker_warnings)
  if(CERTBROKER_BUILD_FUZZERS)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay_driver.cpp")
    add_test(NAME ${target} COMMAND ${target} "${ARG_CORPUS}")
    set_tests_properties(${target} PROPERTIES LABELS fuzz-corpus TIMEOUT 600)
  endif()
endfunction()
