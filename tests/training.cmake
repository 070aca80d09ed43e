# Training's own tests need no data, but packages that the product does not (training/README.md): skipped where those are missing.
find_program(MIEN_TRAINING_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)   # Debian's: it is the one that Debian's packages are for
if(NOT MIEN_TRAINING_PYTHON)
  set(MIEN_TRAINING_PYTHON ${Python3_EXECUTABLE})
endif()
file(GLOB training_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/training/tests/test_*.py)
foreach(file ${training_tests})
  get_filename_component(name ${file} NAME_WE)
  string(REPLACE "test_" "training_" name ${name})
  add_test(NAME ${name} COMMAND ${MIEN_TRAINING_PYTHON} ${PROJECT_SOURCE_DIR}/training/tests/run_if_installed.py ${file})
  set_tests_properties(${name} PROPERTIES LABELS training TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
