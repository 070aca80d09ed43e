// Inputs for the media tests, made here with the codecs themselves, so that the code under test does not test
// itself.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "media/bytes.h"
#include "media/libjpeg.h"
#include "mien/fused_image.h"
#include "mien/media.h"

namespace mien::testing {

// Smooth, without any symmetry, every channel different; alpha runs from 0 to 255.
Image test_image(int width, int height, PixelFormat format = PixelFormat::kRgb8);
Image filled_image(int width, int height, PixelFormat format, std::uint8_t value);

// As Session would hand it out.
FusedImage fused_picture(Image image, bool fused = true);

struct JpegSpec {
  J_COLOR_SPACE samples = JCS_RGB;  // of the numbers that `pixel` gives
  J_COLOR_SPACE stored = JCS_YCbCr;
  bool adobe_marker = false;
  bool progressive = false;
  std::vector<std::pair<int, Bytes>> segments;  // marker code and payload
};
// pixel(x, y) gives as many numbers as `samples` has channels.
using PixelSource = std::function<std::vector<std::uint8_t>(int x, int y)>;
Bytes make_jpeg(int width, int height, const PixelSource& pixel, const JpegSpec& spec = {});
Bytes make_jpeg(ImageView rgb, const JpegSpec& spec = {});

struct PngSpec {
  int bit_depth = 8;
  int colour_type = 2;  // PNG_COLOR_TYPE_RGB
  bool interlaced = false;
  std::vector<std::uint8_t> palette;        // RGB triples
  std::vector<std::uint8_t> palette_alpha;  // tRNS for palettes
  int transparent_gray = -1;                // tRNS for grey
  Bytes exif;
  std::vector<std::pair<std::string, std::string>> texts;  // plain text chunks
};
// row(y) gives the packed bytes of a row, 16-bit numbers high byte first.
Bytes make_png(int width, int height, const std::function<Bytes(int y)>& row, const PngSpec& spec = {});
Bytes make_png(ImageView image, const PngSpec& spec = {});

// A TIFF block with orientation, sizes and, if wanted, a thumbnail (whose bytes are given).
Bytes make_exif(int orientation, int width, int height, bool big_endian = false, const Bytes& thumbnail = {});

// A colour profile that is formally valid; `space` is its four-letter colour space.
Bytes make_icc(std::string_view space = "RGB ");

// An XMP packet around some properties: attributes and elements of one rdf:Description.
std::string make_xmp(const std::string& attributes, const std::string& elements = {});

// The largest difference of any channel; -1 when the sizes or formats differ.
int largest_difference(ImageView a, ImageView b);

// A folder of its own for a test, deleted at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  std::vector<std::string> names() const;  // what is in it, sorted

 private:
  std::filesystem::path path_;
};

void write_bytes(const std::filesystem::path& file, ByteView content);
Bytes read_bytes(const std::filesystem::path& file);

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace mien::testing
