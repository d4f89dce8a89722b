# Writes "sha256  file" of each shipped plugin: what the host trusts without being asked (provider/registry.hpp).
set(lines "")
foreach(id IN LISTS IDS)
  set(file "certbroker-${id}${SUFFIX}")
  file(SHA256 "${FOLDER}/${file}" hash)
  string(APPEND lines "${hash}  ${file}\n")
endforeach()
file(WRITE "${OUTPUT}" "${lines}")
