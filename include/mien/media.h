// Pictures from files and into files. Reads any JPEG, PNG or WebP; writes fused pictures only, always with
// their label.
//
//   auto target = mien::read_photo("target.jpg");
//   if (!target.ok()) return report(target.status());
//   ... session.fuse(target->image.view(), ..., fused);
//   auto label = mien::write_image(fused, target->metadata, "out.jpg");
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mien/fused_image.h"
#include "mien/image.h"
#include "mien/label.h"
#include "mien/status.h"

namespace mien {

enum class FileFormat { kJpeg, kPng, kWebp };

// "JPEG", "PNG", "WebP".
const char* format_name(FileFormat format);

// What a file says beside its pixels, ready to be written again beside pixels of the same size.
struct Metadata {
  // Colour profile. Kept only when it describes RGB, because that is what the pixels are after decoding.
  std::vector<std::uint8_t> icc;
  // The pixels as the file has them, in the profile's own numbers, when those are not sRGB; null otherwise.
  // write_image() takes from here, bit by bit, what was not changed.
  std::shared_ptr<const Image> original;
  // A TIFF block, without the "Exif\0\0" of JPEG. Orientation is 1 (read_photo turned the pixels), sizes are
  // those of the turned picture, and the thumbnail is taken out: it would show the picture as it was before
  // the change.
  std::vector<std::uint8_t> exif;
  // The XMP packet, as in the file. (Where a JPEG spreads it over several segments: the parts put together.)
  std::vector<std::uint8_t> xmp;
  // Labels that other makers put elsewhere than into XMP; write_image() carries them into it.
  std::string aigc_text;  // PNG text chunk "AIGC"
  bool had_c2pa =
      false;  // a C2PA manifest: not carried, since it cannot hold for changed pixels, but mentioned
};

struct Photo {
  // sRGB; kRgb8, or kRgba8 with straight alpha; upright, whatever the file's EXIF orientation
  Image image;
  Metadata metadata;
  FileFormat format = FileFormat::kJpeg;
  int bits = 8;              // per channel in the file (PNG: 1 to 16); the image always has 8
  bool had_alpha = false;    // the file has transparency, so the image is kRgba8
  int file_orientation = 1;  // EXIF orientation of the file, 1 to 8, already applied to the image
  std::string remark;        // when the colour profile could not be used, or the picture is an animation
};

// Guards against files that would take more memory than anyone wants to spend.
struct DecodeLimits {
  std::int64_t max_pixels = 200'000'000;  // width * height, checked against the header before memory is taken
  std::int64_t max_file_bytes = 1'000'000'000;  // checked before the file is read
};

// Decodes a picture. The content decides on the format, not the name.
//   JPEG   baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK (inverted by Adobe or not; without a
//          profile converted by the plain formula); truncated or damaged data is refused rather than shown
//          half grey
//   PNG    1 to 16 bits (16 are rounded to 8), grey, palette, tRNS and alpha, interlaced
//   WebP   lossy, lossless, alpha; of an animation the first frame
// Pixels become sRGB by the file's colour profile (grey, RGB, CMYK; relative colorimetric with black point
// compensation); without one, or when it is damaged, they are taken as sRGB. Gamma chunks are not applied.
// Says kNotFound, kUnreadable or kLimit, with the file's name.
Result<Photo> read_photo(const std::filesystem::path& file, const DecodeLimits& limits = {});
Result<Photo> read_photo(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {});

struct EncodeOptions {
  // 1..100. JPEG: from 90 on colour is kept at full resolution (4:4:4), below at half. WebP: 100 is lossless.
  // PNG: no effect.
  int quality = 92;
  std::optional<FileFormat>
      format;              // unset: the output's extension (.jpg .jpeg .jpe .jfif .png .webp) decides
  bool overwrite = false;  // false: an existing output is an error

  Done validate() const;
};

// Whether write_image() could write here, as far as can be seen without writing; for asking before the work
// instead of after.
Done check_output(const std::filesystem::path& file, const EncodeOptions& options = {});

// Writes a fused picture with the target's metadata and its label, and returns the label as it is in the
// file.
//   - The label cannot be left out. The target's XMP is kept; its own labels move to the record's `prior_`
//     lists. When provenance().fused is false nothing is labelled and everything the target said stays as it
//     was.
//   - Alpha is kept in PNG and WebP. JPEG has none: such pictures are laid on white.
//   - Colours are written in the target's profile: what was not changed keeps every bit.
//   - The file appears whole or not at all: it is written beside the output under another name, flushed, then
//     renamed. With overwrite == false an output that came into being meanwhile is not replaced either. A
//     symbolic link at the output's place is replaced by the file.
// Says kInvalidArgument, kUnwritable or kLimit (metadata or sizes beyond what the format can hold).
Result<LabelRecord> write_image(const FusedImage& picture, const Metadata& of_target,
                                const std::filesystem::path& file, const EncodeOptions& options = {});

// The same into memory; options.format and options.overwrite have no effect.
Result<std::vector<std::uint8_t>> encode_image(const FusedImage& picture, const Metadata& of_target,
                                               FileFormat format, const EncodeOptions& options = {});

}  // namespace mien
