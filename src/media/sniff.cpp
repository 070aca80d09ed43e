#include "media/sniff.h"

#include <algorithm>

namespace mien {
namespace {

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  const char* name;
  const char* advice = "convert it to one of these";
};

constexpr char kNoPicture[] = "name a picture";

using namespace std::string_view_literals;

// Pictures in the boxes that films come in, too.
constexpr Signature kBoxedPictures[] = {
    {4, "ftypheic"sv, "a HEIC picture"},           {4, "ftypheix"sv, "a HEIC picture"},
    {4, "ftyphevc"sv, "an animated HEIC picture"}, {4, "ftypmif1"sv, "a HEIF picture"},
    {4, "ftypmsf1"sv, "an animated HEIF picture"}, {4, "ftypavif"sv, "an AVIF picture"},
    {4, "ftypavis"sv, "an animated AVIF picture"},
};

// More telling ones first.
constexpr Signature kOthers[] = {
    {0, "GIF8"sv, "a GIF picture"},
    {0, "BM"sv, "a BMP picture"},
    {0, "II*\0"sv, "a TIFF or camera raw picture"},
    {0, "MM\0*"sv, "a TIFF or camera raw picture"},
    {0, "8BPS"sv, "a Photoshop document"},
    {0, "\xff\x0a"sv, "a JPEG XL picture"},
    {0, "\0\0\0\x0cJXL "sv, "a JPEG XL picture"},
    {0, "\0\0\0\x0cjP  "sv, "a JPEG 2000 picture"},
    {4, "ftyp"sv, "a video or audio file", kNoPicture},
    {0, "\x1a\x45\xdf\xa3"sv, "a Matroska or WebM video", kNoPicture},
    {0, "MIENFACE"sv, "an enrolled face (.mien)", "it goes where a source goes; name a picture"},
    {0, "%PDF"sv, "a PDF document", kNoPicture},
    {0, "PK\x03\x04"sv, "a ZIP archive or an office document", kNoPicture},
    {0, "<svg"sv, "an SVG drawing"},
    {0, "<?xml"sv, "an XML text", kNoPicture},
    {0, "<!DOCTYPE"sv, "a web page", kNoPicture},
    {0, "<html"sv, "a web page", kNoPicture},
};

bool is_text(ByteView content) {
  const ByteView head = content.first(std::min<std::size_t>(content.size(), 512));
  return std::all_of(head.begin(), head.end(),
                     [](std::uint8_t c) { return (c >= 0x20 && c != 0x7f) || (c >= '\t' && c <= '\r'); });
}

// nullptr: none of them.
const Signature* find_signature(std::span<const Signature> list, ByteView content) {
  const auto found = std::find_if(list.begin(), list.end(), [content](const Signature& other) {
    return has_at(content, other.offset, other.bytes);
  });
  return found == list.end() ? nullptr : &*found;
}

const Signature* signature_of(ByteView content) {
  const Signature* boxed = find_signature(kBoxedPictures, content);
  return boxed ? boxed : find_signature(kOthers, content);
}

}  // namespace

std::optional<FileFormat> format_of(ByteView content) {
  if (has_at(content, 0, "\xff\xd8\xff"sv)) return FileFormat::kJpeg;
  if (has_at(content, 0, "\x89PNG\r\n\x1a\n"sv)) return FileFormat::kPng;
  if (has_at(content, 0, "RIFF"sv) && has_at(content, 8, "WEBP"sv)) return FileFormat::kWebp;
  return {};
}

bool is_boxed_picture(ByteView content) { return find_signature(kBoxedPictures, content) != nullptr; }

std::string describe_content(ByteView content) {
  if (const Signature* other = signature_of(content)) return other->name;
  if (is_text(content)) return "a text file";
  return "of no picture format known here";
}

std::string advice_for(ByteView content) {
  const Signature* other = signature_of(content);
  return other ? other->advice : kNoPicture;
}

}  // namespace mien
