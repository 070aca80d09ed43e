#include "fuse/lamp.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "fuse/fast_math.h"

namespace mien {
namespace {

constexpr float kHalfShadow = 0.1f;                   // how softly n . l goes to 0
constexpr float kPenumbra = 0.12f, kSharpest = 0.6f;  // a cast shadow's edge: per distance, and at least, px
constexpr float kNearest = 1.5f;  // pixels within which nothing casts a shadow: the mesh is coarse
constexpr float kLongest = 0.5f;  // of the picture's width; longer shadows fall beside the face

// Where lamps are looked for, in degrees: around the line of sight, and from the viewer.
constexpr int kAzimuths = 12;
constexpr float kFromViewer[] = {30, 52, 74}, kNearViewer = 15, kBesideFace = 88;
constexpr float kFinerSteps[] = {10, 5};
constexpr int kShrink = 3;  // meanwhile
constexpr float kDegree = 3.14159265f / 180;

constexpr float kMostOfLamp = 1;  // more than that is a face that is dark where shadows would be
// Of the misfit without a lamp, what it takes away: from smooth light held back, and from smooth light.
constexpr float kHardlyBetter = 0.06f, kBetter = 0.16f;
constexpr float kSkin = 0.01f;  // misfit that even skin has
constexpr float kHardlyMissed = 0.015f, kMissed = 0.04f;

Normal direction(float azimuth_deg, float from_viewer_deg) {
  const float up = std::sin(from_viewer_deg * kDegree);
  return {up * std::cos(azimuth_deg * kDegree), up * std::sin(azimuth_deg * kDegree),
          std::cos(from_viewer_deg * kDegree)};
}

// How far a ray from this pixel to the lamp passes below the surface, in widths of the shadow's edge.
float hidden_at(const Plane& depth, int x, int y, const Normal& lamp) {
  const float across = std::max(std::hypot(lamp.x, lamp.y), 1e-3f);
  const float u = lamp.x / across, v = lamp.y / across, climb = lamp.z / across;
  const float here = depth.row(y)[x];
  float hidden = 0;
  for (float s = kNearest; s < kLongest * static_cast<float>(depth.width); s += 1) {
    const int px = static_cast<int>(static_cast<float>(x) + s * u + 0.5f),
              py = static_cast<int>(static_cast<float>(y) + s * v + 0.5f);
    if (px < 0 || py < 0 || px >= depth.width || py >= depth.height) break;
    // The ray comes nearer to the viewer by climb per step; what is nearer still hides it.
    const float below = here - s * climb - depth.row(py)[px];        // of infinitely far: -infinity
    hidden = std::max(hidden, below / (kSharpest + kPenumbra * s));  // max() keeps the first of a NaN
  }
  return hidden;
}

Normal normal_at(const FaceRelief& face, std::size_t i) {
  return {face.normal[0].values[i], face.normal[1].values[i], face.normal[2].values[i]};
}

float light_at(const FaceRelief& face, std::size_t i, const Normal& to_lamp) {
  const int w = face.depth.width, x = static_cast<int>(i) % w, y = static_cast<int>(i) / w;
  const Normal n = normal_at(face, i);
  const float dot = n.x * to_lamp.x + n.y * to_lamp.y + n.z * to_lamp.z;
  const float facing = 0.5f * (dot + std::sqrt(dot * dot + kHalfShadow * kHalfShadow));
  if (facing < 0.01f) return facing;
  return facing * (1 - smoothstep(0.5f, 1.5f, hidden_at(face.depth, x, y, to_lamp)));
}

FaceRelief shrunk(const FaceRelief& face) {
  FaceRelief out;
  const int w = std::max(1, face.depth.width / kShrink), h = std::max(1, face.depth.height / kShrink);
  const auto take = [&](const Plane& from, Plane* to, float factor) {
    to->resize(w, h);
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) to->row(y)[x] = factor * from.row(kShrink * y)[kShrink * x];
    }
  };
  take(face.depth, &out.depth, 1.0f / static_cast<float>(kShrink));
  for (int c = 0; c < 3; ++c) take(face.normal[c], &out.normal[c], 1);
  take(face.weight, &out.weight, 1), take(face.luminance, &out.luminance, 1);
  return out;
}

// Where the light is known.
struct Samples {
  explicit Samples(const FaceRelief& face) {
    const LightModel ordinary = ordinary_light();
    for (std::size_t i = 0; i < face.weight.size(); ++i) {
      if (!(face.weight.values[i] > 0)) continue;
      const Normal n = normal_at(face, i);
      // A pixel stands for more surface where it is turned away.
      const float weight = face.weight.values[i] / std::max(n.z, 0.1f);
      list.push_back({n, weight, face.luminance.values[i] / ordinary.at(n), 0});
      pixels.push_back(i);
    }
  }

  std::vector<LightSample> list;
  std::vector<std::size_t> pixels;
};

// Share of a misfit; next to nothing of next to nothing is none.
float taken_away(float before, float after) { return 1 - (after + kSkin) / (before + kSkin); }

struct Guess {
  float azimuth_deg = 0, from_viewer_deg = 0, misfit = 0, share = 0;
};

// Looks for the lamp, at a smaller size.
class Search {
 public:
  explicit Search(const FaceRelief& face) : face_(shrunk(face)), samples_(face_) {
    best_.misfit = first_ = fit_lamp(samples_.list).misfit;
  }

  Guess run() {
    for (int a = 0; a < kAzimuths; ++a) {
      for (const float e : kFromViewer) attempt(360.0f * static_cast<float>(a) / kAzimuths, e);
    }
    for (const float step : kFinerSteps) {
      const Guess middle = best_;
      if (!(middle.share > 0)) break;
      for (const float a : {-step, 0.0f, step}) {
        for (const float e : {-step, 0.0f, step}) attempt(middle.azimuth_deg + a, middle.from_viewer_deg + e);
      }
    }
    return best_;
  }

  // Share of the misfit that the best lamp takes away.
  float gain() const { return taken_away(first_, best_.misfit); }

 private:
  void attempt(float azimuth_deg, float from_viewer_deg) {
    if (from_viewer_deg < kNearViewer || from_viewer_deg > kBesideFace) return;
    const Normal to_lamp = direction(azimuth_deg, from_viewer_deg);
    for (std::size_t i = 0; i < samples_.list.size(); ++i)
      samples_.list[i].lamp = light_at(face_, samples_.pixels[i], to_lamp);
    const LightModel light = fit_lamp(samples_.list);
    if (light.lamp > 0 && light.misfit < best_.misfit)
      best_ = {azimuth_deg, from_viewer_deg, light.misfit, light.lamp};
  }

  FaceRelief face_;
  Samples samples_;
  Guess best_;
  float first_ = 0;
};

}  // namespace

void light_of_lamp(const FaceRelief& face, const Normal& to_lamp, Plane* out) {
  out->resize(face.depth.width, face.depth.height);
  for (std::size_t i = 0; i < out->size(); ++i)
    out->values[i] = std::isfinite(face.depth.values[i]) ? light_at(face, i, to_lamp) : 0;
}

FaceLight light_on(const FaceRelief& face) {
  Samples samples(face);
  FaceLight out;
  out.light = fit_light(samples.list);
  Search search(face);
  const Guess found = search.run();
  const float better = smoothstep(kHardlyBetter, kBetter, search.gain());
  if (!(better > 0)) return out;
  Plane lit;
  light_of_lamp(face, direction(found.azimuth_deg, found.from_viewer_deg), &lit);
  for (std::size_t i = 0; i < samples.list.size(); ++i) samples.list[i].lamp = lit.values[samples.pixels[i]];
  const float share = std::min(found.share, kMostOfLamp);
  const float missed = taken_away(out.light.misfit, fit_light(samples.list, share).misfit);
  const float sure = better * smoothstep(kHardlyMissed, kMissed, missed);
  if (!(sure > 0)) return out;
  out.light = fit_light(samples.list, share * sure);
  out.lit = std::move(lit);
  return out;
}

}  // namespace mien
