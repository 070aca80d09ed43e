// write_image() and encode_image(): fused pictures leave the library here, and only with their label.
#include <new>

#include "core/try.h"
#include "media/colour_profile.h"
#include "media/content_id.h"
#include "media/encode.h"
#include "media/file_io.h"
#include "media/label.h"

namespace mien {
namespace {

struct Labelled {
  Bytes file;
  LabelRecord label;
};

Result<Labelled> encode_labelled(const FusedImage& picture, const Metadata& of_target, FileFormat format,
                                 int quality) {
  if (picture.empty()) return Status(Code::kInvalidArgument, "there is no picture to write; fuse one first");
  Metadata metadata;
  metadata.icc = of_target.icc;
  metadata.exif = of_target.exif;
  Image converted;
  if (of_target.original) {
    MIEN_ASSIGN(converted, in_profile_of(of_target.original->view(), of_target.icc, picture.view()));
  }
  const ImageView pixels = of_target.original ? converted.view() : picture.view();
  metadata.xmp = output_xmp(of_target, picture.provenance(), content_id(pixels));
  Labelled result;
  auto label = label_of(metadata);
  if (label.ok()) result.label = std::move(*label);
  // A damaged packet passes with an unchanged picture, never with a fused one.
  if (picture.provenance().fused && !result.label.labelled_as_synthetic()) {
    return Status(Code::kLabelPolicy, "the picture cannot be labelled: " + result.label.problems().front());
  }
  MIEN_ASSIGN(result.file, encode_plain(pixels, metadata, format, quality));
  return result;
}

// As above, without exceptions.
Result<Labelled> encode_safely(const FusedImage& picture, const Metadata& of_target, FileFormat format,
                               int quality) {
  try {
    return encode_labelled(picture, of_target, format, quality);
  } catch (const std::bad_alloc&) {
    return Status(Code::kLimit, "encoding needs more memory than there is; scale the picture down");
  } catch (const std::exception& error) {
    return Status(Code::kInternal, std::string("cannot be encoded (") + error.what() + ")");
  }
}

Result<FileFormat> output_format(const std::filesystem::path& file, const EncodeOptions& options) {
  const auto format = options.format ? options.format : format_from_extension(file);
  if (format) return *format;
  return unknown_ending(file, ".jpg, .png or .webp; choose one of these");
}

IfExists if_exists(const EncodeOptions& options) {
  return options.overwrite ? IfExists::kReplace : IfExists::kRefuse;
}

}  // namespace

Done EncodeOptions::validate() const {
  if (quality >= 1 && quality <= 100) return {};
  return Status(Code::kInvalidArgument, "quality is " + std::to_string(quality) + ", expected 1 to 100");
}

Done check_output(const std::filesystem::path& file, const EncodeOptions& options) {
  MIEN_TRY(options.validate());
  MIEN_TRY(output_format(file, options));
  return check_can_write(file, if_exists(options));
}

Result<LabelRecord> write_image(const FusedImage& picture, const Metadata& of_target,
                                const std::filesystem::path& file, const EncodeOptions& options) {
  MIEN_TRY(check_output(file, options));
  MIEN_ASSIGN(const FileFormat format, output_format(file, options));
  auto encoded = encode_safely(picture, of_target, format, options.quality);
  if (!encoded.ok()) return encoded.status().with_context(file.string());
  MIEN_TRY(write_file(file, encoded->file, if_exists(options)));
  return std::move(encoded->label);
}

Result<std::vector<std::uint8_t>> encode_image(const FusedImage& picture, const Metadata& of_target,
                                               FileFormat format, const EncodeOptions& options) {
  MIEN_TRY(options.validate());
  MIEN_ASSIGN(Labelled encoded, encode_safely(picture, of_target, format, options.quality));
  return std::move(encoded.file);
}

}  // namespace mien
