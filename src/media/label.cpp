#include "media/label.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/try.h"
#include "media/aigc.h"
#include "media/xmp.h"

namespace mien {
namespace {

struct Property {
  std::string_view uri, local;
};

constexpr Property kSourceType{kIptcExtNamespace, "DigitalSourceType"};
constexpr Property kAigc{kTc260Namespace, "AIGC"};
constexpr Property kCreatorTool{kXmpNamespace, "CreatorTool"};
constexpr Property kOrientation{kTiffNamespace, "Orientation"};

// Our own namespace: how the picture was made, and the labels that it carried before.
constexpr Property kEngineVersion{kMienNamespace, "EngineVersion"};
constexpr Property kFaceCount{kMienNamespace, "FaceCount"};
constexpr Property kModels{kMienNamespace, "Models"};
constexpr Property kVisibleMark{kMienNamespace, "VisibleMark"};
constexpr Property kPriorSourceTypes{kMienNamespace, "PriorDigitalSourceTypes"};
constexpr Property kPriorAigc{kMienNamespace, "PriorAIGC"};
constexpr Property kPriorC2pa{kMienNamespace, "PriorC2PA"};
constexpr Property kUnreadableXmp{kMienNamespace, "UnreadableXMP"};

// Previews of the picture before the change, and directories of what phones append to a JPEG (videos, depth,
// gain maps), which is not written.
constexpr Property kStale[] = {
    {kXmpNamespace, "Thumbnails"},
    {"http://ns.google.com/photos/1.0/image/", "Data"},
    {"http://ns.google.com/photos/1.0/image/", "Mime"},
    {"http://ns.google.com/photos/1.0/container/", "Directory"},
    {"http://ns.google.com/photos/1.0/camera/", "MicroVideo"},
    {"http://ns.google.com/photos/1.0/camera/", "MicroVideoOffset"},
    {"http://ns.google.com/photos/1.0/camera/", "MotionPhoto"},
};

constexpr char kTrue[] = "True", kFalse[] = "False";

// Of a packet that cannot be read, this much is kept as text.
constexpr std::size_t kMaxUnreadableBytes = 16'384;

std::vector<std::string> values(const XmpPacket& packet, Property property) {
  return packet.values(property.uri, property.local);
}

std::string value(const XmpPacket& packet, Property property) {
  const auto all = values(packet, property);
  return all.empty() ? std::string() : all.front();
}

void set(XmpPacket& packet, Property property, std::string_view value) {
  packet.set(property.uri, property.local, value);
}

// Appends what `current` says to the list `prior`.
void move_to_prior(XmpPacket& packet, Property current, Property prior, const std::string& elsewhere = {}) {
  std::vector<std::string> list = values(packet, prior);
  const auto add = [&](const std::string& text) {
    if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  };
  for (const std::string& text : values(packet, current)) add(text);
  add(elsewhere);
  packet.set_list(prior.uri, prior.local, list);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void add_label(XmpPacket& packet, const Metadata& of_target, const Provenance& how, const std::string& id) {
  const std::string tool = "Mien " + how.engine_version;
  const std::string faces = std::to_string(how.face_count);
  move_to_prior(packet, kSourceType, kPriorSourceTypes);
  move_to_prior(packet, kAigc, kPriorAigc, xml_safe_text(of_target.aigc_text));
  set(packet, kSourceType, kCompositeSourceType);
  set(packet, kAigc, aigc_json(tool, id));
  // The tool that made a picture first stays its creator; the history names all.
  if (!packet.has(kCreatorTool.uri, kCreatorTool.local)) set(packet, kCreatorTool, tool);
  packet.append_history({{"action", "edited"},
                         {"softwareAgent", tool},
                         {"changed", "/"},
                         {"parameters", (how.face_count > 0 ? "faces fused: " + faces + "; " : "") +
                                            "networks: " + joined(how.models) +
                                            "; visible mark: " + (how.visible_mark ? "yes" : "no")}});
  set(packet, kEngineVersion, how.engine_version);
  if (how.face_count > 0) {
    set(packet, kFaceCount, faces);
  } else {
    packet.remove(kFaceCount.uri, kFaceCount.local);
  }
  packet.set_list(kModels.uri, kModels.local, how.models);
  set(packet, kVisibleMark, how.visible_mark ? kTrue : kFalse);
}

// Makes the entries true that writing the picture anew has made untrue. False: all were.
bool make_true(XmpPacket& packet, const Metadata& of_target) {
  bool changed = false;
  for (const Property& stale : kStale) changed |= packet.remove(stale.uri, stale.local);
  const std::string orientation = value(packet, kOrientation);
  if (!orientation.empty() && orientation != "1") {
    set(packet, kOrientation, "1");
    changed = true;
  }
  if (of_target.had_c2pa && !packet.has(kPriorC2pa.uri, kPriorC2pa.local)) {
    set(packet, kPriorC2pa, kTrue);
    changed = true;
  }
  // A label that is not in XMP would be lost.
  if (!of_target.aigc_text.empty() && !packet.has(kAigc.uri, kAigc.local)) {
    set(packet, kAigc, of_target.aigc_text);
    changed = true;
  }
  return changed;
}

}  // namespace

Bytes output_xmp(const Metadata& of_target, const Provenance& how, const std::string& id) {
  XmpPacket packet;
  bool changed = how.fused;
  if (!of_target.xmp.empty()) {
    auto parsed = XmpPacket::parse(of_target.xmp);
    if (!parsed.ok() && !how.fused) return of_target.xmp;
    if (parsed.ok()) {
      packet = std::move(*parsed);
    } else {
      set(packet, kUnreadableXmp, as_text(of_target.xmp).substr(0, kMaxUnreadableBytes));
    }
  }
  changed |= make_true(packet, of_target);
  // PNG has no place for zeros, which UTF-16 is full of.
  changed |= as_text(of_target.xmp).find('\0') != std::string_view::npos;
  if (!changed) return of_target.xmp;
  if (how.fused) add_label(packet, of_target, how, id);
  return to_bytes(packet.serialise());
}

Metadata metadata_of_drawing(const Metadata& of_photo) {
  const auto label = label_of(of_photo);
  const bool unlabelled = label.ok() && label->digital_source_type.empty() && !label->aigc &&
                          label->prior_digital_source_types.empty() && label->prior_aigc.empty() &&
                          !label->prior_c2pa;
  Metadata out;
  if (!unlabelled) out.xmp = output_xmp(of_photo, {}, "");
  return out;
}

Result<LabelRecord> label_of(const Metadata& metadata) {
  XmpPacket packet;
  if (!metadata.xmp.empty()) {
    MIEN_ASSIGN(packet, XmpPacket::parse(metadata.xmp));
  }
  LabelRecord record;
  record.digital_source_type = value(packet, kSourceType);
  std::string json = value(packet, kAigc);
  if (json.empty()) json = metadata.aigc_text;
  if (!json.empty()) record.aigc = parse_aigc(json);
  record.prior_digital_source_types = values(packet, kPriorSourceTypes);
  record.prior_aigc = values(packet, kPriorAigc);
  record.prior_c2pa = metadata.had_c2pa || value(packet, kPriorC2pa) == kTrue;
  record.engine_version = value(packet, kEngineVersion);
  record.made_by_mien = !record.engine_version.empty();
  record.face_count = std::atoi(value(packet, kFaceCount).c_str());
  record.models = values(packet, kModels);
  record.visible_mark = value(packet, kVisibleMark) == kTrue;
  return record;
}

std::vector<std::string> LabelRecord::problems() const {
  // IPTC news codes for what a trained model made, as a whole or in part.
  constexpr std::string_view kSyntheticKinds[] = {"compositeWithTrainedAlgorithmicMedia",
                                                  "trainedAlgorithmicMedia", "compositeSynthetic"};
  std::vector<std::string> found;
  const std::string expected = std::string(", expected ") + kCompositeSourceType;
  const std::string kind = digital_source_type.substr(digital_source_type.find_last_of('/') + 1);
  if (digital_source_type.empty()) {
    found.push_back("Iptc4xmpExt:DigitalSourceType is missing" + expected);
  } else if (std::find(std::begin(kSyntheticKinds), std::end(kSyntheticKinds), kind) ==
             std::end(kSyntheticKinds)) {
    found.push_back("Iptc4xmpExt:DigitalSourceType is " + digital_source_type + expected);
  }
  if (!aigc) {
    found.emplace_back("TC260:AIGC is missing");
  } else if (!aigc->well_formed()) {
    found.push_back("TC260:AIGC is not well-formed: " + aigc->problem);
  } else if (aigc->label != "1") {
    found.push_back("TC260:AIGC has Label \"" + aigc->label + "\", expected \"1\"");
  }
  return found;
}

}  // namespace mien
