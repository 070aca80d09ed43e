// What a picture file says about being synthetic, and whether it says enough.
//
// Two facts make the label, both in the file's XMP packet:
//   Iptc4xmpExt:DigitalSourceType   what kind of picture this is: an IPTC news code, an address that ends in
//                                   the kind
//   TC260:AIGC                      who made it and under which number: JSON with seven texts (GB 45438-2025,
//                                   TC260-PG guide)
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mien/status.h"

namespace mien {

// The kind that write_image() gives to a fused picture: a real photo with parts made by a trained model.
inline constexpr char kCompositeSourceType[] =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

// The value of TC260:AIGC.
struct AigcLabel {
  std::string json;                // as the file has it
  std::string problem;             // why it is not well-formed, one clause; empty when it is
  std::string label;               // "1" is synthetic, "2" may be, "3" is suspected to be
  std::string content_producer;    // who or what made the picture: "Mien 0.1.0"
  std::string produce_id;          // the maker's number of this picture
  std::string reserved_code1;      // the maker's own use
  std::string content_propagator;  // who passes it on; empty when nobody did
  std::string propagate_id;
  std::string reserved_code2;

  bool well_formed() const { return problem.empty(); }
};

// Everything that a file's metadata says about how the picture was made. Empty fields: the file does not say.
struct LabelRecord {
  std::string digital_source_type;  // the address, whole
  std::optional<AigcLabel> aigc;

  // Labels that the picture carried before it was fused, oldest first. Never dropped.
  std::vector<std::string> prior_digital_source_types;
  std::vector<std::string> prior_aigc;  // JSON texts, unchanged
  bool prior_c2pa = false;  // it had a C2PA manifest, which cannot hold for changed pixels and was left out

  // Only in files that Mien wrote:
  bool made_by_mien = false;
  std::string engine_version;
  int face_count = 0;
  std::vector<std::string> models;
  bool visible_mark = false;

  // What keeps the file from being labelled as synthetic, one clause each: a fact that is missing, another
  // kind of source, JSON that is not well-formed. Empty: both facts are there.
  std::vector<std::string> problems() const;
  bool labelled_as_synthetic() const { return problems().empty(); }
};

// Reads the labels of a JPEG, PNG or WebP without decoding its pixels. A file without any label gives an
// empty record; one whose XMP packet is not well-formed XML gives kUnreadable.
Result<LabelRecord> read_label(const std::filesystem::path& file);
Result<LabelRecord> read_label(std::span<const std::uint8_t> bytes);

// Done when the record labels its file as synthetic with both facts, well-formed; else kLabelPolicy with what
// is missing. name: of the file, for the message.
Done check_label(const LabelRecord& record, const std::string& name);

// Done when the file is labelled as synthetic with both facts, well-formed; else kLabelPolicy with what is
// missing.
Done verify_label(const std::filesystem::path& file);

}  // namespace mien
