#include "fuse/uncover.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "core/luma.h"
#include "core/polygon.h"
#include "core/try.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/colour.h"
#include "fuse/fast_math.h"
#include "fuse/glasses.h"
#include "fuse/outline.h"
#include "fuse/painted_colour.h"

namespace mien {
namespace {

constexpr int kInputs = 4;             // RGB, cover
constexpr int kAnswers = 4;            // change of RGB, glasses
constexpr float kNoGlasses = -4;       // added to the answer before the sigmoid
constexpr float kPaintedFrom = 0.04f;  // of the cover: where less hides the face the answer says nothing
// Of what was painted (network's pixels), how much less it weighs than what is bare, and how much of brows
// and eyes stays as painted: `evaluate.py uncover` has its best PSNR around these.
constexpr float kSmoothSigma = 1.4f, kPaintedWeighsLess = 0.7f, kFeaturesStay = 0.75f;
// A photo's sharpening, shadows and gloss go on beside a frame: so far from it, but not near brows and eyes
// (in face widths), lines are taken off the skin that differ from what is around them by more than pores do
// (0..255).
constexpr float kBesideSigma = 1.5f, kBesideFrom = 0.06f, kBesideTo = 0.5f, kFeatureMargin = 0.03f;
constexpr float kPores = 1, kLine = 4;
constexpr float kUncoveredShare = 5e-3f;  // of the oval: less is not worth a look
constexpr int kSuspectPx = 160;  // side of the picture that the region network's suspicion is measured in ...
constexpr float kSuspectSpan = 1.35f;  // ... in sizes of the face
// What tells glasses from shadows: how far the region network suspects some, how well what this network sees
// lies where glasses do (scores: glasses_score()), and its area, in the face's width squared. 1,116 photos:
//   wearers                        suspected 0.003 to 0.8, score from 0.15, area 0.02 to 0.19
//   rimless, thin, on light faces  0.0015 to 0.02, 0.12 to 0.2, 0.006 to 0.02; bare ones 0.119 at most
//   bare dark faces                up to 0.0065, 0.40, 0.08 (shadows between brows and beside noses)
//   wearers among dark faces       0.003 and 0.006, 0.32 and 0.42, 0.055 and 0.07
// Light and dark are as the photo shows them: luma of the bare face, 0..255.
constexpr float kLeastGlasses = 0.03f, kLeastWellPlaced = 0.02f, kLeastUnsuspected = 0.07f;
constexpr float kWellPlaced = 0.15f;                           // scores
constexpr float kHardlySuspected = 3e-3f, kSuspected = 0.01f;  // by the region network
constexpr float kDarkFace = 110, kLightFace = 118;
constexpr float kLeastOnDarkFace = 0.05f;
constexpr float kPlacedOnLightFace = 0.12f, kLeastOnLightFace = 6e-3f, kSuspectedOnLightFace = 1.5e-3f;

std::uint8_t to_byte(float v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0f, 255.0f) + 0.5f); }

Image image_of(const PlanarRgb& pixels, int size) {
  Image out(size, size, PixelFormat::kRgba8);
  std::uint8_t* to = out.mutable_view().data;
  for (std::size_t i = 0; i < pixels.plane(); ++i, to += 4) {
    for (int c = 0; c < 3; ++c) to[c] = to_byte(pixels.channel(c)[i]);
    to[3] = 255;
  }
  return out;
}

// The colour that stands for covered pixels: the mean, 0..255, of what is bare of the face.
std::array<float, 3> mean_colour(const PlanarRgb& pixels, const Plane& cover, const Plane& oval) {
  std::array<double, 3> sum{};
  double area = 1e-3;
  for (std::size_t i = 0; i < oval.size(); ++i) {
    const double bare = oval.values[i] * (1 - cover.values[i]);
    area += bare;
    for (int c = 0; c < 3; ++c) sum[c] += bare * pixels.channel(c)[i];
  }
  return {static_cast<float>(sum[0] / area), static_cast<float>(sum[1] / area),
          static_cast<float>(sum[2] / area)};
}

// Covers count inside the face alone: around it hair and walls stay what they are. -> share of the face
float keep_inside(const Plane& oval, Plane* cover) {
  double covered = 0, area = 1e-3;
  for (std::size_t i = 0; i < oval.size(); ++i) {
    cover->values[i] *= oval.values[i];
    covered += cover->values[i], area += oval.values[i];
  }
  return static_cast<float>(covered / area);
}

// The network's fourth answer, within the band that glasses lie in.
void read_glasses(const Tensor& answer, const Plane& band, Plane* glasses) {
  for (std::size_t i = 0; i < band.size(); ++i)
    glasses->values[i] = band.values[i] / (1 + std::exp(-(answer.channel(3)[i] + kNoGlasses)));
}

// The answer is added to what the network saw, as far as the face is covered or wears glasses.
void paint(const std::array<float, 3>& mean, UncoverScratch* s) {
  s->share = s->cover;
  s->painted.resize(s->cover.width, s->cover.height);
  for (std::size_t i = 0; i < s->cover.size(); ++i) {
    const float cover = s->cover.values[i];
    const float share = s->share.values[i] = std::max(cover, s->glasses.values[i]);
    for (int c = 0; c < 3; ++c) {
      const float own = s->pixels.channel(c)[i];
      s->painted.channel(c)[i] =
          std::clamp(own + cover * (mean[c] - own) + share * 255 * s->answer.channel(c)[i], 0.0f, 255.0f);
    }
  }
}

// Where lines beside frames are sought, 0..1. mesh: crop pixels.
void draw_beside_glasses(const Mesh& mesh, UncoverScratch* s) {
  Plane& near_features = s->blurred;
  near_features.resize(s->glasses.width, s->glasses.height);
  near_features.fill(0);
  for (const std::span<const topology::Index> part : kBrowsAndEyes)
    fill_polygon(offset_polygon(outline(mesh, part), kFeatureMargin * face_width_px(mesh)), &near_features);
  gaussian_blur(&near_features, kSmoothSigma, &s->line);
  s->beside = s->glasses;
  gaussian_blur(&s->beside, kBesideSigma, &s->line);
  for (std::size_t i = 0; i < s->beside.size(); ++i) {
    float& beside = s->beside.values[i];
    beside = smoothstep(kBesideFrom, kBesideTo, beside) * (1 - near_features.values[i]);
  }
}

// What was painted, blurred together with what is bare beside it.
void blur_painted(UncoverScratch* s) {
  s->weight = s->share;
  for (std::size_t i = 0; i < s->weight.size(); ++i) {
    float& w = s->weight.values[i];
    w = 1 - kPaintedWeighsLess * std::max(w, s->beside.values[i]);
  }
  s->blurred_weight = s->weight;
  gaussian_blur(&s->blurred_weight, kSmoothSigma, &s->line);
  s->smooth.resize(s->share.width, s->share.height);
  for (int c = 0; c < 3; ++c) {
    s->blurred = s->weight;
    for (std::size_t i = 0; i < s->blurred.size(); ++i) s->blurred.values[i] *= s->painted.channel(c)[i];
    gaussian_blur(&s->blurred, kSmoothSigma, &s->line);
    for (std::size_t i = 0; i < s->blurred.size(); ++i)
      s->smooth.channel(c)[i] = s->blurred.values[i] / s->blurred_weight.values[i];
  }
}

// mesh: crop pixels. s->features: brows and eyes.
void match_colour(const Mesh& mesh, UncoverScratch* s) {
  Plane& skin = s->blurred;
  skin.resize(s->share.width, s->share.height);
  skin.fill(0);
  fill_polygon(outline(mesh, topology::kOuterLips), &skin);
  for (std::size_t i = 0; i < skin.size(); ++i)
    skin.values[i] =
        s->oval.values[i] * (1 - std::max(skin.values[i], std::min(s->features.values[i], 1.0f)));
  match_painted_colour(s->share, skin, face_width_px(mesh), &s->painted);
}

// Colours are matched, then: what the network adds is less sharp than the edge of a frame, so a thin bright
// line is left along it: what was painted is smoothed, and so are the lines beside it. Brows and eyes keep
// most of their edges. mesh: crop pixels.
void smooth_painted(const Mesh& mesh, UncoverScratch* s) {
  s->features.resize(s->share.width, s->share.height);
  s->features.fill(0);
  for (const std::span<const topology::Index> part : kBrowsAndEyes)
    fill_polygon(outline(mesh, part), &s->features);
  gaussian_blur(&s->features, kSmoothSigma, &s->line);
  match_colour(mesh, s);
  draw_beside_glasses(mesh, s);
  blur_painted(s);
  for (std::size_t i = 0; i < s->share.size(); ++i) {
    std::array<float, 3> apart;
    for (int c = 0; c < 3; ++c) apart[c] = s->smooth.channel(c)[i] - s->painted.channel(c)[i];
    const float step = luma(apart.data());
    const float line = s->beside.values[i] * smoothstep(kPores, kLine, std::abs(step)),
                painted = s->share.values[i] * (1 - kFeaturesStay * s->features.values[i]);
    for (int c = 0; c < 3; ++c) s->painted.channel(c)[i] += std::max(painted, line) * apart[c];
    s->share.values[i] = std::max(s->share.values[i], line);
  }
}

// What laid over the photo with its alpha gives what was painted, smoothed strips beside frames among it.
// Nothing else of the photo is in it, since it is kept in caches; painted colours go on for a pixel beyond
// their edge, for who looks between pixels.
Image write_painted(const UncoverScratch& s) {
  const int size = s.share.width;
  Image out(size, size, PixelFormat::kRgba8);
  std::memset(out.mutable_view().data, 0, std::size_t{4} * size * size);
  const auto is_painted = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < size && y < size && s.share.row(y)[x] > kPaintedFrom;
  };
  const auto colour = [&](int x, int y, int c) {
    const std::size_t i = static_cast<std::size_t>(y) * size + x;
    const float own = s.pixels.channel(c)[i];
    return own + (s.painted.channel(c)[i] - own) / s.share.values[i];
  };
  for (int y = 0; y < size; ++y) {
    std::uint8_t* to = out.mutable_view().row(y);
    for (int x = 0; x < size; ++x, to += 4) {
      const int reach = is_painted(x, y) ? 0 : 1;
      float sum[3] = {}, count = 0;
      for (int v = y - reach; v <= y + reach; ++v) {
        for (int u = x - reach; u <= x + reach; ++u) {
          if (!is_painted(u, v)) continue;
          for (int c = 0; c < 3; ++c) sum[c] += colour(u, v, c);
          ++count;
        }
      }
      for (int c = 0; c < 3 && count > 0; ++c) to[c] = to_byte(sum[c] / count);
      if (reach == 0) to[3] = to_byte(255 * s.share.row(y)[x]);
    }
  }
  return out;
}

// How much of a picture is more likely glasses than not, in the face's width squared.
float area_seen(const Plane& glasses, float face_px) {
  const auto count =
      std::count_if(glasses.values.begin(), glasses.values.end(), [](float v) { return v > 0.5f; });
  return static_cast<float>(count) / (face_px * face_px);
}

}  // namespace

bool look_like_glasses(float suspected, float score, float area, float face_luma) {
  if (face_luma > kLightFace && suspected >= kSuspectedOnLightFace && score >= kPlacedOnLightFace &&
      area >= kLeastOnLightFace)
    return true;
  if (face_luma < kDarkFace && suspected >= kHardlySuspected && suspected < kSuspected)
    return score >= kWearsGlasses && area >= kLeastOnDarkFace;
  if (suspected < kHardlySuspected) return score >= kWearsGlasses && area >= kLeastUnsuspected;
  return score >= kWearsGlasses || (score >= kWellPlaced && area >= kLeastWellPlaced) ||
         (suspected >= kSuspected && area >= kLeastGlasses);
}

Result<UncoverNet> UncoverNet::load(const ModelFolder& folder, int threads) {
  MIEN_ASSIGN(Net net, Net::load(folder, "uncover", threads));
  const InputSpec& in = net.spec().input;
  if (in.channels != kInputs || in.width != in.height || net.spec().outputs.size() != 1) {
    return Status(Code::kModelRefused, "network uncover: the manifest must say " + std::to_string(kInputs) +
                                           " channels of a square and 1 output, it says " +
                                           std::to_string(in.channels) + " of " + std::to_string(in.width) +
                                           " x " + std::to_string(in.height) + " and " +
                                           std::to_string(net.spec().outputs.size()));
  }
  UncoverNet out(std::move(net));
  MIEN_ASSIGN(const double span, out.net_.spec().parameter("crop_span"));
  out.span_ = static_cast<float>(span);
  return out;
}

UncoverNet::Suspicion UncoverNet::suspect(const Mesh& mesh, const RegionMap& regions, UncoverScratch& s) {
  Suspicion out;
  const Affine crop_from_photo = crop_from_frame(level_square(mesh), kSuspectSpan, kSuspectPx);
  const Mesh in_crop = transformed(mesh, crop_from_photo);
  const Affine photo_from_crop = crop_from_photo.inverse();
  regions.sample({RegionClass::kOccluder}, photo_from_crop, kSuspectPx, kSuspectPx, &s.cover);
  const float score = out.score = glasses_score(in_crop, s.cover);
  GlassesScratch glasses;
  out.may_wear = score >= kMayWearGlasses &&
                 eyes_are_seen(regions, photo_from_crop, in_crop, kSuspectPx, kSuspectPx, &glasses);
  out.surely_wears = out.may_wear && score >= kWearsGlasses;
  return out;
}

bool UncoverNet::may_wear_glasses(const Mesh& mesh, const RegionMap& regions, UncoverScratch& s) {
  return is_usable(mesh) && suspect(mesh, regions, s).may_wear;
}

UncoverNet::Look UncoverNet::first_look(const Mesh& mesh, const RegionMap& regions, UncoverScratch& s) const {
  Look look;
  static_cast<Suspicion&>(look) = suspect(mesh, regions, s);
  look.shows_glasses = look.may_wear;
  look.crop_from_photo = crop_from_frame(level_square(mesh), span_, net_.spec().input.width);
  return look;
}

void UncoverNet::prepare(ImageView photo, const Mesh& mesh, const RegionMap& regions, UncoverScratch& s,
                         Look* out) const {
  Look& look = *out;
  const int size = net_.spec().input.width;
  sample_affine(photo, look.crop_from_photo, size, size, &s.pixels);
  look.crop = image_of(s.pixels, size);
  const Mesh in_crop = transformed(mesh, look.crop_from_photo);
  const Affine photo_from_crop = look.crop_from_photo.inverse();
  s.glasses.resize(size, size);
  s.glasses.fill(0);  // the network finds them itself
  const SeenGlasses hidden_by_nothing{look.shows_glasses, &s.glasses};
  s.cover = find_covers(regions, photo_from_crop, in_crop, look.crop, &hidden_by_nothing).all;
  draw_face(in_crop, size, size, &s.oval);
  look.covered = keep_inside(s.oval, &s.cover) >= kUncoveredShare;
  look.mean = mean_colour(s.pixels, s.cover, s.oval);
}

Result<bool> UncoverNet::ask(const Look& look, const Mesh& mesh, UncoverScratch& s,
                             NetScratch& net_scratch) const {
  const InputSpec& in = net_.spec().input;
  const int size = in.width;
  s.input.resize(kInputs, size, size);
  for (std::size_t i = 0; i < s.cover.size(); ++i) {
    const float share = s.cover.values[i];
    for (int c = 0; c < 3; ++c) {
      const float v = s.pixels.channel(c)[i];
      s.input.channel(c)[i] = ((v + share * (look.mean[c] - v)) / 255 - in.mean[c]) / in.std[c];
    }
    s.input.channel(3)[i] = (share - in.mean[3]) / in.std[3];
  }
  MIEN_TRY(net_.run(s.input, {&s.answer, 1}, net_scratch));
  if (s.answer.channels != kAnswers || s.answer.width != size || s.answer.height != size) {
    return Status(Code::kModelRefused, "network uncover gives " + std::to_string(s.answer.channels) +
                                           " channels of " + std::to_string(s.answer.width) +
                                           " px, expected " + std::to_string(kAnswers) + " of " +
                                           std::to_string(size));
  }
  if (!std::all_of(s.answer.values.begin(), s.answer.values.end(), [](float v) { return std::isfinite(v); }))
    return Status(Code::kInternal, "network uncover gave a value that is not finite");
  if (!look.may_wear) return false;
  const Mesh in_crop = transformed(mesh, look.crop_from_photo);
  read_glasses(s.answer, eye_band(in_crop, size, size), &s.glasses);
  const float score = glasses_score(in_crop, s.glasses), area = area_seen(s.glasses, face_width_px(in_crop));
  const bool wears = look.surely_wears || look_like_glasses(look.score, score, area, luma(look.mean.data()));
  if (!wears) s.glasses.fill(0);
  return wears;
}

Result<std::optional<UncoveredFace>> UncoverNet::run(ImageView photo, const Mesh& mesh,
                                                     const RegionMap& regions, UncoverScratch& s,
                                                     NetScratch& net_scratch) const {
  if (!is_usable(mesh)) return std::optional<UncoveredFace>();
  Look look = first_look(mesh, regions, s);
  prepare(photo, mesh, regions, s, &look);
  if (!look.covered && !look.may_wear) return std::optional<UncoveredFace>();
  MIEN_ASSIGN(bool wears, ask(look, mesh, s, net_scratch));
  if (look.may_wear && !wears) {  // then what lies around the eyes covers them
    look.may_wear = look.shows_glasses = false;
    prepare(photo, mesh, regions, s, &look);
    if (!look.covered) return std::optional<UncoveredFace>();
    MIEN_ASSIGN(wears, ask(look, mesh, s, net_scratch));
  }
  if (!look.covered && !wears) return std::optional<UncoveredFace>();
  const Mesh in_crop = transformed(mesh, look.crop_from_photo);
  leave_seen_eyes(in_crop, &s.glasses);
  paint(look.mean, &s);
  smooth_painted(in_crop, &s);
  return std::optional<UncoveredFace>({write_painted(s), look.crop_from_photo, wears});
}

Result<std::optional<FineMask>> UncoverNet::find_glasses(ImageView photo, const Mesh& mesh,
                                                         const RegionMap& regions, UncoverScratch& s,
                                                         NetScratch& net_scratch) const {
  if (!is_usable(mesh)) return std::optional<FineMask>();
  Look look = first_look(mesh, regions, s);
  if (!look.may_wear) return std::optional<FineMask>();
  prepare(photo, mesh, regions, s, &look);
  MIEN_ASSIGN(const bool wears, ask(look, mesh, s, net_scratch));
  if (!wears) return std::optional<FineMask>();
  FineMask out{s.glasses, look.crop_from_photo};
  const int size = out.share.width;
  for (int i = 0; i < size; ++i) {
    out.share.row(0)[i] = out.share.row(size - 1)[i] = 0;
    out.share.row(i)[0] = out.share.row(i)[size - 1] = 0;
  }
  return std::optional<FineMask>(std::move(out));
}

Result<const UncoverNet*> LateUncoverNet::get() const {
  std::call_once(loaded_, [this] {
    const auto load = [this]() -> Result<UncoverNet> {
      MIEN_ASSIGN(const ModelFolder folder, ModelFolder::open(models_));
      return UncoverNet::load(folder, threads_);
    };
    net_.emplace(load());
  });
  if (!net_->ok()) return net_->status();
  return &**net_;
}

}  // namespace mien
