#include "media/aigc.h"

#include <nlohmann/json.hpp>

namespace mien {
namespace {

struct Field {
  const char* key;
  std::string AigcLabel::*value;
};

// The seven fields of GB 45438-2025, all of them required, in its order.
constexpr Field kFields[] = {
    {"Label", &AigcLabel::label},
    {"ContentProducer", &AigcLabel::content_producer},
    {"ProduceID", &AigcLabel::produce_id},
    {"ReservedCode1", &AigcLabel::reserved_code1},
    {"ContentPropagator", &AigcLabel::content_propagator},
    {"PropagateID", &AigcLabel::propagate_id},
    {"ReservedCode2", &AigcLabel::reserved_code2},
};

void note(AigcLabel& label, const std::string& problem) {
  if (label.problem.empty()) label.problem = problem;
}

void read_fields(const nlohmann::json& object, AigcLabel& label) {
  for (const Field& field : kFields) {
    const auto found = object.find(field.key);
    if (found == object.end()) {
      note(label, std::string(field.key) + " is missing");
    } else if (!found->is_string()) {
      note(label, std::string(field.key) + " is not a text");
    } else {
      label.*field.value = found->get<std::string>();
    }
  }
  const bool known = label.label == "1" || label.label == "2" || label.label == "3";
  if (!known) note(label, "Label is \"" + label.label + "\", expected \"1\", \"2\" or \"3\"");
}

}  // namespace

std::string aigc_json(const std::string& content_producer, const std::string& produce_id) {
  AigcLabel label;
  label.label = "1";
  label.content_producer = content_producer;
  label.produce_id = produce_id;
  nlohmann::ordered_json object;
  for (const Field& field : kFields) object[field.key] = label.*field.value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

AigcLabel parse_aigc(const std::string& json) {
  AigcLabel label;
  label.json = json;
  const auto value = nlohmann::json::parse(json, nullptr, false);
  // The standard's file metadata wraps the object in one with the key AIGC; in XMP it stands alone.
  const bool wrapped = value.is_object() && value.contains("AIGC") && value["AIGC"].is_object();
  const nlohmann::json& object = wrapped ? value["AIGC"] : value;
  if (object.is_object()) {
    read_fields(object, label);
  } else {
    note(label, "is no JSON object");
  }
  return label;
}

}  // namespace mien
