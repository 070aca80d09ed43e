// models/manifest.json: every fact about a model, and the only place where it stands. docs/manifest.md
// explains the fields.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "mien/status.h"

namespace mien {

struct ModelFile {
  std::string path;  // relative to the manifest, no "..", no leading slash
  std::int64_t bytes = 0;
  std::string sha256;
};

// What the networks and tables were made from.
struct ModelProvenance {
  std::string licence;  // SPDX name
  std::vector<std::string> data_sets;
  std::vector<std::string> teachers;
  std::string recipe;  // path below training/
  std::string commit;  // of this project, that trained it
};

// A picture input: pixels become (value - mean) / std per channel, values 0..255.
struct InputSpec {
  std::string name;
  int width = 0, height = 0;  // pixels
  int channels = 0;
  std::vector<float> mean, std;
};

struct NetworkSpec {
  std::string name;
  ModelFile param, weights;
  InputSpec input;
  std::vector<std::string> outputs;  // tensor names, in the order that the code of the network documents
  std::map<std::string, std::vector<double>> parameters;  // template and decoding facts, by name
  ModelProvenance provenance;

  // A number from `parameters`; kModelRefused with its name when it is missing.
  Result<double> parameter(const std::string& key) const;
};

// A table that is no network.
struct AssetSpec {
  std::string name;
  ModelFile file;
  ModelProvenance provenance;
};

struct Manifest {
  std::string version;  // of the models
  std::map<std::string, NetworkSpec> networks;
  std::map<std::string, AssetSpec> assets;
};

// Strict: a missing or unknown key, a wrong type, a path that leaves the folder, a hash that is none: each is
// refused with its place.
Result<Manifest> parse_manifest(const std::string& json_text);

// A folder with a manifest and the files that it names.
class ModelFolder {
 public:
  static Result<ModelFolder> open(const std::filesystem::path& folder);

  const Manifest& manifest() const { return manifest_; }
  const std::filesystem::path& folder() const { return folder_; }
  Result<const NetworkSpec*> network(const std::string& name) const;
  Result<const AssetSpec*> asset(const std::string& name) const;
  // The file's bytes, after its size and hash were found to be what the manifest says.
  Result<std::vector<std::uint8_t>> read(const std::string& model_name, const ModelFile& file) const;

 private:
  std::filesystem::path folder_;
  Manifest manifest_;
};

}  // namespace mien
