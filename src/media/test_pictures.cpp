#include "media/test_pictures.h"

#include <png.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "api/fused_image_access.h"

namespace mien::testing {
namespace {

namespace fs = std::filesystem;

void put(Bytes& bytes, std::uint32_t value, int size, bool big_endian) {
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (big_endian ? size - 1 - i : i))));
  }
}

int components_of(J_COLOR_SPACE space) {
  return space == JCS_GRAYSCALE ? 1 : space == JCS_CMYK || space == JCS_YCCK ? 4 : 3;
}

}  // namespace

Image test_image(int width, int height, PixelFormat format) {
  Image image(width, height, format);
  const int channels = channel_count(format);
  for (int y = 0; y < height; ++y) {
    std::uint8_t* pixel = image.mutable_view().row(y);
    for (int x = 0; x < width; ++x, pixel += channels) {
      const int across = 255 * x / std::max(1, width - 1), down = 255 * y / std::max(1, height - 1);
      const int values[4] = {across, 255 - down, (across + down) / 2, across};
      for (int c = 0; c < channels; ++c) pixel[c] = static_cast<std::uint8_t>(values[c]);
    }
  }
  return image;
}

Image filled_image(int width, int height, PixelFormat format, std::uint8_t value) {
  Image image(width, height, format);
  const MutableImageView view = image.mutable_view();
  for (int y = 0; y < height; ++y) std::fill_n(view.row(y), view.stride_bytes, value);
  return image;
}

FusedImage fused_picture(Image image, bool fused) {
  FusedImage picture;
  FusedImageAccess::image(picture) = std::move(image);
  Provenance& provenance = FusedImageAccess::provenance(picture);
  provenance.fused = fused;
  provenance.face_count = fused ? 2 : 0;
  provenance.engine_version = "0.1.0";
  provenance.models = {"detect@0123abcd", "mesh@4567cdef"};
  provenance.visible_mark = fused;
  return picture;
}

Bytes make_jpeg(int width, int height, const PixelSource& pixel, const JpegSpec& spec) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = components_of(spec.samples);
  info.in_color_space = spec.samples;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, spec.stored);
  jpeg_set_quality(&info, 95, TRUE);
  info.write_Adobe_marker = spec.adobe_marker;
  if (spec.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (const auto& [marker, payload] : spec.segments) {
    jpeg_write_marker(&info, marker, payload.data(), static_cast<unsigned>(payload.size()));
  }
  for (int y = 0; y < height; ++y) {
    Bytes row;
    for (int x = 0; x < width; ++x) {
      const auto values = pixel(x, y);
      row.insert(row.end(), values.begin(), values.end());
    }
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&info, &pointer, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const Bytes file(memory, memory + size);
  std::free(memory);
  return file;
}

Bytes make_jpeg(ImageView rgb, const JpegSpec& spec) {
  const auto pixel = [&](int x, int y) {
    const std::uint8_t* p = rgb.row(y) + 3 * x;
    return std::vector<std::uint8_t>(p, p + 3);
  };
  return make_jpeg(rgb.width, rgb.height, pixel, spec);
}

Bytes make_png(int width, int height, const std::function<Bytes(int y)>& row, const PngSpec& spec) {
  Bytes file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto append = [](png_structp p, png_bytep data, std::size_t size) {
    auto& out = *static_cast<Bytes*>(png_get_io_ptr(p));
    out.insert(out.end(), data, data + size);
  };
  png_set_write_fn(png, &file, append, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), spec.bit_depth,
               spec.colour_type, spec.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (std::size_t i = 0; i + 2 < spec.palette.size(); i += 3) {
    palette.push_back({spec.palette[i], spec.palette[i + 1], spec.palette[i + 2]});
  }
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  if (!spec.palette_alpha.empty()) {
    png_set_tRNS(png, info, spec.palette_alpha.data(), static_cast<int>(spec.palette_alpha.size()), nullptr);
  }
  if (spec.transparent_gray >= 0) {
    png_color_16 colour{};
    colour.gray = static_cast<png_uint_16>(spec.transparent_gray);
    png_set_tRNS(png, info, nullptr, 0, &colour);
  }
  Bytes exif = spec.exif;
  if (!exif.empty()) png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), exif.data());
  for (auto [key, value] : spec.texts) {
    png_text text{};
    text.compression = PNG_TEXT_COMPRESSION_NONE;
    text.key = key.data();
    text.text = value.data();
    text.text_length = value.size();
    png_set_text(png, info, &text, 1);
  }
  png_write_info(png, info);
  std::vector<Bytes> rows;
  std::vector<png_bytep> pointers;
  for (int y = 0; y < height; ++y) rows.push_back(row(y));
  for (Bytes& bytes : rows) pointers.push_back(bytes.data());
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

Bytes make_png(ImageView image, const PngSpec& spec) {
  PngSpec full = spec;
  full.colour_type = has_alpha(image.format)               ? PNG_COLOR_TYPE_RGB_ALPHA
                     : image.format == PixelFormat::kGray8 ? PNG_COLOR_TYPE_GRAY
                                                           : PNG_COLOR_TYPE_RGB;
  const std::ptrdiff_t row_bytes = static_cast<std::ptrdiff_t>(image.width) * channel_count(image.format);
  return make_png(
      image.width, image.height, [&](int y) { return Bytes(image.row(y), image.row(y) + row_bytes); }, full);
}

Bytes make_exif(int orientation, int width, int height, bool big_endian, const Bytes& thumbnail) {
  Bytes tiff = to_bytes(big_endian ? "MM" : "II");
  const auto u16 = [&](std::uint32_t value) { put(tiff, value, 2, big_endian); };
  const auto u32 = [&](std::uint32_t value) { put(tiff, value, 4, big_endian); };
  const auto short_entry = [&](std::uint32_t tag, int value) {
    u16(tag), u16(3), u32(1), u16(static_cast<std::uint32_t>(value)), u16(0);
  };
  const auto long_entry = [&](std::uint32_t tag, std::size_t value) {
    u16(tag), u16(4), u32(1), u32(static_cast<std::uint32_t>(value));
  };
  constexpr std::size_t kFirst = 8, kExif = kFirst + 2 + 2 * 12 + 4, kSecond = kExif + 2 + 2 * 12 + 4,
                        kThumbnail = kSecond + 2 + 2 * 12 + 4;
  u16(42), u32(kFirst);
  u16(2), short_entry(0x0112, orientation), long_entry(0x8769, kExif);
  u32(thumbnail.empty() ? 0 : kSecond);
  u16(2), short_entry(0xA002, width), long_entry(0xA003, static_cast<std::size_t>(height)), u32(0);
  if (thumbnail.empty()) return tiff;
  u16(2), long_entry(0x0201, kThumbnail), long_entry(0x0202, thumbnail.size()), u32(0);
  tiff.insert(tiff.end(), thumbnail.begin(), thumbnail.end());
  return tiff;
}

Bytes make_icc(std::string_view space) {
  constexpr std::size_t kUsedBytes = 132 + 12 + 20;
  Bytes icc(kUsedBytes + 84, 0);
  // libpng takes no profile that compresses to nearly nothing.
  for (std::size_t i = kUsedBytes; i < icc.size(); ++i) icc[i] = static_cast<std::uint8_t>(i * i * 37 / 11);
  const auto place = [&](std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), icc.begin() + static_cast<std::ptrdiff_t>(at));
  };
  using namespace std::string_view_literals;
  icc[3] = static_cast<std::uint8_t>(icc.size());
  place(8, "\x04\x20\x00\x00"sv);
  place(12, "mntr");
  place(16, space);
  place(20, "XYZ ");
  place(36, "acsp");
  place(68, "\x00\x00\xF6\xD6\x00\x01\x00\x00\x00\x00\xD3\x2D"sv);  // D50
  place(128, "\x00\x00\x00\x01"sv);                                 // one tag
  place(132, "wtpt\x00\x00\x00\x90\x00\x00\x00\x14"sv);
  place(144, "XYZ \x00\x00\x00\x00\x00\x00\xF6\xD6\x00\x01\x00\x00\x00\x00\xD3\x2D"sv);
  return icc;
}

std::string make_xmp(const std::string& attributes, const std::string& elements) {
  return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF "
         "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
         "  <rdf:Description rdf:about=\"\" " +
         attributes + ">\n   " + elements +
         "\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

int largest_difference(ImageView a, ImageView b) {
  if (a.width != b.width || a.height != b.height || a.format != b.format) return -1;
  int largest = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int i = 0; i < a.width * channel_count(a.format); ++i) {
      largest = std::max(largest, std::abs(a.row(y)[i] - b.row(y)[i]));
    }
  }
  return largest;
}

TempFolder::TempFolder() {
  std::string name = (fs::temp_directory_path() / "mien_media_test_XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> TempFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

void write_bytes(const fs::path& file, ByteView content) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

Bytes read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace mien::testing
