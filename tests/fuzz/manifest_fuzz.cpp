// The manifest parser: any text gives a manifest or one sentence that says what is wrong with it.
#include <cstdlib>
#include <string>

#include "model/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = mien::parse_manifest(std::string(reinterpret_cast<const char*>(data), size));
  if (!manifest.ok()) {
    if (manifest.status().message().empty()) std::abort();
    return 0;
  }
  // What was accepted keeps its promise: no path leaves the folder.
  for (const auto& [name, network] : manifest->networks) {
    for (const mien::ModelFile& file : {network.param, network.weights}) {
      if (file.path.empty() || file.path.front() == '/' || file.path.find("..") != std::string::npos)
        std::abort();
    }
  }
  return 0;
}
