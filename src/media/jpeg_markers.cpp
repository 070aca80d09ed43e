#include "media/jpeg_markers.h"

#include <algorithm>

#include "core/try.h"
#include "media/content_id.h"
#include "media/xmp.h"

namespace mien {
namespace {

// A segment of extended XMP: signature, 32 characters of id, total size, offset (both 4 bytes, big endian),
// data.
constexpr std::size_t kIdBytes = 32;
constexpr std::size_t kExtendedHeaderBytes = kExtendedXmpSignature.size() + kIdBytes + 8;

std::uint32_t read_u32(ByteView bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

void append_u32(Bytes& bytes, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append(Bytes& bytes, std::string_view text) { bytes.insert(bytes.end(), text.begin(), text.end()); }
void append(Bytes& bytes, ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

// C2PA sits in JUMBF boxes: "JP", box instance and sequence numbers, box length, then the type.
bool is_jumbf(ByteView segment) { return segment.size() >= 16 && starts_with(segment.subspan(12), "jumb"); }

// The extended XMP with this id, put together from its segments; empty when some of it is missing. Sizes are
// summed up before memory is taken, because the stated total may be anything.
Bytes extended_xmp(const jpeg_marker_struct* first, std::string_view id) {
  const auto for_each_part = [&](auto&& visit) {
    for (const jpeg_marker_struct* marker = first; marker != nullptr; marker = marker->next) {
      const ByteView segment(marker->data, marker->data_length);
      if (marker->marker != kApp1 || segment.size() < kExtendedHeaderBytes) continue;
      if (!starts_with(segment, kExtendedXmpSignature)) continue;
      const ByteView header = segment.subspan(kExtendedXmpSignature.size());
      if (as_text(header.first(kIdBytes)) != id) continue;
      visit(read_u32(header.subspan(kIdBytes)), read_u32(header.subspan(kIdBytes + 4)),
            segment.subspan(kExtendedHeaderBytes));
    }
  };
  std::size_t received = 0;
  for_each_part([&](std::size_t, std::size_t, ByteView data) { received += data.size(); });
  Bytes content(received);
  bool fits = true;
  for_each_part([&](std::size_t total, std::size_t offset, ByteView data) {
    fits = fits && total == received && offset <= total && data.size() <= total - offset;
    if (fits) std::copy(data.begin(), data.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
  });
  return fits ? content : Bytes{};
}

// The packet with the rest that it refers to. When that is missing or either is damaged, the packet as it is.
Bytes joined_xmp(Bytes packet, const jpeg_marker_struct* first) {
  // Most files have no second part; those keep their packet unchanged, byte for byte.
  if (as_text(packet).find("HasExtendedXMP") == std::string_view::npos) return packet;
  auto main = XmpPacket::parse(packet);
  if (!main.ok()) return packet;
  const auto ids = main->values(kXmpNoteNamespace, "HasExtendedXMP");
  if (ids.size() != 1) return packet;
  auto rest = XmpPacket::parse(extended_xmp(first, ids.front()));
  if (!rest.ok()) return packet;
  main->remove(kXmpNoteNamespace, "HasExtendedXMP");
  main->take_all_from(std::move(*rest));
  return to_bytes(main->serialise());
}

Result<Bytes> one_segment(std::string_view signature, ByteView content, const char* what) {
  const std::size_t most = kMaxSegmentBytes - signature.size();
  if (content.size() > most) {
    return Status(Code::kLimit, std::string("the target's ") + what + " metadata has " +
                                    std::to_string(content.size()) + " bytes, a JPEG can hold " +
                                    std::to_string(most) + "; write a PNG or WebP instead");
  }
  Bytes segment;
  append(segment, signature);
  append(segment, content);
  return segment;
}

Done append_spread_xmp(std::vector<Bytes>& segments, ByteView content) {
  // Some bytes stay free for the reference to the second part.
  constexpr std::size_t kMostInFirst = kMaxSegmentBytes - kXmpSignature.size() - 1'200;
  MIEN_ASSIGN(XmpPacket packet, XmpPacket::parse(content));
  const std::string rest = packet.split_off(kMostInFirst).serialise();
  const std::string id = content_id(as_bytes(rest));
  packet.set(kXmpNoteNamespace, "HasExtendedXMP", id);
  const std::string first = packet.serialise();
  MIEN_ASSIGN(Bytes segment, one_segment(kXmpSignature, as_bytes(first), "XMP"));
  segments.push_back(std::move(segment));
  constexpr std::size_t kMostInRest = kMaxSegmentBytes - kExtendedHeaderBytes;
  for (std::size_t offset = 0; offset < rest.size(); offset += kMostInRest) {
    Bytes more;
    append(more, kExtendedXmpSignature);
    append(more, id);
    append_u32(more, rest.size());
    append_u32(more, offset);
    append(more, std::string_view(rest).substr(offset, kMostInRest));
    segments.push_back(std::move(more));
  }
  return {};
}

}  // namespace

Metadata metadata_from_markers(const jpeg_marker_struct* first) {
  Metadata metadata;
  const auto body = [](ByteView segment, std::string_view signature) {
    return Bytes(segment.begin() + static_cast<std::ptrdiff_t>(signature.size()), segment.end());
  };
  for (const jpeg_marker_struct* marker = first; marker != nullptr; marker = marker->next) {
    const ByteView segment(marker->data, marker->data_length);
    if (marker->marker == kApp11) metadata.had_c2pa |= is_jumbf(segment);
    if (marker->marker != kApp1) continue;
    if (starts_with(segment, kExifSignature) && metadata.exif.empty())
      metadata.exif = body(segment, kExifSignature);
    if (starts_with(segment, kXmpSignature) && metadata.xmp.empty())
      metadata.xmp = body(segment, kXmpSignature);
  }
  if (!metadata.xmp.empty()) metadata.xmp = joined_xmp(std::move(metadata.xmp), first);
  return metadata;
}

Result<std::vector<Bytes>> app1_segments(const Metadata& metadata) {
  std::vector<Bytes> segments;
  if (!metadata.exif.empty()) {
    MIEN_ASSIGN(Bytes exif, one_segment(kExifSignature, metadata.exif, "EXIF"));
    segments.push_back(std::move(exif));
  }
  if (metadata.xmp.empty()) return segments;
  if (metadata.xmp.size() <= kMaxSegmentBytes - kXmpSignature.size()) {
    MIEN_ASSIGN(Bytes xmp, one_segment(kXmpSignature, metadata.xmp, "XMP"));
    segments.push_back(std::move(xmp));
    return segments;
  }
  MIEN_TRY(append_spread_xmp(segments, metadata.xmp));
  return segments;
}

}  // namespace mien
