#include "video/clip_file.h"

#include <fstream>
#include <string_view>
#include <vector>

#include "media/bytes.h"
#include "media/sniff.h"

namespace mien {
namespace {

using namespace std::string_view_literals;

bool is_movie_box(ByteView head) {
  for (const auto name : {"moov"sv, "mdat"sv, "wide"sv, "free"sv, "skip"sv, "pnot"sv}) {
    if (has_at(head, 4, name)) return true;
  }
  return has_at(head, 4, "ftyp"sv) && !is_boxed_picture(head);
}

bool is_transport_stream(ByteView head) {
  constexpr std::size_t kPacket = 188;
  return head.size() > 2 * kPacket && head[0] == 0x47 && head[kPacket] == 0x47 && head[2 * kPacket] == 0x47;
}

}  // namespace

bool is_clip_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return false;
  std::ifstream in(file, std::ios::binary);
  Bytes bytes(512);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  const ByteView head(bytes);
  if (format_of(head)) return false;
  return is_movie_box(head) || is_transport_stream(head) || has_at(head, 0, "\x1a\x45\xdf\xa3"sv) ||
         (has_at(head, 0, "RIFF"sv) && has_at(head, 8, "AVI "sv)) || has_at(head, 0, "OggS"sv) ||
         has_at(head, 0, "FLV\x01"sv) || has_at(head, 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv) ||
         has_at(head, 0, "\0\0\x01\xba"sv);
}

}  // namespace mien
