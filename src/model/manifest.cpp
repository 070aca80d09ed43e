#include "model/manifest.h"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>

#include "core/try.h"
#include "model/sha256.h"

namespace mien {
namespace {

using Json = nlohmann::json;

constexpr int kSchema = 1;
constexpr std::int64_t kMaxManifestBytes = 1 << 20;
constexpr std::int64_t kMaxModelBytes = 256 << 20;

Status refuse(const std::string& where, const std::string& what) {
  return {Code::kModelRefused, "manifest: " + where + ": " + what};
}

// Reads fields of one JSON object and remembers the first thing that is wrong with it.
class Fields {
 public:
  Fields(const Json& object, std::string where, std::initializer_list<const char*> known)
      : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) {
      fail("expected an object, found " + std::string(object_.type_name()));
      return;
    }
    const std::set<std::string> names(known.begin(), known.end());
    for (const auto& item : object_.items()) {
      if (!names.contains(item.key())) fail("unknown key '" + item.key() + "'");
    }
  }

  std::string text(const char* key) {
    const Json* value = find(key, &Json::is_string, "a text");
    if (value && value->get_ref<const std::string&>().empty()) fail("'" + std::string(key) + "' is empty");
    return value ? value->get<std::string>() : std::string();
  }

  std::int64_t whole(const char* key, std::int64_t low, std::int64_t high) {
    const Json* value = find(key, &Json::is_number_integer, "a whole number");
    if (!value) return 0;
    const auto number = value->get<std::int64_t>();
    if (number < low || number > high) {
      fail("'" + std::string(key) + "' is " + std::to_string(number) + ", expected " + std::to_string(low) +
           " to " + std::to_string(high));
    }
    return number;
  }

  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> out;
    const Json* value = find(key, &Json::is_array, "a list of texts");
    for (const Json& item : value ? *value : Json::array()) {
      if (item.is_string()) {
        out.push_back(item.get<std::string>());
      } else {
        fail("'" + std::string(key) + "' holds something that is no text");
      }
    }
    return out;
  }

  std::vector<float> numbers(const char* key) {
    std::vector<float> out;
    const Json* value = find(key, &Json::is_array, "a list of numbers");
    for (const Json& item : value ? *value : Json::array()) {
      if (item.is_number()) {
        out.push_back(item.get<float>());
      } else {
        fail("'" + std::string(key) + "' holds something that is no number");
      }
    }
    return out;
  }

  const Json& object(const char* key) {
    static const Json kNone = Json::object();
    const Json* value = find(key, &Json::is_object, "an object");
    return value ? *value : kNone;
  }

  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = what;
  }
  Done done() const {
    if (!problem_.empty()) return refuse(where_, problem_);
    return {};
  }
  const std::string& where() const { return where_; }

 private:
  const Json* find(const char* key, bool (Json::*is_kind)() const noexcept, const char* kind) {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    if (found == object_.end()) {
      fail("'" + std::string(key) + "' is missing, expected " + kind);
      return nullptr;
    }
    if (!((*found).*is_kind)()) {
      fail("'" + std::string(key) + "' is " + found->type_name() + ", expected " + kind);
      return nullptr;
    }
    return &*found;
  }

  const Json& object_;
  std::string where_;
  std::string problem_;
};

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<ModelFile> parse_file(const Json& json, const std::string& where) {
  Fields fields(json, where, {"path", "bytes", "sha256"});
  ModelFile file{fields.text("path"), fields.whole("bytes", 1, kMaxModelBytes), fields.text("sha256")};
  MIEN_TRY(fields.done());
  const std::filesystem::path path(file.path);
  const bool leaves = path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
  if (leaves) return refuse(where, "path '" + file.path + "' leaves the models folder");
  if (!is_hash(file.sha256))
    return refuse(where, "sha256 '" + file.sha256 + "' is not 64 hexadecimal digits");
  return file;
}

Result<ModelProvenance> parse_provenance(const Json& json, const std::string& where) {
  Fields fields(json, where, {"licence", "data_sets", "teachers", "recipe", "commit"});
  ModelProvenance out{fields.text("licence"), fields.texts("data_sets"), fields.texts("teachers"),
                      fields.text("recipe"), fields.text("commit")};
  MIEN_TRY(fields.done());
  if (out.data_sets.empty()) return refuse(where, "data_sets is empty: say what the model was made from");
  return out;
}

Result<InputSpec> parse_input(const Json& json, const std::string& where) {
  Fields fields(json, where, {"name", "width", "height", "channels", "mean", "std"});
  InputSpec out{fields.text("name"),
                static_cast<int>(fields.whole("width", 1, 4096)),
                static_cast<int>(fields.whole("height", 1, 4096)),
                static_cast<int>(fields.whole("channels", 1, 64)),
                fields.numbers("mean"),
                fields.numbers("std")};
  MIEN_TRY(fields.done());
  const auto count = static_cast<std::size_t>(out.channels);
  if (out.mean.size() != count || out.std.size() != count) {
    return refuse(where, "mean and std have " + std::to_string(out.mean.size()) + " and " +
                             std::to_string(out.std.size()) + " numbers, expected " + std::to_string(count) +
                             ", one per channel");
  }
  if (std::any_of(out.std.begin(), out.std.end(), [](float s) { return !(s > 0); }))
    return refuse(where, "std must be above 0");
  return out;
}

Result<NetworkSpec> parse_network(const std::string& name, const Json& json) {
  const std::string where = "network " + name;
  Fields fields(json, where, {"param", "weights", "input", "outputs", "parameters", "provenance"});
  NetworkSpec out;
  out.name = name;
  out.outputs = fields.texts("outputs");
  for (const auto& item : fields.object("parameters").items()) {
    Fields one(fields.object("parameters"), where + ": parameters", {});
    const Json& value = item.value();
    std::vector<double>& numbers = out.parameters[item.key()];
    const Json list = value.is_array() ? value : Json::array({value});
    for (const Json& number : list) {
      if (!number.is_number()) return refuse(where, "parameter '" + item.key() + "' is not made of numbers");
      numbers.push_back(number.get<double>());
    }
  }
  const Json &param = fields.object("param"), &weights = fields.object("weights"),
             &input = fields.object("input");
  const Json& provenance = fields.object("provenance");
  MIEN_TRY(fields.done());
  if (out.outputs.empty()) return refuse(where, "outputs is empty");
  MIEN_ASSIGN(out.param, parse_file(param, where + ": param"));
  MIEN_ASSIGN(out.weights, parse_file(weights, where + ": weights"));
  MIEN_ASSIGN(out.input, parse_input(input, where + ": input"));
  MIEN_ASSIGN(out.provenance, parse_provenance(provenance, where + ": provenance"));
  return out;
}

Result<AssetSpec> parse_asset(const std::string& name, const Json& json) {
  const std::string where = "asset " + name;
  Fields fields(json, where, {"file", "provenance"});
  const Json &file = fields.object("file"), &provenance = fields.object("provenance");
  MIEN_TRY(fields.done());
  AssetSpec out;
  out.name = name;
  MIEN_ASSIGN(out.file, parse_file(file, where + ": file"));
  MIEN_ASSIGN(out.provenance, parse_provenance(provenance, where + ": provenance"));
  return out;
}

Result<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path, std::int64_t max_bytes) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error)
    return Status(Code::kModelRefused, path.string() + " is missing or no file (" + error.message() +
                                           "); install the models again");
  if (static_cast<std::int64_t>(size) > max_bytes) {
    return Status(Code::kModelRefused, path.string() + " is " + std::to_string(size) +
                                           " bytes, expected at most " + std::to_string(max_bytes));
  }
  std::vector<std::uint8_t> bytes(size);
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    return Status(Code::kModelRefused, path.string() + " cannot be read; check its permissions");
  }
  return bytes;
}

template <class Spec>
Result<const Spec*> find_model(const std::map<std::string, Spec>& specs, const std::string& kind,
                               const std::string& name) {
  const auto found = specs.find(name);
  if (found != specs.end()) return &found->second;
  std::string known;
  for (const auto& item : specs) known += (known.empty() ? "" : ", ") + item.first;
  return refuse(kind + " '" + name + "'", "not listed; the manifest has: " + known);
}

}  // namespace

Result<double> NetworkSpec::parameter(const std::string& key) const {
  const auto found = parameters.find(key);
  if (found == parameters.end() || found->second.empty())
    return refuse("network " + name, "parameter '" + key + "' is missing");
  return found->second.front();
}

Result<Manifest> parse_manifest(const std::string& json_text) {
  const Json json = Json::parse(json_text, nullptr, false);
  if (json.is_discarded()) return refuse("whole file", "not valid JSON");
  Fields fields(json, "top level", {"schema", "version", "networks", "assets"});
  fields.whole("schema", kSchema, kSchema);
  Manifest out;
  out.version = fields.text("version");
  const Json &networks = fields.object("networks"), &assets = fields.object("assets");
  MIEN_TRY(fields.done());
  for (const auto& item : networks.items()) {
    MIEN_ASSIGN(out.networks[item.key()], parse_network(item.key(), item.value()));
  }
  for (const auto& item : assets.items()) {
    MIEN_ASSIGN(out.assets[item.key()], parse_asset(item.key(), item.value()));
  }
  return out;
}

Result<ModelFolder> ModelFolder::open(const std::filesystem::path& folder) {
  MIEN_ASSIGN(const std::vector<std::uint8_t> bytes, read_file(folder / "manifest.json", kMaxManifestBytes));
  ModelFolder out;
  out.folder_ = folder;
  auto manifest = parse_manifest({bytes.begin(), bytes.end()});
  if (!manifest.ok()) return manifest.status().with_context((folder / "manifest.json").string());
  out.manifest_ = std::move(*manifest);
  return out;
}

Result<const NetworkSpec*> ModelFolder::network(const std::string& name) const {
  return find_model(manifest_.networks, "network", name);
}

Result<const AssetSpec*> ModelFolder::asset(const std::string& name) const {
  return find_model(manifest_.assets, "asset", name);
}

Result<std::vector<std::uint8_t>> ModelFolder::read(const std::string& model_name,
                                                    const ModelFile& file) const {
  auto bytes = read_file(folder_ / file.path, kMaxModelBytes);
  if (!bytes.ok()) return bytes.status().with_context("model " + model_name);
  const std::string what = "model " + model_name + ": " + (folder_ / file.path).string();
  if (static_cast<std::int64_t>(bytes->size()) != file.bytes) {
    return Status(Code::kModelRefused,
                  what + " is " + std::to_string(bytes->size()) + " bytes, expected " +
                      std::to_string(file.bytes) +
                      "; the file is damaged or from another version, install the models again");
  }
  const std::string hash = sha256_hex(*bytes);
  if (hash != file.sha256) {
    return Status(Code::kModelRefused,
                  what + " has sha256 " + hash + ", expected " + file.sha256 +
                      "; the file is damaged or from another version, install the models again");
  }
  return bytes;
}

}  // namespace mien
