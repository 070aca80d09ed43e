#include "pipeline/merge_sources.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "face/topology.h"
#include "fuse/fast_math.h"
#include "fuse/warp.h"

namespace mien {
namespace {

// A pixel is taken from another photo where that one is better by this factor; between the two it is mixed.
constexpr float kBetter = 1.3f, kMuchBetter = 2.2f;
constexpr float kUnseen = 0.02f;        // visibility below which a photo says nothing about a point
constexpr float kFullSharpness = 0.2f;  // more is grain, not detail
constexpr float kPainted = 0.6f;        // of the worth of a photo whose glasses were taken off
constexpr float kMostGain = 1.6f;       // of the other photo's light

// How much detail a photo has to give: its size in pixels, whether they are sharp, and its own.
float detail(const Source::Content& content) {
  const float size = std::min(content.quality.width_px, SourceTexture::kLargestFacePx) / 256;
  const float own = content.glasses_taken_off ? kPainted : 1.0f;
  return own * std::sqrt(size) * std::clamp(content.quality.sharpness / kFullSharpness, 0.05f, 1.0f);
}

float score(const Source::Content& content) {
  const float turned = std::max(std::abs(content.face.pose.yaw_deg), std::abs(content.face.pose.pitch_deg));
  const float eyes = content.texture.right_eye_open && content.texture.left_eye_open ? 1.0f : 0.6f;
  return detail(content) * eyes * (1 - content.quality.covered_share) *
         std::max(0.1f, std::cos(1.5f * turned * 3.14159265f / 180));
}

// Per surface point: visibility x detail of a photo. Own pixels only: what is mirrored was not seen.
std::array<float, kSurfacePoints> worth(const Source::Content& content, const FaceModel& model) {
  const auto n_z = facing(content.texture.mesh, model.triangles());
  std::array<float, kSurfacePoints> out;
  for (int i = 0; i < kSurfacePoints; ++i)
    out[i] = std::max(0.0f, n_z[i]) * content.texture.own_share[i] * detail(content);
  return out;
}

// Per surface point: how far the other photo's pixels replace the base's, 0..1.
std::array<float, kSurfacePoints> share_of_other(const std::array<float, kSurfacePoints>& base,
                                                 const std::array<float, kSurfacePoints>& other) {
  std::array<float, kSurfacePoints> out;
  for (int i = 0; i < kSurfacePoints; ++i)
    out[i] = other[i] < kUnseen ? 0 : smoothstep(kBetter, kMuchBetter, other[i] / std::max(base[i], 1e-4f));
  // Eyes come from one photo, whose irises the mesh knows: two gazes cannot be mixed.
  for (const auto& eye : {topology::kRightEye, topology::kLeftEye}) {
    for (const topology::Index i : eye) out[static_cast<std::size_t>(i)] = 0;
  }
  return out;
}

// The share as a picture on the base's texture, by the mesh.
Plane drawn(const std::array<float, kSurfacePoints>& share, const Mesh& mesh, const FaceModel& model,
            int width, int height) {
  std::vector<RasterVertex> vertices(kSurfacePoints);
  for (int i = 0; i < kSurfacePoints; ++i) vertices[i] = {mesh[i].x, mesh[i].y, mesh[i].z};
  Plane out, depth;
  out.resize(width, height), depth.resize(width, height);
  out.fill(0), depth.fill(std::numeric_limits<float>::infinity());
  rasterise(vertices, share, 1, model.triangles(), {width, height, out.values.data(), depth.values.data()});
  return out;
}

// What the other photo's colours must be multiplied with to have the base's light, from points that both see.
std::array<float, 3> light_gain(const Image& base, const PlanarRgb& other, const Plane& trust) {
  double sum_base[3] = {0, 0, 0}, sum_other[3] = {0, 0, 0};
  for (std::size_t i = 0; i < trust.size(); ++i) {
    if (!(trust.values[i] > 0.5f)) continue;
    for (int c = 0; c < 3; ++c)
      sum_base[c] += base.view().data[4 * i + c], sum_other[c] += static_cast<double>(other.channel(c)[i]);
  }
  std::array<float, 3> out;
  for (int c = 0; c < 3; ++c)
    out[c] = std::clamp(static_cast<float>((sum_base[c] + 1) / (sum_other[c] + 1)), 1 / kMostGain, kMostGain);
  return out;
}

void mix_in(const Source::Content& other, const std::array<float, kSurfacePoints>& share,
            const FaceModel& model, ThreadPool& pool, SourceTexture* base) {
  Image& level = base->levels[0];
  const int width = level.width(), height = level.height();
  WarpMaps maps;
  PlanarRgb pixels;
  Plane trust;
  make_warp_maps(other.texture, base->mesh, model.triangles(), width, height, &maps);
  warp_source(other.texture, maps, base->mesh, pool, &pixels, &trust);
  const Plane wanted = drawn(share, base->mesh, model, width, height);
  const auto gain = light_gain(level, pixels, trust);
  std::uint8_t* rgba = level.mutable_view().data;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const float k = wanted.values[i] * trust.values[i];
    if (!(k > 0)) continue;
    for (int c = 0; c < 3; ++c) {
      const float value = std::min(255.0f, gain[c] * pixels.channel(c)[i]);
      rgba[4 * i + c] =
          static_cast<std::uint8_t>(static_cast<float>(rgba[4 * i + c]) * (1 - k) + value * k + 0.5f);
    }
    rgba[4 * i + 3] =
        static_cast<std::uint8_t>(static_cast<float>(rgba[4 * i + 3]) * (1 - k) + 255 * k + 0.5f);
  }
}

SourceTexture merged_texture(const Source::Content& base, const std::vector<const Source::Content*>& others,
                             const FaceModel& model, ThreadPool& pool) {
  SourceTexture out;
  out.levels.push_back(base.texture.levels[0].clone());
  out.mesh = base.texture.mesh;
  out.own_share = base.texture.own_share;
  out.right_eye_open = base.texture.right_eye_open, out.left_eye_open = base.texture.left_eye_open;
  auto best = worth(base, model);
  for (const Source::Content* other : others) {
    const auto theirs = worth(*other, model);
    const auto share = share_of_other(best, theirs);
    mix_in(*other, share, model, pool, &out);
    for (int i = 0; i < kSurfacePoints; ++i) {
      out.own_share[i] = std::max(out.own_share[i], share[i] * other->texture.own_share[i]);
      best[i] = std::max(best[i], share[i] * theirs[i]);
    }
  }
  finish_texture(&out);
  return out;
}

// Coefficients and residual as means; pose and expression stay the base's.
void average_shape(const std::vector<EnrolledPhoto>& photos, ShapeFit* shape) {
  float sum = 0;
  Eigen::VectorXf identity = Eigen::VectorXf::Zero(shape->identity.size());
  Eigen::Matrix3Xf residual = Eigen::Matrix3Xf::Zero(3, shape->residual.cols());
  for (const EnrolledPhoto& photo : photos) {
    const float weight = score(*photo.content);
    sum += weight;
    identity += weight * photo.content->shape.identity;
    residual += weight * photo.content->shape.residual;
  }
  shape->identity = identity / sum;
  shape->residual = residual / sum;
}

std::optional<Identity> average_identity(const std::vector<EnrolledPhoto>& photos) {
  Identity mean;
  for (const EnrolledPhoto& photo : photos) {
    if (!photo.content->identity) return std::nullopt;
    for (int k = 0; k < kIdentityNumbers; ++k)
      mean.values[k] += score(*photo.content) * photo.content->identity->values[k];
  }
  const float length = std::sqrt(similarity(mean, mean));
  if (!(length > 1e-6f)) return std::nullopt;
  for (float& v : mean.values) v /= length;
  return mean;
}

}  // namespace

std::vector<EnrolledPhoto> without_strangers(std::vector<EnrolledPhoto> photos,
                                             std::vector<std::string>* rejections) {
  const auto known = [](const EnrolledPhoto& p) { return p.content->identity.has_value(); };
  const EnrolledPhoto* centre = nullptr;  // the photo that the others agree with most; the first of equals
  float best = -1e9f;
  for (const EnrolledPhoto& a : photos) {
    float agreement = 0;
    for (const EnrolledPhoto& b : photos) {
      if (known(a) && known(b) && a.number != b.number)
        agreement += similarity(*a.content->identity, *b.content->identity);
    }
    if (known(a) && agreement > best + 1e-4f) best = agreement, centre = &a;
  }
  if (centre == nullptr) return photos;
  const Identity person = *centre->content->identity;
  std::vector<EnrolledPhoto> kept;
  for (EnrolledPhoto& photo : photos) {
    const float alike = known(photo) ? similarity(*photo.content->identity, person) : 1;
    if (alike >= kSamePersonInAlbum) {
      kept.push_back(std::move(photo));
      continue;
    }
    char text[160];
    std::snprintf(text, sizeof text,
                  "photo %d shows another person, similarity %.2f, expected at least %.2f; it was left out",
                  photo.number, static_cast<double>(alike), static_cast<double>(kSamePersonInAlbum));
    rejections->push_back(text);
  }
  return kept;
}

ContentPtr merge_sources(const std::vector<EnrolledPhoto>& photos, const FaceModel& model, ThreadPool& pool,
                         std::vector<std::string> rejections) {
  std::vector<const EnrolledPhoto*> best_first;
  for (const EnrolledPhoto& photo : photos) best_first.push_back(&photo);
  std::stable_sort(best_first.begin(), best_first.end(),
                   [](const auto* a, const auto* b) { return score(*a->content) > score(*b->content); });
  const Source::Content& base = *best_first.front()->content;
  std::vector<const Source::Content*> others;
  for (std::size_t i = 1; i < best_first.size(); ++i) others.push_back(best_first[i]->content.get());
  auto out = std::make_shared<Source::Content>();
  out->face = base.face;
  out->quality = base.quality;
  out->shape = base.shape;
  out->texture = merged_texture(base, others, model, pool);
  average_shape(photos, &out->shape);
  out->identity = average_identity(photos);
  out->photo_count = static_cast<int>(photos.size());
  out->warnings = std::move(rejections);
  const std::string photo = "photo " + std::to_string(best_first.front()->number) + ": ";
  for (const std::string& warning : base.warnings) out->warnings.push_back(photo + warning);
  return out;
}

}  // namespace mien
