#include "api/enrol_file.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/try.h"
#include "face/crop.h"
#include "media/encode.h"
#include "mien/media.h"

namespace mien {
namespace {

constexpr std::uint32_t kLargestSide = 4096;  // of a texture, pixels
constexpr std::uint32_t kMostWarnings = 100;
constexpr float kLengthTolerance = 1e-3f;     // of an identity, from 1
constexpr std::uint32_t kLargestGrid = 1024;  // of a region map
// Qualities to try, best first, until the file is small enough; then the same at half the size.
constexpr std::array<int, 6> kQualities = {95, 92, 88, 84, 78, 70};

void write_mesh(const Mesh& mesh, ByteWriter* out) {
  for (const Point3f& p : mesh) out->floats(std::array{p.x, p.y, p.z});
}

void read_mesh(ByteReader* in, Mesh* mesh) {
  for (Point3f& p : *mesh) p.x = in->number<float>(), p.y = in->number<float>(), p.z = in->number<float>();
}

void write_pose(const Pose& pose, ByteWriter* out) {
  out->floats(std::array{pose.yaw_deg, pose.pitch_deg, pose.roll_deg});
}
void read_pose(ByteReader* in, Pose* pose) {
  pose->yaw_deg = in->number<float>(), pose->pitch_deg = in->number<float>(),
  pose->roll_deg = in->number<float>();
}

void write_face(const Face& face, ByteWriter* out) {
  out->floats(std::array{face.box.x0, face.box.y0, face.box.x1, face.box.y1, face.score, face.presence});
  for (const Point2f& p : face.points) out->floats(std::array{p.x, p.y});
  write_mesh(face.mesh, out);
  out->floats(face.visibility);
  write_pose(face.pose, out);
}

void read_face(ByteReader* in, Face* face) {
  for (float* v : {&face->box.x0, &face->box.y0, &face->box.x1, &face->box.y1, &face->score, &face->presence})
    *v = in->number<float>();
  for (Point2f& p : face->points) p.x = in->number<float>(), p.y = in->number<float>();
  read_mesh(in, &face->mesh);
  in->floats(face->visibility);
  read_pose(in, &face->pose);
}

void write_quality(const FaceQuality& q, ByteWriter* out) {
  out->floats(std::array{q.width_px, q.outside_share, q.covered_share, q.sharpness, q.brightness,
                         q.eye_opening, q.mouth_opening});
}

void read_quality(ByteReader* in, FaceQuality* q) {
  for (float* v : {&q->width_px, &q->outside_share, &q->covered_share, &q->sharpness, &q->brightness,
                   &q->eye_opening, &q->mouth_opening})
    *v = in->number<float>();
}

void write_identity(const std::optional<Identity>& identity, ByteWriter* out) {
  out->number<std::uint8_t>(identity.has_value());
  if (identity) out->floats(identity->values);
}

void read_identity(ByteReader* in, std::optional<Identity>* identity) {
  if (in->number<std::uint8_t>() == 0) return;
  in->floats(identity->emplace().values);
}

// similarity() is a cosine only of vectors of length 1: a longer one would look like everybody.
Done check_identity(const std::optional<Identity>& identity) {
  const float length = identity ? std::sqrt(similarity(*identity, *identity)) : 1;
  if (std::abs(length - 1) <= kLengthTolerance) return {};
  return Status(Code::kUnreadable, "its identity has length " + std::to_string(length) + ", expected 1");
}

void write_shape(const ShapeFit& shape, ByteWriter* out) {
  for (const Eigen::VectorXf* coefficients : {&shape.identity, &shape.expression}) {
    out->number(static_cast<std::uint32_t>(coefficients->size()));
    out->floats({coefficients->data(), static_cast<std::size_t>(coefficients->size())});
  }
  out->floats({shape.rotation.data(), 9});
  out->number(shape.scale);
  out->floats({shape.shift.data(), 3});
  out->floats({shape.residual.data(), std::size_t{3 * kSurfacePoints}});
  write_pose(shape.pose, out);
}

// Sets *fits to false when the shape belongs to another face model.
void read_shape(ByteReader* in, const FaceModel& model, ShapeFit* shape, bool* fits) {
  const std::array<std::pair<Eigen::VectorXf*, int>, 2> parts = {
      {{&shape->identity, model.identity_count()}, {&shape->expression, model.expression_count()}}};
  for (const auto& [coefficients, expected] : parts) {
    *fits = *fits && in->number<std::uint32_t>() == static_cast<std::uint32_t>(expected);
    if (!*fits) return;
    coefficients->resize(expected);
    in->floats({coefficients->data(), static_cast<std::size_t>(expected)});
  }
  in->floats({shape->rotation.data(), 9});
  shape->scale = in->number<float>();
  in->floats({shape->shift.data(), 3});
  shape->residual.resize(3, kSurfacePoints);
  in->floats({shape->residual.data(), std::size_t{3 * kSurfacePoints}});
  read_pose(in, &shape->pose);
}

// Colour as JPEG, trust as PNG.
struct Pictures {
  Bytes colour, trust;
};

Result<Pictures> encode_level(const Image& level, int quality) {
  Image colour(level.width(), level.height(), PixelFormat::kRgb8),
      trust(level.width(), level.height(), PixelFormat::kGray8);
  const std::size_t count = static_cast<std::size_t>(level.width()) * level.height();
  const std::uint8_t* from = level.view().data;
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(from + 4 * i, 3, colour.mutable_view().data + 3 * i);
    trust.mutable_view().data[i] = from[4 * i + 3];
  }
  Pictures out;
  MIEN_ASSIGN(out.colour, encode_plain(colour.view(), {}, FileFormat::kJpeg, quality));
  MIEN_ASSIGN(out.trust, encode_plain(trust.view(), {}, FileFormat::kPng, 100));
  return out;
}

void write_texture(const SourceTexture& texture, const Image& level, const Mesh& mesh,
                   const Pictures& pictures, ByteWriter* out) {
  out->number(static_cast<std::uint32_t>(level.width()));
  out->number(static_cast<std::uint32_t>(level.height()));
  write_mesh(mesh, out);
  out->floats(texture.own_share);
  out->number<std::uint8_t>(texture.right_eye_open);
  out->number<std::uint8_t>(texture.left_eye_open);
  out->blob(pictures.colour);
  out->blob(pictures.trust);
}

// One picture of the texture, of the size that the file promises.
Result<Image> decode_picture(std::span<const std::uint8_t> bytes, std::uint32_t width, std::uint32_t height) {
  const DecodeLimits limits{.max_pixels = static_cast<std::int64_t>(kLargestSide) * kLargestSide,
                            .max_file_bytes = static_cast<std::int64_t>(kLargestSourceFile)};
  MIEN_ASSIGN(Photo photo, read_photo(bytes, limits));
  const Image& image = photo.image;
  if (static_cast<std::uint32_t>(image.width()) != width ||
      static_cast<std::uint32_t>(image.height()) != height || image.format() != PixelFormat::kRgb8) {
    return Status(Code::kUnreadable, "its texture is " + std::to_string(image.width()) + " x " +
                                         std::to_string(image.height()) + " px, expected " +
                                         std::to_string(width) + " x " + std::to_string(height));
  }
  return std::move(photo.image);
}

Done read_texture(ByteReader* in, SourceTexture* texture) {
  const auto width = in->number<std::uint32_t>(), height = in->number<std::uint32_t>();
  read_mesh(in, &texture->mesh);
  in->floats(texture->own_share);
  texture->right_eye_open = in->number<std::uint8_t>() != 0;
  texture->left_eye_open = in->number<std::uint8_t>() != 0;
  const auto colour_bytes = in->blob(), trust_bytes = in->blob();
  const bool sane = in->good() && width >= 1 && height >= 1 && width <= kLargestSide &&
                    height <= kLargestSide &&
                    std::all_of(texture->own_share.begin(), texture->own_share.end(),
                                [](float v) { return v >= 0 && v <= 1; });
  if (!sane) return Status(Code::kUnreadable, "its texture's figures are out of range");
  MIEN_ASSIGN(const Image colour, decode_picture(colour_bytes, width, height));
  MIEN_ASSIGN(const Image trust, decode_picture(trust_bytes, width, height));
  Image level(static_cast<int>(width), static_cast<int>(height), PixelFormat::kRgba8);
  for (std::size_t i = 0; i < static_cast<std::size_t>(width) * height; ++i) {
    std::copy_n(colour.view().data + 3 * i, 3, level.mutable_view().data + 4 * i);
    level.mutable_view().data[4 * i + 3] = trust.view().data[3 * i];
  }
  texture->levels.clear();
  texture->levels.push_back(std::move(level));
  finish_texture(texture);
  return {};
}

Result<std::vector<std::uint8_t>> pack_at(const Source::Content& source, const std::string& identity_network,
                                          std::size_t level, int quality) {
  const Image& picture = source.texture.levels[level];
  MIEN_ASSIGN(const Pictures pictures, encode_level(picture, quality));
  // Level k's pixel i covers base pixels 2^k i .. 2^k (i + 1) - 1.
  const float k = std::ldexp(1.0f, -static_cast<int>(level));
  const Mesh mesh = transformed(source.texture.mesh, {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f});
  ByteWriter out;
  out.text(engine_version());
  out.text(identity_network);
  out.number(static_cast<std::uint32_t>(source.photo_count));
  write_face(source.face, &out);
  write_quality(source.quality, &out);
  write_identity(source.identity, &out);
  write_shape(source.shape, &out);
  write_texture(source.texture, picture, mesh, pictures, &out);
  out.number(static_cast<std::uint32_t>(std::min<std::size_t>(source.warnings.size(), kMostWarnings)));
  for (std::size_t i = 0; i < std::min<std::size_t>(source.warnings.size(), kMostWarnings); ++i)
    out.text(source.warnings[i]);
  return seal(kSourceKind, out.bytes());
}

void read_warnings(ByteReader* in, std::vector<std::string>* warnings) {
  const auto count = in->number<std::uint32_t>();
  if (count > kMostWarnings) in->fail();
  for (std::uint32_t i = 0; i < count && in->good(); ++i) warnings->push_back(in->text());
}

Status refused_content(const SealedKind& kind, const std::string& what) {
  return {Code::kUnreadable,
          std::string(kind.name) + " cannot be used: " + what + "; " + std::string(kind.advice)};
}

}  // namespace

Result<std::vector<std::uint8_t>> pack_source(const Source::Content& source,
                                              const std::string& identity_network) {
  for (std::size_t level = 0; level < source.texture.levels.size(); ++level) {
    for (const int quality : kQualities) {
      MIEN_ASSIGN(std::vector<std::uint8_t> bytes, pack_at(source, identity_network, level, quality));
      if (bytes.size() <= kLargestSourceFile) return bytes;
    }
  }
  return Status(Code::kInternal, "the enrolled face does not fit into " + std::to_string(kLargestSourceFile) +
                                     " bytes; use a smaller photo");
}

Result<ContentPtr> unpack_source(std::span<const std::uint8_t> bytes, const FaceModel& model,
                                 const std::string& identity_network) {
  MIEN_ASSIGN(const auto content, open_sealed(kSourceKind, bytes));
  ByteReader in(content);
  auto out = std::make_shared<Source::Content>();
  const std::string version = in.text(), made_by = in.text();
  out->photo_count = static_cast<int>(std::min(in.number<std::uint32_t>(), std::uint32_t{1'000'000}));
  read_face(&in, &out->face);
  read_quality(&in, &out->quality);
  read_identity(&in, &out->identity);
  const Done identity = in.good() ? check_identity(out->identity) : Done();
  if (!identity.ok()) return refused_content(kSourceKind, identity.status().message());
  bool fits = true;
  read_shape(&in, model, &out->shape, &fits);
  if (!fits && in.good()) {
    return Status(Code::kInvalidArgument, "the enrolled face was made by Mien " + version +
                                              " with another face model; enrol the photos again");
  }
  const Done texture = read_texture(&in, &out->texture);
  if (!texture.ok()) return refused_content(kSourceKind, texture.status().message());
  read_warnings(&in, &out->warnings);
  if (!in.at_end())
    return refused_content(kSourceKind, "its content ends at the wrong place or holds a number that is none");
  if (out->identity && made_by != identity_network) {
    out->identity.reset();
    out->warnings.push_back(
        "the enrolled face was made with other weights for recognising people, so similarities are not "
        "reported; enrol the photos again");
  }
  return ContentPtr(std::move(out));
}

namespace {

void write_affine(const Affine& m, ByteWriter* out) { out->floats(std::array{m.a, m.b, m.c, m.d, m.e, m.f}); }

void read_affine(ByteReader* in, Affine* m) {
  for (float* v : {&m->a, &m->b, &m->c, &m->d, &m->e, &m->f}) *v = in->number<float>();
}

// RGBA, square.
void write_image(const Image& image, ByteWriter* out) {
  out->number(static_cast<std::uint32_t>(image.width()));
  out->blob({image.view().data, static_cast<std::size_t>(image.width()) * image.height() * 4});
}

bool read_image(ByteReader* in, Image* out) {
  const auto side = in->number<std::uint32_t>();
  const auto bytes = in->blob();
  if (side < 2 || side > kLargestGrid || bytes.size() != std::size_t{4} * side * side) return false;
  *out = Image(static_cast<int>(side), static_cast<int>(side), PixelFormat::kRgba8);
  std::copy(bytes.begin(), bytes.end(), out->mutable_view().data);
  return true;
}

}  // namespace

std::vector<std::uint8_t> pack_analysis(const SourceAnalysis& analysis) {
  ByteWriter out;
  write_face(analysis.face, &out);
  write_identity(analysis.identity, &out);
  out.number<std::uint8_t>(analysis.regions.has_value());
  if (analysis.regions) {
    const Tensor& grid = analysis.regions->probability;
    for (const int v : {grid.channels, grid.height, grid.width}) out.number(static_cast<std::uint32_t>(v));
    out.floats(grid.values);
    write_affine(analysis.regions->map_from_frame, &out);
  }
  out.number<std::uint8_t>(analysis.uncovered.has_value());
  if (analysis.uncovered) {
    write_image(analysis.uncovered->colours, &out);
    write_affine(analysis.uncovered->crop_from_photo, &out);
    out.number<std::uint8_t>(analysis.uncovered->clear_glasses);
  }
  return seal(kAnalysisKind, out.bytes());
}

Result<SourceAnalysis> unpack_analysis(std::span<const std::uint8_t> bytes) {
  MIEN_ASSIGN(const auto content, open_sealed(kAnalysisKind, bytes));
  ByteReader in(content);
  SourceAnalysis out;
  read_face(&in, &out.face);
  read_identity(&in, &out.identity);
  const Done identity = in.good() ? check_identity(out.identity) : Done();
  if (!identity.ok()) return refused_content(kAnalysisKind, identity.status().message());
  if (in.number<std::uint8_t>() != 0) {
    const auto channels = in.number<std::uint32_t>(), height = in.number<std::uint32_t>(),
               width = in.number<std::uint32_t>();
    if (channels != kRegionClasses || height < 2 || width < 2 || height > kLargestGrid ||
        width > kLargestGrid) {
      return refused_content(kAnalysisKind, "its region map has a size out of range");
    }
    RegionMap& map = out.regions.emplace();
    map.probability.resize(static_cast<int>(channels), static_cast<int>(height), static_cast<int>(width));
    in.floats(map.probability.values);
    read_affine(&in, &map.map_from_frame);
  }
  if (in.number<std::uint8_t>() != 0) {
    UncoveredFace& face = out.uncovered.emplace();
    if (!read_image(&in, &face.colours))
      return refused_content(kAnalysisKind, "its uncovered face has a size out of range");
    read_affine(&in, &face.crop_from_photo);
    face.clear_glasses = in.number<std::uint8_t>() != 0;
  }
  if (!in.at_end())
    return refused_content(kAnalysisKind,
                           "its content ends at the wrong place or holds a number that is none");
  return out;
}

}  // namespace mien
